"""The way of a call through nShift: who calls, by key or by token, and what for."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from typing import Any

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.router import Handler
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.unifaun.calls import delivery
from connectors.sandbox.unifaun.controls import controls
from connectors.sandbox.unifaun.portal import login, portal
from connectors.sandbox.unifaun.shipments import Shipments


class Unifaun(Vendor):
    slug = "unifaun"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.shipments = Shipments()
        self.keys: dict[str, str] = {}
        self.tokens: set[str] = set()
        self.sessions: set[str] = set()
        self.shown = True

    @property
    def root(self) -> str:
        return f"{self.url}/{self.slug}"

    def serve(self, request: Request, course: Course) -> Response:
        for routes, may in ((login, lambda _: True), (delivery, self.has_key), (portal, self.has_token)):
            found = routes.find(request.method, request.path)
            if found is not None:
                if not may(request):
                    return Response(401, b"", "text/plain")
                handler, names = found
                return self.run(course, lambda: self._executed(handler, request, names))  # noqa: B023
        return json_response({"code": "NOT_FOUND", "message": f"There is no {request.path}."}, 404)

    def failure(self, status: int) -> Response:
        code = {429: "RATE_LIMITED", 401: "UNAUTHORIZED", 403: "FORBIDDEN"}.get(status, "INTERNAL")
        return json_response({"code": code, "message": f"Injected failure {status}"}, status)

    def control(self, request: Request) -> Response:
        """See controls.py."""
        found = controls.find(request.method, request.path)
        if found is None:
            return super().control(request)
        with self.lock:
            return _answered(found[0](self, request.json()))

    def has_key(self, request: Request) -> bool:
        """Keys are those named by /keys, or any with an id and a secret."""
        key, secret = credentials(request)
        return self.keys.get(key) == secret if self.keys else bool(key and secret)

    def has_token(self, request: Request) -> bool:
        return request.headers.get("authorization", "").removeprefix("Bearer ") in self.tokens

    def new_token(self) -> str:
        token = f"portal-{secrets.token_urlsafe(24)}"
        self.tokens.add(token)
        return token

    def _executed(self, handler: Handler, request: Request, names: Mapping[str, str]) -> Response:
        try:
            return _answered(handler(self, request, **names))
        except ValueError as error:
            return json_response({"code": "ILLEGAL", "message": f"The body is no JSON: {error}"}, 400)


def credentials(request: Request) -> tuple[str, str]:
    """Id and secret id of the API key in a Basic header, empty where there is none."""
    kind, _, coded = request.headers.get("authorization", "").partition(" ")
    try:
        key, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return (key, secret) if kind == "Basic" else ("", "")


def _answered(result: Any) -> Response:
    return result if isinstance(result, Response) else json_response(result)
