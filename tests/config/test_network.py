import socket
from threading import Thread

import pytest

from tests.network import LeavesThisMachine


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80)])
def test_a_socket_beyond_loopback_is_refused(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as client, pytest.raises(LeavesThisMachine, match=address[0]):
        client.connect(address)


def test_a_name_is_not_looked_up() -> None:
    with pytest.raises(LeavesThisMachine, match=r"vendor\.example"):
        socket.create_connection(("vendor.example", 443))


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        accepting = Thread(target=server.accept)
        accepting.start()
        socket.create_connection(("localhost", server.getsockname()[1])).close()
        accepting.join(5)
    assert not accepting.is_alive()
