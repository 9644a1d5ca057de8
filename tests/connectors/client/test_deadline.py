"""Whatever the other side does, the call ends with the deadline's own words, or earlier with the read timeout's."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from connectors.client import Deadline
from connectors.contracts.base import Request
from connectors.errors import RetryLater, Unknown
from tests.connectors.client.bench import IMPATIENT_MS, KEY, Bench, Keyed, accept, read, write
from tests.faultserver import Behaviour, FaultServer, endless_continue, late, slow_body, slow_headers

DRIPS = [
    pytest.param(slow_headers(0.05), id="headers byte by byte"),
    pytest.param(slow_body(0.05), id="body byte by byte"),
    pytest.param(endless_continue, id="100 Continue without end"),
]


@pytest.mark.parametrize("drip", DRIPS)
@pytest.mark.parametrize(("request_", "kind"), [(read(), RetryLater), (write(), Unknown)])
def test_a_drip_that_beats_every_read_timeout_ends_at_the_deadline(
    bench: Bench, drip: Behaviour, request_: Request, kind: type
) -> None:
    bench.deadline_s = 0.5
    with FaultServer(drip) as server:
        error = bench.failure(lambda: bench.door(server, timeout_ms=60_000).send(request_, accept))
    assert type(error) is kind
    assert "deadline" in error.message
    assert error.answered is False


def test_silence_ends_at_the_read_timeout(bench: Bench) -> None:
    with FaultServer(late(5)) as server:
        error = bench.failure(lambda: bench.door(server, timeout_ms=IMPATIENT_MS).send(read(), accept))
    assert error.message == "No answer came within 0.4 s"


def test_silence_longer_than_the_deadline_ends_at_the_deadline(bench: Bench) -> None:
    bench.deadline_s = 0.3
    with FaultServer(late(5)) as server:
        error = bench.failure(lambda: bench.door(server, timeout_ms=60_000).send(read(), accept))
    assert "deadline" in error.message
    assert len(server.requests) == 1


def test_the_deadline_covers_all_requests_of_an_operation(bench: Bench) -> None:
    with FaultServer() as server:
        door = bench.door(server)
        door.send(read(), accept)
        door.deadline = Deadline.after(0)  # type: ignore[attr-defined]
        error = bench.failure(lambda: door.send(read(), accept))
    assert type(error) is RetryLater
    assert error.message == "No time was left to send the request"
    assert len(server.requests) == 1


def test_a_look_up_that_never_ends_is_left_alone(bench: Bench) -> None:
    ended = threading.Event()
    bench.deadline_s = 0.3
    bench.resolver = lambda host, port: [str(ended.wait(30))]
    error = bench.failure(lambda: bench.provider(_Nowhere(), Keyed, host="https://slow.example").get("/x"))
    ended.set()
    assert type(error) is RetryLater
    assert "was not looked up in time" in error.message


def test_a_host_that_accepts_nothing_is_retried_later(bench: Bench) -> None:
    with FaultServer() as server:
        pass
    error = bench.failure(lambda: bench.door(server).send(write(), accept))
    assert type(error) is RetryLater
    assert error.answered is False
    assert len(bench.slept) == 2


def test_a_host_that_drops_packets_is_retried_later(bench: Bench) -> None:
    with _full_backlog() as server:
        bench.deadline_s = 0.4
        error = bench.failure(lambda: bench.door(server).send(write(), accept))
    assert type(error) is RetryLater
    assert "does not accept connections" in error.message


def test_a_vendor_that_never_reads_ends_at_the_deadline(bench: Bench) -> None:
    with _never_reads() as server:
        bench.deadline_s = 0.4
        big = Request(method="POST", path="/things", body=bytes(64 * 1024 * 1024), write=True)
        error = bench.failure(lambda: bench.door(server, timeout_ms=60_000).send(big, accept))
    assert type(error) is Unknown
    assert "deadline" in error.message


@dataclass(frozen=True)
class _LooksLeft(Deadline):
    """A deadline that passes after being looked at so many times."""

    looks: list[int]

    @property
    def left(self) -> float:
        self.looks[0] -= 1
        return 1.0 if self.looks[0] >= 0 else -1.0


@pytest.mark.parametrize("looks", range(12))
def test_whenever_the_deadline_passes_the_error_knows_whether_anything_was_sent(
    bench: Bench, looks: int
) -> None:
    with FaultServer() as server:
        door = bench.door(server, disable_standard_error_policy=True)
        door.deadline = _LooksLeft(0, [looks])  # type: ignore[attr-defined]
        try:
            door.send(Request(method="DELETE", path="/things/1", write=True, key=KEY), accept)
        except (RetryLater, Unknown) as error:
            assert error.answered is False
            assert type(error) is RetryLater or server.arrived.wait(5)
            assert type(error) is Unknown or not server.requests
        else:
            assert looks > 4


class _Nowhere(FaultServer):
    """A server that is named only."""

    def __init__(self) -> None:
        super().__init__()
        self._listener.close()


@contextmanager
def _full_backlog() -> Iterator[FaultServer]:
    """A listener that accepts nobody and whose queue is full, so that the kernel drops what asks to connect."""
    server = _Nowhere()
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        server.port = listener.getsockname()[1]
        waiting = [_knock(server.port) for _ in range(4)]
        yield server
        for knock in waiting:
            knock.close()


def _knock(port: int) -> socket.socket:
    knock = socket.socket()
    knock.setblocking(False)
    knock.connect_ex(("127.0.0.1", port))
    return knock


@contextmanager
def _never_reads() -> Iterator[FaultServer]:
    server = _Nowhere()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]
        yield server
