"""Sockets that keep to a deadline and connect only to checked addresses."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any
from uuid import UUID

from connectors import killpoint
from connectors.client.deadline import Deadline
from connectors.client.egress import EgressPolicy, Target
from connectors.errors import RetryLater

CONNECT_S = 2.0
LOOK_UP_S = 5.0
HANDSHAKE_S = 5.0
_MOST_ADDRESSES = 4


class Line:
    """The request under way on an adapter: how long it may take, and how far it got.

    `read_s` is the patience for one read in seconds; `sent` and `received` tell whether a byte of the request left and
    of the answer came; `opened` whether a new connection was made for it.
    """

    def __init__(self, policy: EgressPolicy, tenant: UUID) -> None:
        self.policy = policy
        self.tenant = tenant
        self.begin(Deadline.after(0), 0)

    def begin(self, deadline: Deadline, read_s: float) -> None:
        self.deadline = deadline
        self.read_s = read_s
        self.sent = self.received = self.opened = self.allow_listed = False

    def patience(self, most: float) -> float:
        """Seconds that the next step may take. Raises TimeoutError when none are left."""
        left = self.deadline.left
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return min(most, left)

    def open(self, scheme: str, host: str, port: int) -> WatchedSocket:
        """A connection to a checked address. Raises Misconfigured or RetryLater: nothing has been sent then."""
        target = self._checked(scheme, host, port)
        for address in target.addresses[:_MOST_ADDRESSES]:
            try:
                return self._connected(address, port, target.allow_listed)
            except OSError:
                continue
        raise RetryLater(f"{host} does not accept connections on port {port}", answered=False)

    def _checked(self, scheme: str, host: str, port: int) -> Target:
        """A look-up cannot be interrupted, so it runs beside and is left alone when it takes too long."""
        check = partial(self.policy.check, scheme, host, port, self.tenant)
        try:
            return _within(self.patience(LOOK_UP_S), check)
        except TimeoutError:
            raise RetryLater(f"The host name {host} was not looked up in time", answered=False) from None

    def _connected(self, address: str, port: int, allow_listed: bool) -> WatchedSocket:
        sock = WatchedSocket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.settimeout(self.patience(CONNECT_S))
            sock.connect((address, port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(self.patience(HANDSHAKE_S))
        except BaseException:
            sock.close()
            raise
        sock.watch(self, allow_listed)
        self.opened = True
        return sock


class _Watched:
    """Gives every read and write of a socket the patience that is left, so that a drip of bytes cannot outlast it."""

    line: Line | None = None
    allow_listed = False

    def watch(self, line: Line, allow_listed: bool) -> None:
        self.line, self.allow_listed = line, allow_listed

    def recv_into(self, *args: Any, **options: Any) -> int:
        self._arm()
        if killpoint.armed and self.line is not None and self.line.sent and not self.line.received:
            killpoint.on_the_wire()
        count: int = super().recv_into(*args, **options)  # type: ignore[misc]
        if self.line is not None and count:
            self.line.received = True
        return count

    def sendall(self, *args: Any, **options: Any) -> None:
        self._arm_to_send()
        super().sendall(*args, **options)  # type: ignore[misc]

    def send(self, *args: Any, **options: Any) -> int:
        self._arm_to_send()
        count: int = super().send(*args, **options)  # type: ignore[misc]
        return count

    def _arm_to_send(self) -> None:
        self._arm()
        if self.line is not None:
            self.line.sent = True
            self.line.allow_listed = self.allow_listed

    def _arm(self) -> None:
        if self.line is not None:
            patience = self.line.patience(self.line.read_s)
            if patience != self.gettimeout():  # type: ignore[attr-defined]
                self.settimeout(patience)  # type: ignore[attr-defined]


class WatchedSocket(_Watched, socket.socket):
    """A plain connection."""


class WatchedTlsSocket(_Watched, ssl.SSLSocket):
    """An encrypted connection."""


def _within(seconds: float, call: Callable[[], Target]) -> Target:
    """The call's result, or TimeoutError."""
    results: SimpleQueue[Target | Exception] = SimpleQueue()

    def run() -> None:
        try:
            results.put(call())
        except Exception as error:
            results.put(error)

    Thread(target=run, name="look-up", daemon=True).start()
    try:
        result = results.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if isinstance(result, Exception):
        raise result
    return result
