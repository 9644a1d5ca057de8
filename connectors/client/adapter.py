"""One HTTP adapter for each thread and setup, over watched sockets.

The adapter of requests is used without its Session: even with redirects off, a Session reads the whole body of a
redirect, and it keeps cookies.
"""

from __future__ import annotations

import socket
import ssl
from functools import cache, partial
from typing import Any

import certifi
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from connectors.client.sockets import Line, WatchedTlsSocket
from connectors.errors import Misconfigured, RetryLater


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
