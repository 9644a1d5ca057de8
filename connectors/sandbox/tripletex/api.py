"""The way of a call through Tripletex: session, resource, action."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from connectors.sandbox.core.accounts import alias
from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.sender import Sender
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response
from connectors.sandbox.tripletex import controls, documents, lists, masters, notices
from connectors.sandbox.tripletex.company import Company, Json, dumped, there, today
from connectors.sandbox.tripletex.errors import TripletexError, injected, invalid, missing
from connectors.sandbox.tripletex.fields import shown

_PLACE = re.compile(r"(?P<list>/.*?)/(?P<id>\d+)(?:/:(?P<action>\w+))?")
_LOGIN = "/token/session/:create"

_CREATE: dict[str, Callable[[Company, Json], Json]] = {
    "/customer": masters.create_customer,
    "/product": masters.create_product,
    "/order": documents.create_order,
    "/event/subscription": masters.create_subscription,
}
_ACT: dict[tuple[str, str], Callable[[Company, int, dict[str, str]], Json]] = {
    ("/order", "invoice"): documents.invoice_order,
    ("/invoice", "payment"): documents.pay,
    ("/invoice", "createCreditNote"): documents.credit,
}
_UPDATE: dict[str, Callable[[Company, Json, Json], Json]] = {
    "/customer": masters.update_customer,
    "/product": masters.update_product,
}


class Tripletex(Vendor):
    slug = "tripletex"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.companies: dict[str, Company] = {}
        self.sessions: dict[str, str] = {}
        self.sender = Sender("tripletex")
        self._numbers = count(1)

    def company(self, employee: str) -> Company:
        """Made on first use."""
        if employee not in self.companies:
            found = len(self.companies) + 5001
            self.companies[employee] = Company(found, alias(employee), self.ledger, self._tell)
        return self.companies[employee]

    def serve(self, request: Request, course: Course) -> Response:
        return self.run(course, lambda: self._answer(request))

    def failure(self, status: int) -> Response:
        error = injected(status)
        headers = {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "1"} if status == 429 else {}
        return Response(status, dumped(error.body), headers=headers)

    def control(self, request: Request) -> Response:
        """See controls.py."""
        with self.lock:
            done = controls.control(self, request)
        return super().control(request) if done is None else Response(body=dumped(done))

    def close(self) -> None:
        self.sender.close()

    def _tell(self, company: Company, event: str, record: Json) -> None:
        for post in notices.posts(company, event, record):
            self.sender.send(post)

    def _answer(self, request: Request) -> Response:
        try:
            if request.path == _LOGIN and request.method == "POST":
                return Response(201, dumped({"value": self._session(_body(request))}))
            return self._called(self._company_of(request), request)
        except TripletexError as error:
            return Response(
                error.status, dumped(error.body), headers={"x-tlx-request-id": "5f0c1d2e-sandbox"}
            )

    def _session(self, given: Json) -> Json:
        tokens = (str(given.get("consumerToken") or ""), str(given.get("employeeToken") or ""))
        if not all(tokens) or any(token.startswith("wrong") for token in tokens):
            raise TripletexError(401, 3000, "Ugyldig token.")
        until = str(given.get("expirationDate") or "")
        if not today() < until <= (date.fromisoformat(today()) + timedelta(days=365)).isoformat():
            raise invalid(expirationDate="Må være etter dagens dato.")
        number = next(self._numbers)
        token = f"tlx-session-{number:06d}-{alias(tokens[1])}"
        self.sessions[token] = tokens[1]
        return {"id": number, "version": 0, "token": token, "expirationDate": until}

    def _company_of(self, request: Request) -> Company:
        kind, _, text = request.headers.get("authorization", "").partition(" ")
        try:
            _, _, token = base64.b64decode(text).decode().partition(":")
        except ValueError:
            token = ""
        employee = self.sessions.get(token) if kind == "Basic" else None
        if employee is None:
            raise TripletexError(401, 3000, "Ugyldig token.")
        return self.company(employee)

    def _called(self, company: Company, request: Request) -> Response:
        if request.path == "/token/session/>whoAmI":
            return Response(
                body=dumped({"value": {"employeeId": 1, "companyId": company.id, "language": "no"}})
            )
        if request.method == "GET":
            found = lists.listed(company, request.path, request.query)
            if found is not None:
                return Response(body=dumped(found))
        if request.method == "POST" and request.path in _CREATE:
            return Response(201, _shallow(_CREATE[request.path](company, _body(request))))
        place = _PLACE.fullmatch(request.path)
        if place is None:
            raise missing("ressursen")
        return self._record(company, place["list"], int(place["id"]), place["action"], request)

    def _record(
        self, company: Company, kind: str, found: int, action: str | None, request: Request
    ) -> Response:
        if action is not None and request.method == "PUT" and (kind, action) in _ACT:
            return Response(body=_shallow(_ACT[kind, action](company, found, request.query)))
        if kind == "/event/subscription" and request.method == "DELETE" and not action:
            there(company.subscriptions, found, "abonnementet")
            del company.subscriptions[found]
            return Response(204)
        update = _UPDATE.get(kind)
        if action is not None or request.method != "PUT" or update is None:
            raise missing("ressursen")
        records = {"/customer": company.customers, "/product": company.products}[kind]
        record, given = there(records, found, "objektet"), _body(request)
        masters.check_version(record, given)
        return Response(body=_shallow(update(company, record, given)))


def _body(request: Request) -> Json:
    try:
        body: Any = json.loads(request.body, parse_float=Decimal)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise TripletexError(422, 16000, "Ugyldig JSON.")
    return body


def _shallow(record: Json) -> bytes:
    return dumped({"value": shown(record, "")})
