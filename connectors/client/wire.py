"""Sockets that keep to a deadline and connect only to checked addresses, one HTTP adapter for each thread and setup.

The adapter of requests is used without its Session: even with redirects off, a Session reads the whole body of a
redirect, and it keeps cookies.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from functools import cache, partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any
from uuid import UUID

import certifi
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from connectors.client.deadline import Deadline
from connectors.client.egress import EgressPolicy, Target
from connectors.errors import Misconfigured, RetryLater

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
            self.settimeout(self.line.patience(self.line.read_s))  # type: ignore[attr-defined]


class WatchedSocket(_Watched, socket.socket):
    """A plain connection."""


class WatchedTlsSocket(_Watched, ssl.SSLSocket):
    """An encrypted connection."""


class _PlainConnection(HTTPConnection):
    def __init__(self, line: Line, **options: Any) -> None:
        super().__init__(**options)
        self.line = line

    def _new_conn(self) -> socket.socket:
        return self.line.open("http", self._dns_host, self.port)


class _TlsConnection(HTTPSConnection):
    def __init__(self, line: Line, **options: Any) -> None:
        super().__init__(**options)
        self.line = line

    def _new_conn(self) -> socket.socket:
        self._plain = self.line.open("https", self._dns_host, self.port)
        return self._plain

    def connect(self) -> None:
        """Raises Misconfigured for a certificate that does not fit, RetryLater for a handshake that fails."""
        try:
            super().connect()
        except ssl.SSLCertVerificationError as error:
            reason = error.verify_message.rstrip(".")
            raise Misconfigured(f"The certificate of {self.host} is not trusted: {reason}") from None
        except OSError:
            raise RetryLater(
                f"{self.host} did not complete an encrypted connection", answered=False
            ) from None
        if isinstance(self.sock, WatchedTlsSocket):
            self.sock.watch(self.line, self._plain.allow_listed)


class _Pools(PoolManager):
    def __init__(self, line: Line, **options: Any) -> None:
        self.line = line
        super().__init__(**options)

    def _new_pool(self, scheme: str, *args: Any, **options: Any) -> HTTPConnectionPool:
        pool = super()._new_pool(scheme, *args, **options)
        connection = _TlsConnection if scheme == "https" else _PlainConnection
        pool.ConnectionCls = partial(connection, self.line)  # type: ignore[assignment]
        return pool


class Adapter(HTTPAdapter):
    """Keeps connections of one thread for one setup. Never retries, follows no redirect, knows no proxy."""

    def __init__(self, line: Line) -> None:
        self.line = line
        super().__init__(pool_connections=4, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        context = _tls_context(self.line.policy.ca_file)
        self.poolmanager = _Pools(
            self.line, num_pools=connections, maxsize=maxsize, block=block, ssl_context=context
        )

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        """Trust comes from the one TLS context, not from the arguments."""
        return super().build_connection_pool_key_attributes(request, verify, cert)[0], {}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """See `build_connection_pool_key_attributes`."""

    def forget_connections(self) -> None:
        self.poolmanager.clear()


@cache
def _tls_context(ca_file: str) -> ssl.SSLContext:
    """Reading the authorities takes 20 ms, so all connections share a context."""
    context = ssl.create_default_context(cafile=ca_file or certifi.where())
    context.sslsocket_class = WatchedTlsSocket
    return context


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
