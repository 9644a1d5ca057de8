"""The way of a call through Bring: who calls, what for, and what the demo may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.bring.calls import Unreadable, open_routes, routes
from connectors.sandbox.bring.controls import controls
from connectors.sandbox.bring.eventcast import EventCast
from connectors.sandbox.bring.shipments import Shipments
from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.router import Handler
from connectors.sandbox.core.sender import Sender
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response


class Bring(Vendor):
    slug = "bring"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.shipments = Shipments()
        self.event_cast = EventCast(Sender(self.slug))
        self.users: dict[str, str] = {}
        self.shown = True

    @property
    def root(self) -> str:
        return f"{self.url}/{self.slug}"

    def serve(self, request: Request, course: Course) -> Response:
        found = open_routes.find(request.method, request.path)
        if found is None:
            problem = self._problem(request)
            if problem is not None:
                return problem
            found = routes.find(request.method, request.path)
        if found is None:
            return json_response({"message": f"There is no {request.method} {request.path}."}, 404)
        handler, names = found
        return self.run(course, lambda: self._executed(handler, request, names))

    def failure(self, status: int) -> Response:
        if status in {401, 403}:
            return _unauthorized(status)
        code = "BOOK-INTERNAL-001" if status >= 500 else "BOOK-INPUT-001"
        return _failed(status, "TOO_MANY_REQUESTS" if status == 429 else code, f"Injected failure {status}")

    def control(self, request: Request) -> Response:
        """See controls.py."""
        found = controls.find(request.method, request.path)
        if found is None:
            return super().control(request)
        with self.lock:
            return _answered(found[0](self, request.json()))

    def close(self) -> None:
        self.event_cast.sender.close()

    def _executed(self, handler: Handler, request: Request, names: Mapping[str, str]) -> Response:
        try:
            return _answered(handler(self, request, **names))
        except Unreadable as error:
            return _failed(400, "BOOK_INPUT-059", str(error))

    def _problem(self, request: Request) -> Response | None:
        """Users are those named by /users, or anybody with an e-mail address and a key."""
        uid, key = (request.headers.get(f"x-mybring-api-{name}", "") for name in ("uid", "key"))
        known = self.users.get(uid) == key if self.users else "@" in uid and key
        if not known:
            return _unauthorized(401)
        if not request.headers.get("x-bring-client-url"):
            return Response(400, b"X-Bring-Client-URL is missing.", "text/plain")
        return None


def _answered(result: Any) -> Response:
    return result if isinstance(result, Response) else json_response(result)


def _failed(status: int, code: str, text: str) -> Response:
    error = {"code": code, "messages": [{"lang": "en", "message": text}]}
    return json_response({"errors": [error]}, status)


def _unauthorized(status: int) -> Response:
    return Response(status, b"Authentication failed. Check user name and API key.", "text/plain")
