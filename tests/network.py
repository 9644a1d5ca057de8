"""Keeps the suite on this machine: a socket that would leave it is a bug of the test, and says so."""

import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any


class LeavesThisMachine(RuntimeError):
    """No OSError, or the code under test would take it for an unreachable vendor."""


def block() -> None:
    for name in ("connect", "connect_ex"):
        setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    socket.getaddrinfo = _guarded_lookup(socket.getaddrinfo)


def _guarded(original: Callable[..., Any]) -> Callable[..., Any]:
    def connect(self: socket.socket, address: Any) -> Any:
        if self.family != socket.AF_UNIX and not _is_loopback(address[0]):
            raise LeavesThisMachine(f"A test tried to reach {address[0]}.")
        return original(self, address)

    return connect


def _guarded_lookup(original: Callable[..., Any]) -> Callable[..., Any]:
    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not _is_address(host) and not _is_loopback(host):
            raise LeavesThisMachine(f"A test tried to look up {host}.")
        return original(host, *args, **kwargs)

    return getaddrinfo


def _text(host: Any) -> str:
    return host.decode() if isinstance(host, bytes) else str(host or "")


def _is_address(host: Any) -> bool:
    try:
        ip_address(_text(host).split("%")[0])
    except ValueError:
        return False
    return True


def _is_loopback(host: Any) -> bool:
    if _is_address(host):
        return ip_address(_text(host).split("%")[0]).is_loopback
    return _text(host) in ("", "localhost")
