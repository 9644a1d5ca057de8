"""The way of a call through PowerOffice Go: gateway, token, resource."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from decimal import Decimal
from itertools import count
from typing import Any

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.poweroffice import controls, documents, masters, vouchers
from connectors.sandbox.poweroffice.company import LEDGER_ID, NO_VAT_ID, Company, Json, dumped
from connectors.sandbox.poweroffice.errors import GoError, injected, missing
from connectors.sandbox.poweroffice.lists import listed

TOKEN_S = 600
_PLACE = re.compile(r"(?:/demo)?(?P<rest>/v2/.+|/oauth/token)", re.IGNORECASE)
_SUBSCRIPTION = "ocp-apim-subscription-key"
_ACCOUNTS = (1580, 1900, 1920, 3000, 3100)
_CREATED = 201


class PowerOffice(Vendor):
    slug = "poweroffice"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.tokens: dict[str, str] = {}
        self.companies: dict[str, Company] = {}
        self._numbers = count(1)

    def company(self, client: str) -> Company:
        """Made on first use."""
        return self.companies.setdefault(client, Company(_name_of(client), self.ledger))

    def serve(self, request: Request, course: Course) -> Response:
        return self.run(course, lambda: self._answer(request))

    def failure(self, status: int) -> Response:
        return json_response(*injected(status))

    def control(self, request: Request) -> Response:
        """See controls.py."""
        with self.lock:
            done = controls.control(self, request)
        return super().control(request) if done is None else Response(body=dumped(done))

    def _answer(self, request: Request) -> Response:
        place = _PLACE.fullmatch(request.path)
        if place is None:
            return json_response({"statusCode": 404, "message": "Resource not found"}, 404)
        if not request.headers.get(_SUBSCRIPTION):
            told = "Access denied due to missing subscription key. Make sure to include subscription key."
            return json_response({"statusCode": 401, "message": told}, 401)
        if place["rest"].lower() == "/oauth/token":
            return self._token(request)
        client = self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if client is None:
            return Response(401)
        try:
            return _called(self.company(client), place["rest"].removeprefix("/v2"), request)
        except GoError as error:
            return json_response(error.body, error.status)

    def _token(self, request: Request) -> Response:
        pair = request.headers.get("authorization", "").removeprefix("Basic ")
        application, _, client = base64.b64decode(pair).decode().partition(":")
        if not application or not client or client.startswith("wrong"):
            told = (
                "Client integration not found. Please ensure the provided keys are matching the environment."
            )
            return json_response({"error": "invalid_client", "error_description": told}, 400)
        token = f"po-access-{next(self._numbers):06d}"
        self.tokens[token] = client
        return json_response({"access_token": token, "token_type": "bearer", "expires_in": TOKEN_S})


def _called(company: Company, path: str, request: Request) -> Response:
    documents.work(company)
    handler = _LISTS.get((request.method, path))
    if handler is not None:
        return handler(company, request)
    for method, pattern, act in _RECORDS:
        found = re.fullmatch(pattern, path)
        if found and method == request.method:
            return act(company, found[1], request)
    raise missing("Resource", path)


def _body(request: Request) -> Any:
    try:
        return json.loads(request.body, parse_float=Decimal)
    except ValueError:
        raise GoError("Bad request", "The body is no JSON.") from None


def _making(make: Callable[[Company, Json], Json], status: int = _CREATED) -> Callable[..., Response]:
    return lambda company, request: Response(status, dumped(make(company, _body(request))))


def _order(company: Company, given: Json) -> Json:
    return documents.order_shown(documents.create_order(company, given), complete=True)


def _information(company: Company, request: Request) -> Response:
    told = {"ClientName": company.name, "ClientId": "2f0c7a4e-15c2-4d37-9c58-0b9a7f1e6d20"}
    granted = ["SalesOrder_Full", "OutgoingInvoice", "Customer_Full", "Product_Full", "CustomerLedger"]
    return json_response(
        {
            **told,
            "ValidPrivileges": granted,
            "InvalidPrivileges": [],
            "ActiveClientSubscriptions": ["GoInvoice"],
        }
    )


def _sent_state(company: Company, request: Request) -> Response:
    found = documents.sent_state(company, request.query.get("id", ""))
    return Response(body=dumped(found)) if found else Response(204)


def _products(company: Company, request: Request) -> Response:
    shown = (masters.product_shown(company, item) for item in company.products.values())
    return listed(shown, request.query)


def _accounts(company: Company, request: Request) -> Response:
    rows = [{"Id": LEDGER_ID + no, "AccountNo": no, "Name": f"Konto {no}"} for no in _ACCOUNTS]
    return listed(rows, request.query)


def _vat_codes(company: Company, request: Request) -> Response:
    rows = [
        {"Id": NO_VAT_ID, "Code": "0", "Name": "Ingen mva-behandling", "Rate": 0, "IsActive": True},
        {"Id": 14, "Code": "3", "Name": "Utgående mva", "Rate": 0.25, "IsActive": True},
    ]
    return listed(rows, request.query)


def _send(company: Company, identifier: str, request: Request) -> Response:
    done = documents.send(company, identifier, _body(request))
    state = f"/v2/SalesOrders/sentState?id={identifier}"
    return Response(202, dumped(done), headers={"Location": state})


def _read(kind: str) -> Callable[..., Response]:
    def read(company: Company, identifier: str, request: Request) -> Response:
        return Response(body=dumped(_there(company, kind, identifier)))

    return read


def _patched(kind: str) -> Callable[..., Response]:
    def patch(company: Company, identifier: str, request: Request) -> Response:
        """Field names compare without case, as everywhere in the service."""
        record = _there(company, kind, identifier)
        names = {name.lower(): name for name in record}
        for operation in _body(request):
            name = operation["path"].removeprefix("/")
            masters.change(record, names.get(name.lower(), name), operation.get("value"))
        return Response(body=dumped(record))

    return patch


def _there(company: Company, kind: str, identifier: str) -> Json:
    records: dict[str, Json] = getattr(company, kind)
    if identifier not in records:
        raise missing(f"{kind} with id =", identifier)
    return records[identifier]


_LISTS: dict[tuple[str, str], Callable[[Company, Request], Response]] = {
    ("GET", "/ClientIntegrationInformation"): _information,
    ("GET", "/Customers"): lambda company, request: listed(
        company.customers.values(), request.query, customernos="Number"
    ),
    ("POST", "/Customers"): _making(masters.create_customer),
    ("GET", "/Products"): _products,
    ("POST", "/Products"): _making(masters.create_product, 200),
    ("POST", "/SalesOrders/Complete"): _making(_order),
    ("GET", "/SalesOrders"): lambda company, request: listed(
        map(documents.order_shown, company.orders.values()), request.query
    ),
    ("GET", "/SalesOrders/sentState"): _sent_state,
    ("GET", "/OutgoingInvoices"): lambda company, request: listed(company.invoices.values(), request.query),
    ("GET", "/Customerledger/Statement"): lambda company, request: listed(
        company.entries.values(), request.query, customernos="CustomerAccountNo"
    ),
    ("GET", "/GeneralLedgerAccounts"): _accounts,
    ("GET", "/VatCodes"): _vat_codes,
    ("POST", "/Vouchers/BankJournals"): _making(
        lambda company, given: vouchers.create(company, "BankJournal", given)
    ),
    ("POST", "/Vouchers/CashJournals"): _making(
        lambda company, given: vouchers.create(company, "CashJournal", given)
    ),
}
_RECORDS: tuple[tuple[str, str, Callable[[Company, str, Request], Response]], ...] = (
    ("POST", r"/SalesOrders/([^/]+)/createAndSendInvoice", _send),
    ("GET", r"/Customers/(\d+)", _read("customers")),
    ("PATCH", r"/Customers/(\d+)", _patched("customers")),
    ("PATCH", r"/Products/(\d+)", _patched("products")),
)


def _name_of(client: str) -> str:
    """A client key is a credential, so the ledger names the company by something else."""
    return f"company-{hashlib.sha256(client.encode()).hexdigest()[:8]}"
