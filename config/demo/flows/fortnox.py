"""The books of the Swedish company: orders become invoices there, are paid, credited, and told to be paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.demo.charts import Status, Step
from config.demo.flows.base import Flow, at_vendor, task
from config.demo.ground import PRODUCTS
from config.demo.merchant import Merchant
from config.demo.play import order_body
from config.demo.story import Story
from config.demo.vendors import Vendors
from connectors.drafts import create_connector
from connectors.models import Connector
from tenants.models import Store, Tenant

#: The database number that every company in the simulated Fortnox has.
_COMPANY = "1204867"
_CLIENT, _SECRET = "nordicOutdoorBooks", "fortnox-nordicOutdoor-8d1c"
_BOOKS, _ORDER_TYPE, _STORE = "Fortnox", "Invoiced", "STO"
_STOCK, _PAID = "Stock of Fortnox", "Paid invoices of Fortnox"
_TOTAL = 1299
_STORY = Story(
    number="D-7001", title="invoiced", market="SWE", amount="1299.00", order_type=_ORDER_TYPE, path=()
)
_CHART = (
    Status("New", ("Ship",), (Step("AuthorizePayment", stop_on_error=True), Step("ExportOrder", _BOOKS))),
    Status(
        "Ship",
        ("Returned",),
        (
            Step("CapturePayments", stop_on_error=True),
            Step("ExportInvoices", _BOOKS),
            Step("ExportPayments", _BOOKS),
        ),
    ),
    Status("Returned", (), (Step("RefundPayments"), Step("CreateCreditNote", _BOOKS))),
)


class Fortnox(Flow):
    title = "an order is invoiced, paid and credited in Fortnox"
    secrets = (_SECRET,)

    def connectors(self) -> Mapping[str, Mapping[str, Any]]:
        return {"fortnox": {**_draft("fortnox-sweden", "Books of the company"), "oauth_tenant": _COMPANY}}

    def charts(self) -> Mapping[str, Sequence[Status]]:
        return {_ORDER_TYPE: _CHART}

    def set_up(self, found: Mapping[str, Connector]) -> None:
        """Beside it a draft that waits for somebody to press Connect."""
        tenant = Tenant.objects.get()
        Store.objects.create(code=_STORE, name="Stockholm warehouse", is_warehouse=True, country="SE")
        waiting = {**_draft("fortnox-connect", "Books, to be connected"), "client_app_id": "nordicOutdoorApp"}
        create_connector(tenant, is_test=True, **waiting)
        task(_STOCK, "ImportInventory", found["fortnox"], {"Store": _STORE})
        task(_PAID, "ImportPaidInvoices", found["fortnox"])

    def prepare(self, vendors: Vendors, webhooks: Mapping[str, str]) -> None:
        counted = [{"ArticleNumber": sku, "QuantityInStock": 25} for sku in PRODUCTS]
        vendors.tell("fortnox/articles", {"client": _CLIENT, "articles": counted})

    def play(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
        number = _STORY.number
        merchant.place(order_body(_STORY))
        merchant.settled(number)
        yield from self._moved(merchant, "Ship")
        yield from merchant.task_went_well(_STOCK)
        yield from merchant.task_went_well(_PAID)
        if not merchant.order(number)["properties"].get("InvoicePaid"):
            yield f"nobody was told that the invoice of {number} is paid"
        yield from self._moved(merchant, "Returned")
        books = vendors.look(f"_/fortnox/books?client={_CLIENT}")
        totals = [invoice["Total"] for invoice in books["invoices"] if abs(invoice["Total"]) == _TOTAL]
        orders = [order for order in books["orders"] if order["Total"] == _TOTAL]
        if sorted(totals) != [-_TOTAL, _TOTAL] or len(orders) != 1:
            yield f"Fortnox has invoices of {totals}, and {len(orders)} orders of {number}"

    def _moved(self, merchant: Merchant, status: str) -> Iterator[str]:
        merchant.move(_STORY.number, status)
        for step in merchant.settled(_STORY.number)[0]["steps"]:
            if step["state"] != "success":
                yield f"{step['name']} ended {step['state']}: {step['message']}"


def _draft(connector_id: str, label: str) -> dict[str, Any]:
    return {
        "type": "fortnox",
        "connector_id": connector_id,
        "display_name": label,
        "client_app_id": _CLIENT,
        "client_app_secret": _SECRET,
        "tenant_url": at_vendor("fortnox"),
        "properties": {
            "FortnoxPaymentMethods": {"Stripe": "KORT", "Klarna": "KLARNA"},
            "FortnoxSalesAccounts": {"SE": "3001", "*": "3105"},
        },
    }
