"""An HTTP adapter, used by one thread at a time for one setup, over watched sockets.

The connections of urllib3 are used without its pools, and no Session of requests: one user needs no pool, and even with
redirects off a Session reads the whole body of a redirect.
"""

from __future__ import annotations

import socket
import ssl
from collections import OrderedDict
from functools import cache
from http import HTTPStatus
from http.client import BadStatusLine, HTTPResponse, parse_headers
from typing import Any

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection

from connectors.client.outgoing import Place, Sent
from connectors.client.sockets import Line, WatchedTlsSocket
from connectors.errors import Misconfigured, RetryLater

#: Hosts to which an adapter keeps a connection.
_MOST_KEPT = 4


class _FinalResponse(HTTPResponse):
    """Passes over what a vendor says before its answer (1xx), such as 103 Early Hints; the base class knows of 100 only."""

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        while 100 <= status < 200:
            if status == HTTPStatus.SWITCHING_PROTOCOLS:
                raise BadStatusLine("101, which nobody asked for")
            parse_headers(self.fp)
            version, status, reason = super()._read_status()  # type: ignore[misc]
        return version, status, reason


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


class Adapter:
    """Keeps connections for one setup. Never retries, follows no redirect, knows no proxy and no cookie."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self._kept: OrderedDict[tuple[str, str, int], HTTPConnection] = OrderedDict()

    @property
    def connections(self) -> int:
        """How many are kept."""
        return len(self._kept)

    def send(self, request: Sent) -> tuple[HTTPConnection, HTTPResponse]:
        """Send and read the head of the answer. The connection is the caller's: to `keep` or to close."""
        connection = self._connection(request.place)
        try:
            if connection.sock is None:
                connection.connect()
            connection.sock.sendall(request.encoded())
            response = _FinalResponse(connection.sock, method=request.method)
            response.begin()
        except BaseException:
            connection.close()
            raise
        return connection, response

    def keep(self, place: Place, connection: HTTPConnection) -> None:
        """Use a connection again, whose answer has been read to its end."""
        self._kept[place.scheme, place.host, place.port] = connection
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)[1].close()

    def close(self) -> None:
        """Forget all connections."""
        while self._kept:
            self._kept.popitem()[1].close()

    def _connection(self, place: Place) -> HTTPConnection:
        kept = self._kept.pop((place.scheme, place.host, place.port), None)
        if kept is not None:
            if kept.is_connected and not _has_rest(kept):
                return kept
            kept.close()
        if place.scheme == "http":
            return _PlainConnection(self.line, host=place.host, port=place.port)
        context = _tls_context(self.line.policy.ca_file)
        return _TlsConnection(self.line, host=place.host, port=place.port, ssl_context=context)


def _has_rest(connection: HTTPConnection) -> bool:
    """Whether an answer was followed by more that is decrypted already: not seen on the wire, it would begin the next."""
    return isinstance(connection.sock, ssl.SSLSocket) and connection.sock.pending() > 0


@cache
def _tls_context(ca_file: str) -> ssl.SSLContext:
    """Reading the authorities takes 20 ms, so all connections share a context."""
    context = ssl.create_default_context(cafile=ca_file or certifi.where())
    context.sslsocket_class = WatchedTlsSocket
    return context
