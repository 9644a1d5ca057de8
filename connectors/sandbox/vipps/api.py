"""The way of a call through Vipps: token, keys, execution."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from typing import Any

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.router import Router
from connectors.sandbox.core.sender import Sender
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.vipps import desk, payments, registrations, shopper
from connectors.sandbox.vipps.errors import VippsError, failed, invalid, refused
from connectors.sandbox.vipps.unit import Call, Desk, Json, Kept, Unit

_ROUTERS: tuple[Router, ...] = (payments.routes, registrations.routes)
_TOKEN_LIFE = 3600
LONGEST_KEY = 50
#: What a key that was used for something else is answered, by the end of the path.
_CLASHES = {"capture": "4010", "refund": "4150"}
_LOGIN = ("client_id", "client_secret", "ocp-apim-subscription-key", "merchant-serial-number")


class Vipps(Vendor):
    slug = "vipps"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.desk = Desk(ledger, url, Sender(self.slug))
        self.units: dict[str, Unit] = {}
        self.tokens: dict[str, tuple[str, str]] = {}

    def serve(self, request: Request, course: Course) -> Response:
        try:
            if request.path.lower() == "/accesstoken/get":
                return self.run(course, lambda: self._login(request))
            refusal = self._refusal(request)
            return refusal or self._once(self._call(request), request, course)
        except VippsError as error:
            return error.response()

    def failure(self, status: int) -> Response:
        return failed(status)

    def control(self, request: Request) -> Response:
        with self.lock:
            try:
                return self._controlled(request)
            except VippsError as error:
                return error.response()

    def close(self) -> None:
        self.desk.sender.close()

    def unit(self, msn: str) -> Unit:
        return self.units.setdefault(msn, Unit(msn))

    def _login(self, request: Request) -> Response:
        given = [request.headers.get(name, "") for name in _LOGIN]
        if request.method != "POST" or request.body or not all(given):
            return json_response(
                {"error": "unauthorized_client", "error_description": "These keys are not known"}, 401
            )
        token, now = f"eyJ.{secrets.token_urlsafe(24)}", int(time.time())
        self.tokens[token] = (given[2], given[3])
        return json_response(
            {
                "token_type": "Bearer",
                "expires_in": str(_TOKEN_LIFE),
                "ext_expires_in": "0",
                "expires_on": str(now + _TOKEN_LIFE),
                "not_before": str(now),
                "resource": "00000002-0000-0000-c000-000000000000",
                "access_token": token,
            }
        )

    def _refusal(self, request: Request) -> Response | None:
        """What the gateway in front says to a call without a good token or with other keys."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        granted = self.tokens.get(token) if scheme == "Bearer" else None
        if granted is None:
            return failed(401, "There is no good access token.")
        if granted != tuple(request.headers.get(name, "") for name in _LOGIN[2:]):
            return failed(401, "The token was given for other keys.")
        return None

    def _call(self, request: Request) -> Call:
        unit = self.unit(request.headers["merchant-serial-number"])
        try:
            body = json.loads(request.body) if request.body else {}
        except ValueError:
            raise VippsError(400, "Bad Request", "The body is no JSON") from None
        if not isinstance(body, dict):
            raise VippsError(400, "Bad Request", "The body is no object")
        return Call(unit, self.desk, body, request.headers.get("idempotency-key", ""))

    def _once(self, call: Call, request: Request, course: Course) -> Response:
        """Execute, or give the first answer again. Only what was executed is remembered."""
        if request.method != "POST" or not request.path.startswith("/epayment/v1/payments"):
            return self.run(course, lambda: self._execute(call, request))
        if not 0 < len(call.key) <= LONGEST_KEY:
            raise invalid(("Idempotency-Key", f"Must have 1 to {LONGEST_KEY} characters"))
        keys, asked = call.unit.keys, (request.path, call.body)
        with self.lock:
            if call.key in keys:
                return self._again(keys[call.key], asked)
            keys[call.key] = Kept(asked)
        try:
            return self.run(course, lambda: self._execute(call, request))
        finally:
            with self.lock:
                if keys[call.key].response is None:
                    del keys[call.key]

    def _again(self, kept: Kept, asked: tuple[str, Json]) -> Response:
        if kept.asked != asked:
            code = _CLASHES.get(asked[0].rpartition("/")[2], "4020")
            raise refused(code, "A repetition has to be the same request")
        if kept.response is None:
            raise refused("6160", "Another call with this key is at work")
        if not self.desk.repeatable:
            raise refused("4020", "This key was used before")
        return kept.response

    def _execute(self, call: Call, request: Request) -> Response:
        found = next(filter(None, (routes.find(request.method, request.path) for routes in _ROUTERS)), None)
        if found is None:
            return failed(404, "Resource not found")
        try:
            response: Response = found[0](call, **found[1])
        except VippsError as error:
            return error.response()
        if call.key in call.unit.keys:
            call.unit.keys[call.key].response = response
        return response

    def _controlled(self, request: Request) -> Response:
        data = _data(request)
        found = shopper.routes.find(request.method, request.path)
        if found is not None:
            call = Call(self._holder(found[1]["reference"]), self.desk, data)
            return _answer(found[0](call, **found[1]))
        own: tuple[Callable[..., Any], Any] | None = desk.routes.find(request.method, request.path)
        return _answer(own[0](self, data)) if own else super().control(request)

    def _holder(self, reference: str) -> Unit:
        """The unit that has the payment; one of none, so that the look-up then says what is missing."""
        return next((unit for unit in self.units.values() if reference in unit.payments), Unit(""))


def _answer(result: Any) -> Response:
    return result if isinstance(result, Response) else json_response(result)


def _data(request: Request) -> Json:
    """JSON from programs, a form from the browser page."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        pairs = (item.partition("=") for item in request.body.decode().split("&"))
        return {name: value for name, _, value in pairs}
    data = request.json()
    return data if isinstance(data, dict) else {}
