"""What people do inside Tripletex: the control API under /_/tripletex/. Bodies may name the company by the "employee" token
("test-employee-demo")."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from connectors.sandbox.core.wire import Request
from connectors.sandbox.tripletex import documents, masters
from connectors.sandbox.tripletex.company import Company, Json
from connectors.sandbox.tripletex.fields import shown

if TYPE_CHECKING:
    from connectors.sandbox.tripletex.api import Tripletex

EMPLOYEE = "test-employee-demo"
#: What is subscribed to.
EVENTS = ("product.create", "product.update", "customer.create", "customer.update", "invoice.charged")


def control(vendor: Tripletex, request: Request) -> Any:
    """The answer to a control; None where there is no such control. Raises ValueError for what makes no sense."""
    data = {**request.query, **(request.json() if request.body else {})}
    if request.path == "/sessions/expire":
        vendor.sessions.clear()
        return {}
    if request.path == "/webhooks":
        vendor.sender.configure(**data)
        return {"deliveries": list(vendor.sender.deliveries), **vendor.sender.settings()}
    done = _CONTROLS.get((request.method, request.path))
    if done is None:
        return None
    return done(vendor.company(data.pop("employee", EMPLOYEE)), data) or {}


def _books(company: Company, data: Json) -> Json:
    deep = {
        "customers": "*,postalAddress(*)",
        "products": "*",
        "orders": "*,customer(id,email),currency(code),orderLines(*,product(id,number),vatType(number))",
        "invoices": "*,customer(id,email),currency(code),orders(id,number)",
        "subscriptions": "*",
    }
    kept = {kind: [*getattr(company, kind).values()] for kind in deep}
    found = {kind: [shown(record, deep[kind]) for record in records] for kind, records in kept.items()}
    for row in found["invoices"]:
        row["sent"] = company.invoices[row["id"]]["_sent"]
    return {**found, "payments": company.payments}


def _products(company: Company, data: Json) -> None:
    """{"products": [{"number": "WOOL-M", "stockOfGoods": 12}]}: made, or changed."""
    for given in data["products"]:
        known = [item for item in company.products.values() if item["number"] == given["number"]]
        stock = given.get("stockOfGoods", known[0]["stockOfGoods"] if known else 0)
        told = {"isStockItem": True, "availableStock": stock, **given, "stockOfGoods": stock}
        if known:
            masters.update_product(company, known[0], told)
        else:
            masters.create_product(company, {"name": given["number"], **told})


def _customers(company: Company, data: Json) -> None:
    """{"customers": [{"name": …, "email": …}]}: somebody enters them there."""
    for given in data["customers"]:
        masters.create_customer(company, given)


def _pay(company: Company, data: Json) -> None:
    """{"number": "100234"}: the customer has paid the invoice of that order, which somebody enters there."""
    for invoice in company.invoices.values():
        if invoice["orders"][0]["number"] == data["number"] and not invoice["isCreditNote"]:
            amount = str(data.get("amount") or invoice["amountCurrencyOutstanding"])
            documents.pay(company, invoice["id"], {"paymentTypeId": "502", "paidAmount": amount})
            return
    raise ValueError(f"There is no invoice of order {data['number']}.")


def _order(company: Company, data: Json) -> None:
    """{"number": "100234", "status": "CANCELLED"}: fields of an order that somebody changes there."""
    for order in company.orders.values():
        if order["number"] == data["number"]:
            order |= data
            company.touched(order)


def _subscriptions(company: Company, data: Json) -> None:
    """{"status": "DISABLED_TOO_MANY_ERRORS"}: what becomes of all subscriptions."""
    for subscription in company.subscriptions.values():
        subscription |= data


def _subscribe(company: Company, data: Json) -> None:
    """{"url": …, "secret": …}: subscriptions to all that is told, as registering that address makes them."""
    for event in EVENTS:
        told = {"targetUrl": data["url"], "hmacSharedSecret": data["secret"], "fields": "id"}
        masters.create_subscription(company, {"event": event, **told})


_CONTROLS: dict[tuple[str, str], Callable[[Company, Json], Any]] = {
    ("GET", "/books"): _books,
    ("POST", "/products"): _products,
    ("POST", "/customers"): _customers,
    ("POST", "/invoices/pay"): _pay,
    ("POST", "/orders"): _order,
    ("POST", "/subscriptions"): _subscriptions,
    ("POST", "/subscribe"): _subscribe,
}
