"""Listens, one thread for each kept-alive connection, and hands out the Sandbox that tests and the demo hold."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from pathlib import Path
from typing import Any, Self

from connectors.sandbox.core.delivery import deliver
from connectors.sandbox.core.faults import Fault
from connectors.sandbox.core.simulator import Simulator
from connectors.sandbox.core.vendor import Vendor
from connectors.sandbox.core.wire import Connection, Malformed, Request, json_response


class Sandbox:
    """A running sandbox. Use as a context manager, or call stop()."""

    def __init__(self, host: str, port: int, latency_ms: float, ledger_file: Path | None) -> None:
        self._listening = socket.create_server((host, port), backlog=512)
        self.port: int = self._listening.getsockname()[1]
        self.url = f"http://{host}:{self.port}"
        self._simulator = Simulator(self.url, ledger_file, latency_ms)
        self._open: set[socket.socket] = set()
        self._stopping = threading.Event()
        self._accepting = threading.Thread(target=self._accept, name="sandbox", daemon=True)
        self._accepting.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Cut all connections and forget everything but the ledger's file."""
        self._stopping.set()
        _shut(self._listening)
        self._accepting.join()
        for sock in list(self._open):
            _shut(sock)
        self._simulator.close()

    @property
    def connections(self) -> frozenset[socket.socket]:
        """Those that are open; one whose client has died stays open until all that came over it has been worked off."""
        return frozenset(self._open)

    def wait(self) -> None:
        """Until somebody stops it."""
        self._accepting.join()

    def vendor(self, slug: str) -> Vendor:
        return self._simulator.vendors[slug]

    def faults(self, **rule: Any) -> Fault:
        """Add one fault; its fields are those of core.faults.Fault."""
        return self._simulator.faults.add(**rule)

    def clear_faults(self) -> None:
        self._simulator.faults.clear()

    def latency(self, milliseconds: float, vendor: str = "") -> None:
        self._simulator.faults.set_latency(milliseconds, vendor)

    def ledger(self, **filters: str) -> list[dict[str, Any]]:
        """Executed effects in order; filters: vendor, operation, reference. See core.ledger.Entry."""
        return self._simulator.ledger.entries(**filters)

    def doubles(self) -> list[dict[str, Any]]:
        return self._simulator.ledger.doubles()

    def calls(self, vendor: str = "") -> list[dict[str, Any]]:
        return [call for call in list(self._simulator.calls) if vendor in {"", call["vendor"]}]

    def reset(self) -> None:
        self._simulator.reset()

    def control(self, method: str, path: str, data: Any = None) -> Any:
        """Use the control API without a socket, e.g. control("POST", "stripe/pay/cs_1")."""
        body = b"" if data is None else json.dumps(data).encode()
        response, _ = self._simulator.answer(Request(method, f"/_/{path}", {}, {}, body))
        if response.status >= 400:
            raise ValueError(response.body.decode())
        return json.loads(response.body)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listening.accept()
            except OSError:
                # Closed by stop(), or out of file descriptors, which passes.
                if self._stopping.wait(0.05):
                    return
                continue
            self._open.add(sock)
            threading.Thread(target=self._serve, args=(sock,), name="sandbox-connection", daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            with contextlib.suppress(OSError), sock:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._converse(Connection(sock))
        finally:
            self._open.discard(sock)

    def _converse(self, connection: Connection) -> None:
        """Request after request, until one side has had enough."""
        try:
            while (request := connection.read()) is not None:
                response, fault = self._simulator.answer(request)
                if not deliver(connection, response, fault) or not request.keeps_alive:
                    return
        except Malformed as error:
            refusal = json_response({"error": str(error)}, 400, Connection="close")
            connection.send(refusal.encoded_head() + refusal.body)


def start(
    port: int = 0, latency_ms: float = 0, *, host: str = "127.0.0.1", ledger_file: Path | None = None
) -> Sandbox:
    """Start a sandbox in this process; port 0 takes a free one. Raises OSError when the port is taken."""
    return Sandbox(host, port, latency_ms, ledger_file)


def _shut(sock: socket.socket) -> None:
    """close() alone does not wake a thread that waits in accept() or recv()."""
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()
