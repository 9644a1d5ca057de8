"""The books of the Norwegian company: orders are invoiced there a moment later, paid, credited, and told as paid."""

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
from connectors.models import Connector
from tenants.models import Store

_CLIENT = "po-nordicOutdoor-client-5b2e"
_APPLICATION, _SUBSCRIPTION = "po-nordicOutdoor-app-91c7", "po-nordicOutdoor-sub-4d08"
_BOOKS, _ORDER_TYPE, _STORE = "PowerOffice", "InvoicedInNorway", "OSL-B"
_STOCK, _PAID = "Stock of PowerOffice Go", "Paid invoices of PowerOffice Go"
_TOTAL = 1299
_STORY = Story(
    number="D-7201",
    title="invoiced in Norway",
    market="NOR",
    amount="1299.00",
    order_type=_ORDER_TYPE,
    path=(),
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
    Status(
        "Returned",
        (),
        (Step("RefundPayments"), Step("CreateCreditNote", _BOOKS), Step("ExportPayments", _BOOKS)),
    ),
)


class PowerOffice(Flow):
    title = "an order is invoiced, paid and credited in PowerOffice Go"
    secrets = (_CLIENT, _APPLICATION, _SUBSCRIPTION)

    def connectors(self) -> Mapping[str, Mapping[str, Any]]:
        return {
            "poweroffice": {
                "type": "poweroffice",
                "connector_id": "poweroffice-norway",
                "display_name": "Books of the Norwegian company",
                "client_app_secret": _CLIENT,
                "host": at_vendor("poweroffice/v2"),
                "properties": {
                    "ApplicationKey": _APPLICATION,
                    "SubscriptionKey": _SUBSCRIPTION,
                    "OrderStatus": "Confirmed",
                    "PowerOfficePaymentMethods": {"Stripe": "1920", "Klarna": "1580", "Vipps": "1580"},
                    "PowerOfficeSalesAccounts": {"25": "3000", "15": "3030", "free": "3100"},
                },
            }
        }

    def charts(self) -> Mapping[str, Sequence[Status]]:
        return {_ORDER_TYPE: _CHART}

    def set_up(self, found: Mapping[str, Connector]) -> None:
        Store.objects.create(code=_STORE, name="Oslo, by the books", is_warehouse=True, country="NO")
        task(_STOCK, "ImportInventory", found["poweroffice"], {"Store": _STORE})
        task(_PAID, "ImportPaidInvoices", found["poweroffice"])

    def prepare(self, vendors: Vendors, webhooks: Mapping[str, str]) -> None:
        counted = [{"Code": sku, "StockOnHand": 25} for sku in PRODUCTS]
        vendors.tell("poweroffice/products", {"client": _CLIENT, "products": counted})

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
        yield from self._booked(vendors)

    def _booked(self, vendors: Vendors) -> Iterator[str]:
        books = vendors.look(f"_/poweroffice/books?client={_CLIENT}")
        totals = sorted(invoice["TotalAmount"] for invoice in books["invoices"])
        posted = sorted(entry["Amount"] for entry in books["entries"])
        if not totals == posted == [-_TOTAL, _TOTAL] or books["orders"]:
            yield f"PowerOffice Go has invoices of {totals}, payments of {posted}, and {len(books['orders'])} orders"

    def _moved(self, merchant: Merchant, status: str) -> Iterator[str]:
        merchant.move(_STORY.number, status)
        for step in merchant.settled(_STORY.number)[0]["steps"]:
            if step["state"] != "success":
                yield f"{step['name']} ended {step['state']}: {step['message']}"
