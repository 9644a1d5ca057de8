"""The way of a call through Fortnox: login server, token, resource, action."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.fortnox import controls, documents, login, masters
from connectors.sandbox.fortnox.company import COMPANY, Company, Json, dumped, shown
from connectors.sandbox.fortnox.errors import FortnoxError, injected, missing, refused

_PLACE = re.compile(r"/3/(?P<resource>[a-z]+)(?:/(?P<number>[^/]+)(?:/(?P<action>[a-z]+))?)?/?")


@dataclass(frozen=True, slots=True)
class Resource:
    """`name` is that of one, `many` that of a list; `filters` are those of the list with the field that each asks for."""

    name: str
    many: str
    create: Callable[[Company, Json], Json]
    item: Callable[[Json], Json]
    filters: dict[str, str]

    def records(self, company: Company) -> dict[str, Json]:
        found: dict[str, Json] = getattr(
            company, {"InvoicePayment": "payments"}.get(self.name, self.many.lower())
        )
        return found


_BY_REFERENCE = {"externalinvoicereference1": "ExternalInvoiceReference1"}
_RESOURCES = {
    "customers": Resource(
        "Customer",
        "Customers",
        masters.create_customer,
        masters.customer_item,
        {"email": "Email", "customernumber": "CustomerNumber"},
    ),
    "articles": Resource("Article", "Articles", masters.create_article, masters.article_item, {}),
    "orders": Resource("Order", "Orders", documents.create_order, documents.list_item, _BY_REFERENCE),
    "invoices": Resource("Invoice", "Invoices", documents.create_invoice, documents.list_item, _BY_REFERENCE),
    "invoicepayments": Resource(
        "InvoicePayment",
        "InvoicePayments",
        documents.create_payment,
        documents.payment_item,
        {"invoicenumber": "InvoiceNumber"},
    ),
}
_ACTIONS: dict[tuple[str, str], Callable[[Company, str], Json]] = {
    ("orders", "createinvoice"): documents.invoice_order,
    ("invoices", "credit"): documents.credit,
    ("invoices", "bookkeep"): documents.bookkeep,
    ("invoicepayments", "bookkeep"): documents.bookkeep_payment,
}


class Fortnox(Vendor):
    slug = "fortnox"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.logins = login.Logins()
        self.companies: dict[str, Company] = {}

    def company(self, client: str) -> Company:
        """Made on first use."""
        return self.companies.setdefault(client, Company(f"{client}/{COMPANY}", self.ledger))

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
        answered = login.serve(self, request)
        if answered is not None:
            return answered
        client = self.logins.access.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if client is None:
            return json_response({"message": "unauthorized"}, 401)
        try:
            return self._called(self.company(client), request)
        except FortnoxError as error:
            return json_response(error.body, error.status)

    def _called(self, company: Company, request: Request) -> Response:
        if request.path == "/3/companyinformation":
            told = {"CompanyName": company.name, "DatabaseNumber": COMPANY, "CountryCode": "SE"}
            return json_response({"CompanyInformation": told})
        if request.path == "/api/warehouse/status-v1/stockbalance":
            return Response(body=dumped(_balance(company)))
        place = _PLACE.fullmatch(request.path)
        resource = _RESOURCES.get(place["resource"]) if place else None
        if place is None or resource is None:
            raise missing("resursen", 2000588)
        if place["action"]:
            return self._acted(company, resource, place, request)
        if place["number"]:
            return self._record(company, resource, place["number"], request)
        if request.method == "POST":
            made = resource.create(company, _body(request, resource.name))
            return Response(201, dumped({resource.name: shown(made)}))
        return Response(body=dumped(_listed(resource, resource.records(company).values(), request.query)))

    def _acted(
        self, company: Company, resource: Resource, place: re.Match[str], request: Request
    ) -> Response:
        action = _ACTIONS.get((place["resource"], place["action"]))
        if action is None or request.method != "PUT":
            raise missing("resursen", 2000588)
        name = "Invoice" if place["action"] == "createinvoice" else resource.name
        return Response(body=dumped({name: shown(action(company, place["number"]))}))

    def _record(self, company: Company, resource: Resource, number: str, request: Request) -> Response:
        record = resource.records(company).get(number)
        if record is None:
            raise missing("posten", 2000428)
        if request.method == "PUT":
            record |= _body(request, resource.name)
            company.touch(record)
        return Response(body=dumped({resource.name: shown(record)}))


def _body(request: Request, name: str) -> Json:
    try:
        body = json.loads(request.body, parse_float=Decimal)[name]
    except (ValueError, KeyError, TypeError):
        raise refused("Felaktig JSON.", 2002115) from None
    return dict(body)


def _listed(resource: Resource, records: Iterable[Json], query: dict[str, str]) -> Json:
    """A text filter finds whatever contains the text, as Fortnox does."""
    found = [record for record in records if _fits(record, resource, query)]
    page, limit = int(query.get("page", 1)), int(query.get("limit", 100))
    part = found[(page - 1) * limit : page * limit]
    told = {
        "@TotalResources": len(found),
        "@TotalPages": max(1, ceil(len(found) / limit)),
        "@CurrentPage": page,
    }
    return {"MetaInformation": told, resource.many: [resource.item(shown(record)) for record in part]}


def _fits(record: Json, resource: Resource, query: dict[str, str]) -> bool:
    if query.get("lastmodified", "") > record["modified"]:
        return False
    if query.get("filter") == "active" and record.get("Active") is not True:
        return False
    asked = ((field, query[name]) for name, field in resource.filters.items() if name in query)
    return all(text.casefold() in str(record.get(field) or "").casefold() for field, text in asked)


def _balance(company: Company) -> list[Json]:
    return [
        {
            "itemId": number,
            "stockPointCode": "1",
            "inStock": article["QuantityInStock"],
            "availableStock": article["DisposableQuantity"],
        }
        for number, article in company.articles.items()
        if article["Type"] == "STOCK"
    ]
