"""What people do inside Go: the control API under /_/poweroffice/. Bodies may name the "client" ("po-client-demo")."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from connectors.sandbox.core.wire import Request
from connectors.sandbox.poweroffice import documents, masters, vouchers
from connectors.sandbox.poweroffice.company import Company, Json, number

if TYPE_CHECKING:
    from connectors.sandbox.poweroffice.api import PowerOffice

CLIENT = "po-client-demo"


def control(vendor: PowerOffice, request: Request) -> Any:
    """The answer to a control; None where there is no such control. Raises ValueError for what makes no sense."""
    data = {**request.query, **(request.json() if request.body else {})}
    if request.path == "/tokens/expire":
        vendor.tokens.clear()
        return {}
    done = _CONTROLS.get((request.method, request.path))
    if done is None:
        return None
    return done(vendor.company(data.pop("client", CLIENT)), data) or {}


def _books(company: Company, data: Json) -> Json:
    kinds = ("customers", "products", "invoices", "vouchers", "entries")
    found = {kind: list(getattr(company, kind).values()) for kind in kinds}
    orders = [documents.order_shown(order, complete=True) for order in company.orders.values()]
    return {**found, "orders": orders}


def _products(company: Company, data: Json) -> None:
    """{"products": [{"Code": "WOOL-M", "StockOnHand": 12, "UnitPrice": 399}]}: made, or counted anew."""
    for given in data["products"]:
        stocked = {"Name": given["Code"], "IsStockItem": True, **given}
        there = [item for item in company.products.values() if item["Code"] == given["Code"]]
        product = there[0] if there else masters.create_product(company, stocked)
        for field, value in stocked.items():
            masters.change(product, field, value)


def _pay(company: Company, data: Json) -> None:
    """{"reference": "100234"}: the customer has paid the invoice, which the bank tells Go."""
    invoice = _invoice(company, data)
    vouchers.settle(invoice, -number(invoice["Balance"]))


def _reverse(company: Company, data: Json) -> None:
    _invoice(company, data)["IsReversed"] = True


def _fail(company: Company, data: Json) -> None:
    """{"message": "…"}: the next invoice cannot be made."""
    company.failures.append(data["message"])


def _slow(company: Company, data: Json) -> None:
    """{"calls": 20}: so many calls go by before an invoice is there."""
    company.slow = int(data["calls"])


def _work(company: Company, data: Json) -> None:
    """All that is waiting gets invoiced now."""
    company.sending = dict.fromkeys(company.sending, 0)
    documents.work(company)


def _invoice(company: Company, data: Json) -> Json:
    wanted = data["reference"]
    found = [item for item in company.invoices.values() if item["ExternalImportReference"] == wanted]
    if not found:
        raise ValueError(f"There is no invoice for {wanted}.")
    return found[0]


_CONTROLS: dict[tuple[str, str], Callable[[Company, Json], Any]] = {
    ("GET", "/books"): _books,
    ("POST", "/products"): _products,
    ("POST", "/invoices/pay"): _pay,
    ("POST", "/invoices/reverse"): _reverse,
    ("POST", "/invoices/fail"): _fail,
    ("POST", "/invoices/slow"): _slow,
    ("POST", "/invoices/work"): _work,
}
