"""The way of a call through Klarna: who calls, under which key, execution, answer."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any
from urllib.parse import parse_qsl

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.router import Router
from connectors.sandbox.core.sender import Sender
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.klarna import orders, sessions, shopper
from connectors.sandbox.klarna.errors import KlarnaError, bad_value, failed
from connectors.sandbox.klarna.merchant import Call, Desk, Merchant

_USER = re.compile(r"P?K\w+")
_ROUTERS: tuple[Router, ...] = (sessions.routes, orders.routes)


class Klarna(Vendor):
    slug = "klarna"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.desk = Desk(ledger, url, Sender(self.slug))
        self.merchants: dict[str, Merchant] = {}

    def serve(self, request: Request, course: Course) -> Response:
        name = _user(request)
        if not name:
            return Response(401)
        with self.lock:
            merchant = self.merchants.setdefault(name, Merchant(name))
        return self.run(course, lambda: self._once(merchant, request))

    def failure(self, status: int) -> Response:
        return failed(status).response()

    def control(self, request: Request) -> Response:
        with self.lock:
            try:
                return self._controlled(request)
            except KlarnaError as error:
                return error.response()

    def close(self) -> None:
        self.desk.sender.close()

    def _once(self, merchant: Merchant, request: Request) -> Response:
        """Order Management answers a key as it first did, whatever comes with it; the other APIs know no keys."""
        key = request.headers.get("klarna-idempotency-key", "")
        if request.method == "GET" or not request.path.startswith("/ordermanagement/"):
            key = ""
        if key in merchant.replies:
            return merchant.replies[key]
        response = self._execute(Call(merchant, self.desk, None, key), request)
        if key:
            merchant.replies[key] = response
        return response

    def _execute(self, call: Call, request: Request) -> Response:
        try:
            found = next(
                filter(None, (routes.find(request.method, request.path) for routes in _ROUTERS)), None
            )
            if found is None:
                raise KlarnaError(403, "NOT_ALLOWED", f"There is no {request.method} {request.path}")
            call.body = _body(request)
            return _answered(found[0](call, **found[1]))
        except KlarnaError as error:
            return error.response()

    def _controlled(self, request: Request) -> Response:
        if request.path == "/forget_keys":
            return self._forget_keys()
        data = _control_data(request)
        found = shopper.routes.find(request.method, request.path)
        if found is not None:
            return _answered(found[0](Call(self._holder(found[1]["item"]), self.desk, data), **found[1]))
        answer = shopper.desk_control(Call(Merchant(""), self.desk, data), request.path)
        return super().control(request) if answer is None else json_response(answer)

    def _forget_keys(self) -> Response:
        """The 24 hours for which keys are kept are over."""
        for merchant in self.merchants.values():
            merchant.replies.clear()
        return json_response({})

    def _holder(self, item: str) -> Merchant:
        """The merchant that has the object; one of none, so that the look-up then says what is missing."""
        merchants = self.merchants.values()
        return next((m for m in merchants if item in m.pages or item in m.orders), Merchant(""))


def _user(request: Request) -> str:
    """The user name of good credentials, "" for bad ones: a password is whatever is not empty and not "wrong"."""
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    try:
        name, _, password = base64.b64decode(credentials).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    good = scheme.lower() == "basic" and _USER.fullmatch(name) and password not in {"", "wrong"}
    return name if good else ""


def _body(request: Request) -> Any:
    if not request.body:
        return {}
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise KlarnaError(415, "UNSUPPORTED_MEDIA_TYPE", "Send application/json")
    try:
        return json.loads(request.body)
    except ValueError:
        raise bad_value("body") from None


def _control_data(request: Request) -> dict[str, Any]:
    """JSON from programs, a form from the browser page."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(request.body.decode()))
    data = request.json()
    return data if isinstance(data, dict) else {}


def _answered(result: Any) -> Response:
    return result if isinstance(result, Response) else json_response(result)
