"""A client of the API that costs next to nothing, as it shares the machine with what is measured."""

from __future__ import annotations

import json
import socket
from typing import Any, BinaryIO
from urllib.parse import urlsplit

_TIMEOUT_S = 60.0


class Client:
    """One kept connection with one key. Raises RuntimeError for an answer that is no success."""

    def __init__(self, url: str, key: str) -> None:
        self._wire = Wire(url, f"Authorization: Bearer {key}\r\nContent-Type: application/json\r\n")

    def place(self, body: dict[str, Any]) -> None:
        self._post("orders/", body, f"Idempotency-Key: bench-{body['number']}\r\n")

    def move(self, number: str, status: str) -> None:
        self._post(f"orders/{number}/status/", {"status": status})

    def _post(self, path: str, body: dict[str, Any], headers: str = "") -> None:
        status, answer = self._wire.post(f"/api/v1/{path}", json.dumps(body), headers)
        if status >= 300:
            raise RuntimeError(f"{path} was answered with {status}: {answer.decode()[:500]}")


class Wire:
    """HTTP/1.1 over one connection, as much as a benchmark needs of it: answers that tell their length. What `http.client`
    makes of a header takes it longer than all else that a client does."""

    def __init__(self, url: str, headers: str = "") -> None:
        place = urlsplit(url)
        self._socket = socket.create_connection((place.hostname, place.port), _TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers: BinaryIO = self._socket.makefile("rb")
        self._headers = f"Host: {place.netloc}\r\n{headers}"

    def post(self, path: str, body: str, headers: str = "") -> tuple[int, bytes]:
        """Status and body of the answer. Raises ConnectionError."""
        raw = body.encode()
        head = f"POST {path} HTTP/1.1\r\n{self._headers}{headers}Content-Length: {len(raw)}\r\n\r\n"
        self._socket.sendall(head.encode() + raw)
        return self._answer()

    def _answer(self) -> tuple[int, bytes]:
        first, length = self._answers.readline(), 0
        while (line := self._answers.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not first:
            raise ConnectionError("the connection was closed")
        return int(first.split(b" ", 2)[1]), self._answers.read(length)
