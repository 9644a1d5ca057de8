"""What people do inside Fortnox: the control API under /_/fortnox/. Bodies may name the "client" ("fortnox-demo")."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connectors.sandbox.core.wire import Request
from connectors.sandbox.fortnox import documents, masters
from connectors.sandbox.fortnox.company import Company, Json, shown

if TYPE_CHECKING:
    from connectors.sandbox.fortnox.api import Fortnox

CLIENT = "fortnox-demo"


def control(vendor: Fortnox, request: Request) -> Any:
    """The answer to a control; None where there is no such control. Raises ValueError for what makes no sense."""
    data = {**request.query, **(request.json() if request.body else {})}
    if request.path == "/tokens/expire":
        vendor.logins.access.clear()
        return {}
    if request.path == "/consents/withdraw":
        vendor.logins.access.clear()
        vendor.logins.refresh.clear()
        return {}
    done = _CONTROLS.get((request.method, request.path))
    if done is None:
        return None
    return done(vendor.company(data.pop("client", CLIENT)), data) or {}


def _books(company: Company, data: Json) -> Json:
    kinds = ("customers", "articles", "orders", "invoices", "payments")
    return {kind: [shown(record) for record in getattr(company, kind).values()] for kind in kinds}


def _articles(company: Company, data: Json) -> None:
    """{"articles": [{"ArticleNumber": "WOOL-M", "QuantityInStock": 12}]}: made, or counted anew."""
    for given in data["articles"]:
        number = given["ArticleNumber"]
        there = company.articles.get(number)
        there = there or masters.create_article(company, {"Description": number, "ArticleNumber": number})
        quantity = given.get("QuantityInStock", there["QuantityInStock"])
        there |= {**given, "QuantityInStock": quantity, "DisposableQuantity": quantity}


def _pay(company: Company, data: Json) -> None:
    """{"reference": "100234"}: the customer has paid the invoice, which somebody enters there."""
    invoice = _invoice(company, data)
    documents.settle(company, invoice, Decimal(str(invoice["Balance"])))


def _cancel(company: Company, data: Json) -> None:
    """{"reference": "100234"}: somebody cancels the order there."""
    for order in company.orders.values():
        if order["ExternalInvoiceReference1"] == data["reference"]:
            order["Cancelled"] = True
            company.touch(order)


def _invoice(company: Company, data: Json) -> Json:
    wanted = data["reference"]
    found = [item for item in company.invoices.values() if item["ExternalInvoiceReference1"] == wanted]
    if not found:
        raise ValueError(f"There is no invoice for {wanted}.")
    return found[0]


_CONTROLS: dict[tuple[str, str], Callable[[Company, Json], Any]] = {
    ("GET", "/books"): _books,
    ("POST", "/articles"): _articles,
    ("POST", "/invoices/pay"): _pay,
    ("POST", "/orders/cancel"): _cancel,
}
