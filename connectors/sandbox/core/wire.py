"""HTTP/1.1 on a socket, written for speed and for misbehaving on purpose, which a library would not let us."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote

MAX_HEAD = 64 * 1024
MAX_BODY = 16 * 1024 * 1024
_REASONS = {status.value: status.phrase for status in HTTPStatus}
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Malformed(Exception):
    """What arrived is no request that this server reads; the text says why."""


@dataclass(slots=True)
class Request:
    """One request. `headers` by lower-case name; a query name given twice keeps the last value."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""

    @property
    def keeps_alive(self) -> bool:
        return self.headers.get("connection", "").lower() != "close"

    def json(self) -> Any:
        """Raises ValueError for a body that is no JSON."""
        return json.loads(self.body or b"{}")


@dataclass(slots=True)
class Response:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded_head(self) -> bytes:
        lines = [
            f"HTTP/1.1 {self.status} {_REASONS.get(self.status, 'Unknown')}",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body)}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def json_response(data: Any, status: int = 200, **headers: str) -> Response:
    return Response(status, json.dumps(data).encode(), headers=headers)


class Connection:
    """One kept-alive connection of a client, with the bytes read ahead."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._ahead = b""

    def read(self) -> Request | None:
        """The next request, or None when the client has gone. Raises Malformed."""
        head = self._read_head()
        if head is None:
            return None
        request = _parsed_head(head)
        request.body = self._read_body(request)
        return request

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def reset(self) -> None:
        """Close with a RST, as a crashed peer does."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def wait_for_close(self) -> None:
        """Say nothing until the client leaves or the server stops."""
        while self.sock.recv(65536):
            continue

    def _read_head(self) -> bytes | None:
        while (end := self._ahead.find(b"\r\n\r\n")) < 0:
            if len(self._ahead) > MAX_HEAD:
                raise Malformed("The request's head is too long.")
            more = self.sock.recv(65536)
            if not more:
                return None
            self._ahead += more
        head, self._ahead = self._ahead[:end], self._ahead[end + 4 :]
        return head

    def _read_body(self, request: Request) -> bytes:
        if "transfer-encoding" in request.headers:
            raise Malformed("Send a Content-Length; chunked bodies are not read here.")
        length = _length(request.headers.get("content-length", "0"))
        if length > len(self._ahead) and request.headers.get("expect") == "100-continue":
            self.send(_CONTINUE)
        body, self._ahead = self._ahead[:length], self._ahead[length:]
        parts, missing = [body], length - len(body)
        while missing:
            part = self.sock.recv(min(missing, 1 << 20))
            if not part:
                raise Malformed("The body ended early.")
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)


def _parsed_head(head: bytes) -> Request:
    start, *lines = head.decode("latin-1").split("\r\n")
    words = start.split(" ")
    if len(words) != 3:
        raise Malformed("The request line has not three words.")
    path, _, query = words[1].partition("?")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    pairs = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
    return Request(words[0], unquote(path) if "%" in path else path, pairs, headers)


def _length(text: str) -> int:
    if not text.isdecimal() or int(text) > MAX_BODY:
        raise Malformed(f"Content-Length {text!r} is no length up to {MAX_BODY}.")
    return int(text)
