"""The way of a call through Stripe: key, idempotency, execution, answer."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.router import Router
from connectors.sandbox.core.sender import Sender
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.stripe import charges, endpoints, intents, refunds, sessions, shopper
from connectors.sandbox.stripe.account import API_VERSION, Account, Call, Desk
from connectors.sandbox.stripe.errors import StripeError, invalid, unauthorized
from connectors.sandbox.stripe.params import parse_form

_KEY = re.compile(r"(?:sk|rk)_(?P<mode>test|live)_(?:(?P<account>[A-Za-z0-9]+)_)?[A-Za-z0-9]+")
_FORM = "application/x-www-form-urlencoded"
_ROUTERS: tuple[Router, ...] = (
    intents.routes,
    charges.routes,
    refunds.routes,
    sessions.routes,
    endpoints.routes,
)


@dataclass(slots=True)
class Answer(Response):
    """`remembered` tells whether Stripe keeps it under the request's idempotency key."""

    remembered: bool = True


class Stripe(Vendor):
    slug = "stripe"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.desk = Desk(ledger, url, Sender(self.slug))
        self.accounts: dict[tuple[str, bool], Account] = {}

    def serve(self, request: Request, course: Course) -> Response:
        request_id = self.desk.new_id("req")
        try:
            call = self._call(request, request_id)
            response = self._once(call, request, course)
        except StripeError as error:
            response = _failed(error)
        version = request.headers.get("stripe-version", API_VERSION)
        echo = (
            {"Idempotency-Key": request.headers["idempotency-key"]}
            if "idempotency-key" in request.headers
            else {}
        )
        response.headers = {"Request-Id": request_id, "Stripe-Version": version, **echo, **response.headers}
        return response

    def failure(self, status: int) -> Response:
        kind = "api_error" if status >= 500 else "card_error" if status == 402 else "invalid_request_error"
        codes = {402: "card_declined", 409: "lock_timeout", 429: "rate_limit"}
        error = StripeError(status, kind, f"Injected failure {status}.", code=codes.get(status))
        error.executed = status == 402 or status >= 500
        return _failed(error)

    def control(self, request: Request) -> Response:
        with self.lock:
            try:
                return self._controlled(request)
            except StripeError as error:
                return _failed(error)

    def close(self) -> None:
        self.desk.sender.close()

    def _call(self, request: Request, request_id: str) -> Call:
        account = self._account(_secret_key(request))
        if request.method != "POST":
            return Call(account, self.desk, {}, request.query, "", request_id)
        if request.body and not request.headers.get("content-type", "").startswith(_FORM):
            raise invalid(f"Invalid request (check that your POST content type is {_FORM}).")
        tree = parse_form(request.body.decode("utf-8", "replace"))
        return Call(account, self.desk, tree, {}, request.headers.get("idempotency-key", ""), request_id)

    def _account(self, key: str) -> Account:
        match = _KEY.fullmatch(key)
        if match is None:
            raise unauthorized(key)
        name, live = match["account"] or "", match["mode"] == "live"
        with self.lock:
            return self.accounts.setdefault((name, live), Account(name, live))

    def _once(self, call: Call, request: Request, course: Course) -> Response:
        """Execute, or replay what the same key gave before. Raises StripeError for a key that clashes."""
        if not call.key:
            return self.run(course, lambda: self._execute(call, request))
        keys, asked = call.account.keys, (request.path, call.tree)
        with self.lock:
            replayed = keys.claim(call.key, asked, call.request_id)
        if replayed is not None:
            return replayed
        response: Response | None = None
        try:
            response = self.run(course, lambda: self._execute(call, request))
        finally:
            with self.lock:
                keys.finish(
                    call.key, response if isinstance(response, Answer) and response.remembered else None
                )
        return response

    def _execute(self, call: Call, request: Request) -> Response:
        found = next(filter(None, (routes.find(request.method, request.path) for routes in _ROUTERS)), None)
        if found is None:
            return _failed(
                invalid(f"Unrecognized request URL ({request.method}: {request.path}).", status=404)
            )
        try:
            return Answer(200, json.dumps(found[0](call, **found[1])).encode())
        except StripeError as error:
            return _failed(error)

    def _controlled(self, request: Request) -> Response:
        data = _control_data(request)
        if request.path == "/forget_keys":
            return self._forget_keys()
        found = shopper.routes.find(request.method, request.path)
        if found is not None:
            call = Call(self._holder(found[1]["item"]), self.desk, data)
            result: Any = found[0](call, **found[1])
            return result if isinstance(result, Response) else json_response(result)
        answer = shopper.desk_control(Call(Account("", False), self.desk, data), request.path)
        return super().control(request) if answer is None else json_response(answer)

    def _forget_keys(self) -> Response:
        """The 24 hours for which keys are kept are over."""
        for account in self.accounts.values():
            account.keys.forget()
        return json_response({})

    def _holder(self, object_id: str) -> Account:
        """The account that has the object; one of none, so that the look-up then says what is missing."""
        accounts = self.accounts.values()
        return next((account for account in accounts if account.holds(object_id)), Account("", False))


def _secret_key(request: Request) -> str:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(credentials).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return credentials.strip() if scheme.lower() == "bearer" else ""


def _control_data(request: Request) -> dict[str, Any]:
    """JSON from programs, a form from the browser pages."""
    if request.headers.get("content-type", "").startswith(_FORM):
        return parse_form(request.body.decode())
    data = request.json()
    return data if isinstance(data, dict) else {}


def _failed(error: StripeError) -> Answer:
    return Answer(error.status, json.dumps(error.body).encode(), remembered=error.executed)
