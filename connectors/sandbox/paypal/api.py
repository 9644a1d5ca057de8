"""The way of a call through PayPal: login, request id, execution, answer."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Callable
from typing import Any

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.router import Router
from connectors.sandbox.core.sender import Sender
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.paypal import hooks, orders, payments, registrations, shopper
from connectors.sandbox.paypal.desk import Call, Desk, shown
from connectors.sandbox.paypal.errors import PaypalError, not_found, refused

_ROUTERS: tuple[Router, ...] = (orders.routes, payments.routes, registrations.routes)
_TOKEN = "/v1/oauth2/token"  # noqa: S105 - an address
_LONGEST_KEY = 108
_LIFE_S = 32_400


class Paypal(Vendor):
    slug = "paypal"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.desk = Desk(ledger, url, Sender(self.slug))

    def serve(self, request: Request, course: Course) -> Response:
        try:
            if request.path == hooks.CERTIFICATE and request.method == "GET":
                return self.run(course, lambda: Response(200, hooks.key_pair()[1], "text/plain"))
            if request.path == _TOKEN:
                return self.run(course, lambda: self._login(request))
            return self._once(self._call(request), request, course)
        except PaypalError as error:
            return error.response()

    def failure(self, status: int) -> Response:
        return PaypalError(status, "TRANSACTION_REFUSED" if status == 422 else "").response()

    def control(self, request: Request) -> Response:
        found = shopper.routes.find(request.method, request.path)
        if found is None:
            return super().control(request)
        with self.lock:
            try:
                answer = found[0](self.desk, request, **found[1])
            except PaypalError as error:
                return error.response()
            except KeyError as error:
                raise ValueError(f"There is no {error}") from None
        return answer if isinstance(answer, Response) else json_response(answer)

    def close(self) -> None:
        self.desk.sender.close()

    def _login(self, request: Request) -> Response:
        account, secret = _basic(request.headers.get("authorization", ""))
        if not account or not secret or b"grant_type=client_credentials" not in request.body:
            problem = {"error": "invalid_client", "error_description": "Client Authentication failed"}
            return json_response(problem, 401)
        token = f"A21{secrets.token_urlsafe(40)}"
        self.desk.tokens[token] = account
        return json_response(
            {"scope": "", "access_token": token, "token_type": "Bearer", "expires_in": _LIFE_S, "nonce": ""}
        )

    def _call(self, request: Request) -> Call:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        account = self.desk.tokens.get(token)
        if account is None:
            raise PaypalError(401)
        if request.body and not request.headers.get("content-type", "").startswith("application/json"):
            raise PaypalError(415)
        try:
            data = json.loads(request.body) if request.body else None
        except ValueError:
            raise PaypalError(400, "MALFORMED_REQUEST_JSON") from None
        return Call(self.desk, account, data, request.headers.get("paypal-request-id", ""))

    def _once(self, call: Call, request: Request, course: Course) -> Response:
        """Execute, or show what became of the first request of this id. A refused request is forgotten."""
        keyed = call.key and request.method == "POST" and not request.path.endswith("/void")
        if not keyed:
            return self.run(course, lambda: _answer(request, *self._execute(call, request)))
        if len(call.key) > _LONGEST_KEY:
            raise PaypalError(400, "INVALID_STRING_LENGTH", field="PayPal-Request-Id")
        place = (call.account, call.key)
        with self.lock:
            kept = self.desk.kept.setdefault(place, {})
            if kept:
                return _replayed(request, kept)
            kept |= {"path": request.path, "made": None}
        try:
            return self.run(course, self._remembering(call, request, kept))
        finally:
            with self.lock:
                if kept["made"] is None:
                    self.desk.kept.pop(place, None)

    def _remembering(self, call: Call, request: Request, kept: dict[str, Any]) -> Callable[[], Response]:
        def execute() -> Response:
            status, kept["made"] = self._execute(call, request)
            return _answer(request, status, kept["made"])

        return execute

    def _execute(self, call: Call, request: Request) -> tuple[int, Any]:
        found = next(filter(None, (routes.find(request.method, request.path) for routes in _ROUTERS)), None)
        if found is None:
            raise not_found()
        made = found[0](call, **found[1])
        return (201 if request.method == "POST" and not request.path.endswith("/void") else 200), made


def _answer(request: Request, status: int, made: Any) -> Response:
    """Whole or minimal, as Prefer says; nothing at all where there is nothing to show."""
    if made is None:
        return Response(204)
    whole = "return=representation" in request.headers.get("prefer", "") or request.method == "GET"
    if not whole and request.path.endswith("/void"):
        return Response(204)
    minimal = {name: made[name] for name in ("id", "status", "links") if name in made}
    return json_response(shown(made) if whole else minimal, status)


def _replayed(request: Request, kept: dict[str, Any]) -> Response:
    if kept["path"] != request.path:
        raise refused("DUPLICATE_REQUEST_ID")
    if kept["made"] is None:
        raise PaypalError(409, "PREVIOUS_REQUEST_IN_PROGRESS")
    return _answer(request, 200, kept["made"])


def _basic(header: str) -> tuple[str, str]:
    scheme, _, credentials = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        account, _, secret = base64.b64decode(credentials).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return account, secret
