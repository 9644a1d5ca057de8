"""The way of a call through Ingrid: who calls, what for, and what the demo may do."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.ingrid.calls import routes
from connectors.sandbox.ingrid.controls import controls
from connectors.sandbox.ingrid.refusals import Refused, refusal
from connectors.sandbox.ingrid.sessions import Sessions

_CODES = {400: "invalid_argument", 401: "unauthenticated", 403: "permission_denied", 404: "not_found"}
_CODES |= {429: "resource_exhausted", 500: "internal", 503: "unavailable", 504: "deadline_exceeded"}


class Ingrid(Vendor):
    slug = "ingrid"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.sessions = Sessions()
        self.keys: set[str] = set()
        self.covers_home = True

    def serve(self, request: Request, course: Course) -> Response:
        account = self._account(request)
        if account is None:
            return refusal(Refused(401, "unauthenticated", "malformed authorization token"))
        found = routes.find(request.method, request.path)
        if found is None:
            return refusal(Refused(404, "unimplemented", f"no handler for {request.method} {request.path}"))
        return self.run(course, lambda: self._executed(found[0], request, account))

    def failure(self, status: int) -> Response:
        return refusal(Refused(status, _CODES.get(status, "unknown"), f"injected failure {status}"))

    def control(self, request: Request) -> Response:
        """See controls.py."""
        found = controls.find(request.method, request.path)
        if found is None:
            return super().control(request)
        with self.lock:
            return _answered(lambda: found[0](self, request.json()))

    def _executed(self, handler: Any, request: Request, account: str) -> Response:
        return _answered(lambda: handler(self, request, account))

    def _account(self, request: Request) -> str | None:
        """The key that the token stands for; None for one that is none, or not of ours."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            key = base64.b64decode(token, validate=True).decode("ascii")
        except (binascii.Error, ValueError):
            return None
        known = scheme == "Bearer" and bool(key) and (not self.keys or key in self.keys)
        return key if known else None


def _answered(handle: Any) -> Response:
    try:
        return json_response(handle())
    except Refused as error:
        return refusal(error)
