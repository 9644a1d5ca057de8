"""The way of a call through GLS: the login, the gateway before both APIs, and errors that ShipIT tells in headers."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from typing import Any

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.router import Handler
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.gls.calls import routes
from connectors.sandbox.gls.controls import controls
from connectors.sandbox.gls.errors import ShipitError, fault
from connectors.sandbox.gls.parcels import Parcels

SHIPIT = "/shipit-farm/v1/backend/rs/"
MEDIA_TYPE = "application/glsVersion1+json"
_TOKEN = "/oauth2/v2/token"  # noqa: S105 - an address
_LIFE_S = 14_400


class Gls(Vendor):
    """`tokens` and `apps` hold the keys of callers; `calls_left` is what tracking still allows today."""

    slug = "gls"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.parcels = Parcels()
        self.tokens: dict[str, str] = {}
        self.apps: dict[str, str] = {}
        self.calls_left = 500
        self.hides_refusals = False

    def serve(self, request: Request, course: Course) -> Response:
        if request.path == _TOKEN and request.method == "POST":
            return self.run(course, lambda: self._login(request))
        account = self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if account is None:
            return fault(401, "Invalid access token", "steps.jwt.InvalidToken")
        found = routes.find(request.method, request.path)
        if found is None:
            return fault(
                404, f"Nothing is at {request.method} {request.path}", "messaging.adaptors.http.flow.NotFound"
            )
        if request.path.startswith(SHIPIT) and request.headers.get("content-type") != MEDIA_TYPE:
            return Response(415, content_type="text/plain")
        return self.run(course, lambda: self._executed(*found, request, account))

    def failure(self, status: int) -> Response:
        if status == 429:
            return fault(429, "The quota is used up", "policies.ratelimit.QuotaViolation")
        return ShipitError("INJECTED", f"Injected failure {status}", status).response()

    def control(self, request: Request) -> Response:
        """See controls.py."""
        found = controls.find(request.method, request.path)
        if found is None:
            return super().control(request)
        with self.lock:
            answer = found[0](self, request.json())
        return answer if isinstance(answer, Response) else json_response(answer)

    def _executed(
        self, handler: Handler, names: Mapping[str, str], request: Request, account: str
    ) -> Response:
        """ShipIT's refusals have no body; some versions of it send them with status 200."""
        try:
            answer = handler(self, _data(request), account, **names)
        except ShipitError as error:
            return error.response(200 if self.hides_refusals else error.status)
        return answer if isinstance(answer, Response) else _answered(request, answer)

    def _login(self, request: Request) -> Response:
        key, secret = _basic(request.headers.get("authorization", ""))
        known = self.apps.get(key) == secret if self.apps else bool(key and secret)
        if not known or b"grant_type=client_credentials" not in request.body:
            return json_response({"errors": [{"message": "Invalid client identifier", "type": "401"}]}, 401)
        token = secrets.token_urlsafe(40)
        self.tokens[token] = key
        return json_response({"token_type": "Bearer", "access_token": token, "expires_in": _LIFE_S})


def _data(request: Request) -> Any:
    try:
        return json.loads(request.body) if request.body else None
    except ValueError:
        raise ShipitError("INVALID_JSON", "The body is no JSON") from None


def _answered(request: Request, answer: Any) -> Response:
    kind = MEDIA_TYPE if request.path.startswith(SHIPIT) else "application/json"
    return Response(200, json.dumps(answer).encode(), kind)


def _basic(header: str) -> tuple[str, str]:
    scheme, _, credentials = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        key, _, secret = base64.b64decode(credentials).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return key, secret
