"""The books of the Norwegian company: an order is invoiced, paid and credited there, and what changes there is read at
once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.demo.charts import Status, Step
from config.demo.flows.base import Flow, at_vendor, task
from config.demo.merchant import Merchant
from config.demo.play import order_body
from config.demo.story import Story
from config.demo.vendors import Vendors
from connectors.models import Connector
from tenants.models import Store

_SECRETS = {
    "ConsumerToken": "test-consumer-nordic-31e9",
    "EmployeeToken": "test-employee-nordic-8c27",
    "WebhookSecret": "tripletex-hook-nordic-52fa",
}
_EMPLOYEE = _SECRETS["EmployeeToken"]
_BOOKS, _ORDER_TYPE, _STORE, _SKU = "Tripletex", "Booked in Tripletex", "BGO", "LAMP-9"
_STOCK, _PAID, _PRODUCTS = "Stock of Tripletex", "Paid invoices of Tripletex", "Products of Tripletex"
_STORY = Story(
    number="D-7101", title="booked", market="NOR", amount="1290.00", order_type=_ORDER_TYPE, path=()
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


class Tripletex(Flow):
    title = "an order is invoiced, paid and credited in Tripletex, and a webhook has its products read"
    secrets = tuple(_SECRETS.values())

    def connectors(self) -> Mapping[str, Mapping[str, Any]]:
        methods = {"Stripe": "Kortbetaling", "Klarna": "Betalt til bank"}
        return {
            "tripletex": {
                "type": "tripletex",
                "connector_id": "tripletex-norway",
                "display_name": "Norwegian books",
                "host": at_vendor("tripletex"),
                "properties": {**_SECRETS, "TripletexPaymentMethods": methods},
            }
        }

    def charts(self) -> Mapping[str, Sequence[Status]]:
        return {_ORDER_TYPE: _CHART}

    def set_up(self, found: Mapping[str, Connector]) -> None:
        Store.objects.create(code=_STORE, name="Bergen warehouse", is_warehouse=True, country="NO")
        task(_STOCK, "ImportInventory", found["tripletex"], {"Store": _STORE})
        task(_PAID, "ImportPaidInvoices", found["tripletex"])
        task(_PRODUCTS, "ImportProducts", found["tripletex"])

    def prepare(self, vendors: Vendors, webhooks: Mapping[str, str]) -> None:
        """The subscriptions stand already, as after registering the address."""
        told = {"url": webhooks["tripletex"], "secret": _SECRETS["WebhookSecret"]}
        vendors.tell("tripletex/subscribe", {"employee": _EMPLOYEE, **told})

    def play(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
        number = _STORY.number
        merchant.place(order_body(_STORY))
        merchant.settled(number)
        yield from self._moved(merchant, "Ship")
        yield from merchant.task_went_well(_PAID)
        if not merchant.order(number)["properties"].get("InvoicePaid"):
            yield f"nobody was told that the invoice of {number} is paid"
        yield from self._moved(merchant, "Returned")
        books = vendors.look(f"_/tripletex/books?employee={_EMPLOYEE}")
        invoices = [(row["amountCurrency"], row["amountCurrencyOutstanding"]) for row in books["invoices"]]
        if invoices != [(1290, 0), (-1290, 0)] or any(row["sent"] for row in books["invoices"]):
            yield f"Tripletex has invoices of {invoices}"
        yield from self._told(merchant, vendors)

    def _told(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
        """Somebody enters a product there; nobody runs a task for it here."""
        lamp = {"number": _SKU, "name": "Head torch", "stockOfGoods": 9, "priceIncludingVatCurrency": 399}
        vendors.tell("tripletex/products", {"employee": _EMPLOYEE, "products": [lamp]})
        if not merchant.comes_true(lambda: merchant.read(f"products/?sku={_SKU}")):
            yield f"nobody read the new product {_SKU} of Tripletex"
        yield from merchant.task_went_well(_STOCK)
        if not any(row["store"] == _STORE and float(row["on_hand"]) == 9 for row in merchant.stock(_SKU)):
            yield f"the stock of {_SKU} in Tripletex did not arrive"

    def _moved(self, merchant: Merchant, status: str) -> Iterator[str]:
        merchant.move(_STORY.number, status)
        for step in merchant.settled(_STORY.number)[0]["steps"]:
            if step["state"] != "success":
                yield f"{step['name']} ended {step['state']}: {step['message']}"
