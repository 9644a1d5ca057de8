"""The way of a call through PostNord: whose key it is, what for, and what the demo may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.router import Handler
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.postnord.calls import routes
from connectors.sandbox.postnord.controls import controls
from connectors.sandbox.postnord.faults import Refused, fault
from connectors.sandbox.postnord.shipments import Shipments

_SHORTEST_KEY = 8


class PostNord(Vendor):
    slug = "postnord"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.shipments = Shipments()
        self.keys: set[str] = set()
        self.shown = True

    def serve(self, request: Request, course: Course) -> Response:
        key = request.query.get("apikey", "")
        if key not in self.keys if self.keys else len(key) < _SHORTEST_KEY:
            return self.failure(401 if key else 403)
        found = routes.find(request.method, request.path)
        if found is None:
            return self.failure(404)
        handler, names = found
        return self.run(course, lambda: self._executed(handler, request, names))

    def failure(self, status: int) -> Response:
        texts = {
            401: "The API key is not valid",
            403: "There is no API key",
            404: "There is no such resource",
        }
        return json_response(fault(f"API-{status}", texts.get(status, f"Injected failure {status}")), status)

    def control(self, request: Request) -> Response:
        """See controls.py."""
        found = controls.find(request.method, request.path)
        if found is None:
            return super().control(request)
        with self.lock:
            return _answered(found[0](self, request.json()))

    def _executed(self, handler: Handler, request: Request, names: Mapping[str, str]) -> Response:
        try:
            return _answered(handler(self, request, **names))
        except Refused as error:
            return json_response(error.body, 400)


def _answered(result: Any) -> Response:
    return result if isinstance(result, Response) else json_response(result)
