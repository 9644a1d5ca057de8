"""The way of a call through Adyen: API key, idempotency, execution, answer."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.adyen import changes, payments, registrations, shopper
from connectors.sandbox.adyen.desk import Desk, Json
from connectors.sandbox.adyen.errors import AdyenError, injected, invalid, unauthorized, unknown_account
from connectors.sandbox.adyen.keys import Keys
from connectors.sandbox.adyen.webhooks import Teller
from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.sender import Sender
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response

_ROUTERS = (payments.routes, changes.routes, registrations.routes)


class Adyen(Vendor):
    slug = "adyen"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.desk = Desk(ledger, url, Teller(Sender(self.slug)))
        self.keys = Keys()

    def serve(self, request: Request, course: Course) -> Response:
        key = request.headers.get("idempotency-key", "") if request.method != "GET" else ""
        try:
            body = self._body(request)
            response = self._once(request, body, key, course)
        except AdyenError as error:
            response = error.response()
        echo = {"Idempotency-Key": key} if key else {}
        response.headers = {**echo, **response.headers}
        return response

    def failure(self, status: int) -> Response:
        return injected(status).response()

    def control(self, request: Request) -> Response:
        if request.path == "/forget_keys":
            with self.lock:
                self.keys.forget()
            return json_response({})
        found = shopper.routes.find(request.method, request.path)
        if found is None:
            return super().control(request)
        with self.lock:
            try:
                answer: Any = found[0](self.desk, shopper.data_of(request), **found[1])
            except AdyenError as error:
                return error.response()
        return answer if isinstance(answer, Response) else json_response(answer)

    def close(self) -> None:
        self.desk.teller.sender.close()

    def _body(self, request: Request) -> Json:
        if not request.headers.get("x-api-key", "").startswith("AQE"):
            raise unauthorized()
        if request.method == "GET" or not request.body:
            return {}
        if not request.headers.get("content-type", "").startswith("application/json"):
            raise AdyenError(415, "000", "Send JSON", "validation")
        try:
            body = request.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise AdyenError(400, "702", "The body cannot be read", "validation")
        if str(body.get("merchantAccount", "")).startswith("Unknown"):
            raise unknown_account()
        return body

    def _once(self, request: Request, body: Json, key: str, course: Course) -> Response:
        """Execute, or answer again what the same key was answered with. What was processed is kept before anything can
        become of the answer."""
        if not key:
            return self.run(course, lambda: self._execute(request, body, ""))
        with self.lock:
            replayed = self.keys.claim(key)
        if replayed is not None:
            return replayed
        try:
            return self.run(course, lambda: self._keeping(request, body, key))
        finally:
            with self.lock:
                self.keys.release(key)

    def _keeping(self, request: Request, body: Json, key: str) -> Response:
        response = self._execute(request, body, key)
        self.keys.keep(key, response)
        return response

    def _execute(self, request: Request, body: Json, key: str) -> Response:
        routers = (router.find(request.method, request.path) for router in _ROUTERS)
        found = next(filter(None, routers), None)
        if found is None:
            return AdyenError(404, "000", "There is no such operation", "validation").response()
        try:
            status, answer = found[0](self.desk, body, key, **found[1])
        except AdyenError as error:
            return error.response()
        except (AttributeError, TypeError):
            return invalid("702", "The body cannot be read").response()
        return json_response(answer, status)
