"""A vendor on a real socket that behaves as badly as it is told, request by request, and counts what it executed.

    with FaultServer(answer(500), ok()) as server:      # the last behaviour is repeated
        ...
        assert server.executed == ["key-1"]

A behaviour is a function of one Exchange. Those that dawdle end when the client leaves or the server stops.
"""

from __future__ import annotations

import gzip
import json
import select
import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

REASONS = {200: "OK", 302: "Found", 307: "Temporary Redirect", 429: "Too Many Requests"}
MIB = 1024 * 1024


@dataclass(frozen=True)
class Received:
    """One request as it arrived; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def key(self) -> str:
        return self.headers.get("idempotency-key", "")

    def json(self) -> Any:
        return json.loads(self.body)


class FaultServer:
    """`requests` are all that arrived whole, `executed` the key of every effect, `connections` how many were accepted.

    `tls` wraps accepted connections; `host` may be "::1" for a vendor that has IPv6 only.
    """

    def __init__(
        self, *script: Behaviour, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
    ) -> None:
        self.script = list(script) or [ok()]
        self.tls = tls
        self.requests: list[Received] = []
        self.executed: list[str] = []
        self.connections = 0
        self.arrived = threading.Event()
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family)
        self.host, self.port = host, self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    def __enter__(self) -> FaultServer:
        self._threads[0].start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def take(self, request: Received) -> Behaviour:
        with self._lock:
            self.requests.append(request)
            self.arrived.set()
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def execute(self, key: str) -> bool:
        """Whether this was new: a key is executed once, a request without key every time."""
        with self._lock:
            new = not key or key not in self.executed
            if new:
                self.executed.append(key)
            return new

    def _accept(self) -> None:
        while not self.stopped.is_set():
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(accepted, self.connections), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, accepted: socket.socket, number: int) -> None:
        """Until either side has enough; a client that leaves in the middle is what many tests are about."""
        accepted.settimeout(30)
        try:
            connection = self.tls.wrap_socket(accepted, server_side=True) if self.tls else accepted
            with connection:
                while request := self._read(connection, number):
                    exchange = Exchange(self, connection, request)
                    self.take(request)(exchange)
                    if exchange.over:
                        return
        except OSError:
            accepted.close()

    def _read(self, connection: socket.socket, number: int) -> Received | None:
        head = b""
        while b"\r\n\r\n" not in head:
            if not self._readable(connection):
                return None
            part = connection.recv(65536)
            if not part:
                return None
            head += part
        head, _, body = head.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += connection.recv(65536)
        return Received(method, path, headers, body, number)

    def _readable(self, connection: socket.socket) -> bool:
        while not self.stopped.is_set():
            if getattr(connection, "pending", int)() or select.select([connection], [], [], 0.05)[0]:
                return True
        return False


class Exchange:
    """One request and the socket to misbehave on. `over` ends the connection afterwards."""

    def __init__(self, server: FaultServer, connection: socket.socket, request: Received) -> None:
        self.server = server
        self.connection = connection
        self.request = request
        self.over = False

    def execute(self) -> None:
        self.server.execute(self.request.key)

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send(head(status, {"Content-Length": str(len(body)), **(headers or {})}) + body)

    def drip(self, data: bytes, interval_s: float) -> None:
        """One byte at a time until the client leaves."""
        self.over = True
        for byte in data:
            self.send(bytes([byte]))
            if self.gone(interval_s):
                return

    def gone(self, within_s: float) -> bool:
        """Whether the client or the server has ended within that time."""
        return bool(select.select([self.connection], [], [], within_s)[0]) or self.server.stopped.is_set()

    def wait_for_the_end(self) -> None:
        self.over = True
        while not self.gone(0.05):
            pass

    def reset(self) -> None:
        """End with RST instead of FIN."""
        self.over = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


Behaviour = Callable[[Exchange], None]


def head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answer(
    status: int, body: Any = None, *, effect: bool = False, headers: dict[str, str] | None = None
) -> Behaviour:
    """A plain answer; bytes go out as they are, anything else as JSON. `effect` executes before answering."""
    raw = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()

    def behave(exchange: Exchange) -> None:
        if effect:
            exchange.execute()
        exchange.reply(status, raw, {"Content-Type": "application/json", **(headers or {})})

    return behave


def ok(body: Any = None) -> Behaviour:
    return answer(200, {"id": "1"} if body is None else body, effect=True)


def throttle(retry_after: str | None = None, status: int = 429, **headers: str) -> Behaviour:
    told = {} if retry_after is None else {"Retry-After": retry_after}
    return answer(status, {"error": "slow down"}, headers={**told, **headers})


def hang(*, effect: bool) -> Behaviour:
    def behave(exchange: Exchange) -> None:
        if effect:
            exchange.execute()
        exchange.wait_for_the_end()

    return behave


def late(seconds: float) -> Behaviour:
    """Answers after that time, if anybody still listens."""

    def behave(exchange: Exchange) -> None:
        exchange.over = exchange.gone(seconds)
        if not exchange.over:
            ok()(exchange)

    return behave


def reset(*, effect: bool) -> Behaviour:
    def behave(exchange: Exchange) -> None:
        if effect:
            exchange.execute()
        exchange.reset()

    return behave


def close_quietly(exchange: Exchange) -> None:
    """Ends without a byte of an answer, as a server does that gives an idle connection up."""
    exchange.over = True


def slow_headers(interval_s: float = 1.0) -> Behaviour:
    return lambda exchange: exchange.drip(head(200, {"X-Slow": "a" * 400, "Content-Length": "0"}), interval_s)


def slow_body(interval_s: float = 1.0) -> Behaviour:
    def behave(exchange: Exchange) -> None:
        exchange.execute()
        exchange.send(head(200, {"Content-Type": "application/json", "Content-Length": "400"}))
        exchange.drip(b'{"id": "1"}' + b" " * 389, interval_s)

    return behave


def endless_continue(exchange: Exchange) -> None:
    """Keeps saying that the real answer is still to come."""
    exchange.over = True
    while not exchange.gone(0.02):
        exchange.send(b"HTTP/1.1 100 Continue\r\n\r\n")


def hints_first(then: Behaviour, status: int = 103) -> Behaviour:
    """An interim answer, and the answer itself once the client has had the time to take the first one for it."""

    def behave(exchange: Exchange) -> None:
        exchange.send(f"HTTP/1.1 {status} Wait\r\nLink: </style.css>; rel=preload\r\n\r\n".encode())
        exchange.gone(0.05)
        then(exchange)

    return behave


def followed_by(rest: bytes) -> Behaviour:
    """An answer with more behind it than its length says, all in one piece."""

    def behave(exchange: Exchange) -> None:
        body = b'{"id": "1"}'
        length = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        exchange.send(head(200, length) + body + rest)

    return behave


def cut_body(exchange: Exchange) -> None:
    exchange.over = True
    exchange.execute()
    exchange.send(head(200, {"Content-Type": "application/json", "Content-Length": "1000"}) + b'{"id": "1"')


def html(status: int = 200) -> Behaviour:
    page = b"<!DOCTYPE html><html><body>Bad gateway</body></html>"
    return answer(status, page, effect=status < 300, headers={"Content-Type": "text/html"})


def redirect(location: str, status: int = 302) -> Behaviour:
    return answer(status, b"moved", headers={"Location": location})


def broken_gzip(exchange: Exchange) -> None:
    exchange.execute()
    exchange.reply(200, b"this is no gzip", {"Content-Encoding": "gzip"})


def huge_body(size: int = 2048 * MIB, status: int = 200) -> Behaviour:
    """Sends until the client leaves; announces no length, so that nothing can be refused beforehand."""

    def behave(exchange: Exchange) -> None:
        exchange.over = True
        exchange.send(head(status, {"Content-Type": "application/json", "Connection": "close"}))
        chunk = b" " * MIB
        for _ in range(size // MIB):
            exchange.send(chunk)

    return behave


def endless(start: bytes, size: int = 64 * MIB) -> Behaviour:
    """These bytes and then more of nothing in particular, until the client leaves."""

    def behave(exchange: Exchange) -> None:
        exchange.over = True
        exchange.send(start)
        for _ in range(size // MIB):
            exchange.send(b"x" * MIB)

    return behave


def gzip_bomb(size: int = 2048 * MIB) -> Behaviour:
    """Some MiB on the wire that unpack to `size` bytes."""

    def behave(exchange: Exchange) -> None:
        exchange.over = True
        exchange.send(head(200, {"Content-Encoding": "gzip", "Connection": "close"}))
        for part in _zipped_zeros(size):
            exchange.send(part)

    return behave


def _zipped_zeros(size: int) -> Iterator[bytes]:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    for _ in range(size // MIB):
        yield packer.compress(bytes(MIB))
    yield packer.flush()


def zipped(body: Any) -> Behaviour:
    return answer(200, gzip.compress(json.dumps(body).encode()), headers={"Content-Encoding": "gzip"})
