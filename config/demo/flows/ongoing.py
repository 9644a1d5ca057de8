"""A warehouse that runs Ongoing: orders are packed there, one is called off, one comes back; stock is what it tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from config.demo.charts import Status, Step
from config.demo.flows.base import Flow, at_vendor, task
from config.demo.merchant import Merchant
from config.demo.vendors import Vendors
from connectors.models import Connector
from tenants.models import Store
from workflows.models import Product

_HOUSE = "ongoing/houses/nordlager/812"
_PASSWORD, _TOKEN = "ongoing-nordicOutdoor-61d0", "ongoing-hook-nordicOutdoor-aa83"
_TYPE, _STORE, _SKU, _PIECES = "Warehouse", "NORDLAGER", "PUMP-1", 12
_STATES, _RETURNS, _STOCK = "Orders at Ongoing", "Returns at Ongoing", "Stock at Ongoing"
_ANNOUNCE, _ARRIVED = "Deliveries to Ongoing", "Arrivals at Ongoing"
_SENT, _CALLED_OFF, _DELIVERY, _ORDERED = "OW-1", "OW-2", "OPO-1", 40


class OngoingFlow(Flow):
    title = "Ongoing: orders are packed in a warehouse, and one comes back"
    secrets = (_PASSWORD, _TOKEN)

    def connectors(self) -> Mapping[str, Mapping[str, Any]]:
        return {
            "ongoing": {
                "type": "ongoing",
                "host": at_vendor("ongoing/nordlager"),
                "username": "WSInordicoutdoor",
                "password": _PASSWORD,
                "properties": {
                    "GoodsOwnerId": "812",
                    "WebhookToken": _TOKEN,
                    "OngoingWarehouses": {_STORE: "1"},
                    "OngoingStatuses": {"425": "partly_shipped"},
                },
            }
        }

    def charts(self) -> Mapping[str, Sequence[Status]]:
        return {
            _TYPE: (
                Status("New", (), ()),
                Status("Pack", (), (Step("ExportOrder", "Ongoing", stop_on_error=True),)),
                Status("Sent", (), ()),
                Status("Returned", (), ()),
                Status("OrderCanceled", (), (Step("ExportCancellation", "Ongoing"),)),
            )
        }

    def set_up(self, found: Mapping[str, Connector]) -> None:
        connector = found["ongoing"]
        Store.objects.create(code=_STORE, name="Nordlager", is_warehouse=True, country="NO")
        Product.objects.create(sku=_SKU, name="Water pump", tax_rate="25")
        task(_STATES, "ImportWarehouseOrders", connector, {"ShippedStatus": "Sent"})
        task(_RETURNS, "ImportReturns", connector, {"ReturnedStatus": "Returned"})
        task(_STOCK, "ImportInventory", connector)
        task(_ANNOUNCE, "ExportInboundDeliveries", connector, {"Store": _STORE})
        task(_ARRIVED, "ImportInboundDeliveries", connector)

    def prepare(self, vendors: Vendors, webhooks: Mapping[str, str]) -> None:
        article = {"articleNumber": _SKU, "articleName": "Water pump", "numberOfItems": _PIECES}
        vendors.tell(f"{_HOUSE}/articles", {"articles": [article]})
        vendors.tell(f"{_HOUSE}/webhook", {"url": webhooks["ongoing"], "token": _TOKEN})

    def play(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
        for number in (_SENT, _CALLED_OFF):
            merchant.place(_order(number))
            merchant.settled(number)
            merchant.move(number, "Pack")
            merchant.settled(number)
        merchant.move(_CALLED_OFF, "OrderCanceled")
        merchant.settled(_CALLED_OFF)
        vendors.tell(f"{_HOUSE}/orders/{_SENT}/ship", {})
        # The warehouse's webhook has the task run that reads how orders stand.
        if not merchant.comes_true(lambda: merchant.order(_SENT)["status"] == "Sent"):
            yield f"{_SENT} was sent by the warehouse, and is {merchant.order(_SENT)['status']} here"
        vendors.tell(f"{_HOUSE}/returns", {"order": _SENT, "pieces": {"1": 1}, "cause": "Too small"})
        yield from self._delivered(merchant, vendors)
        for name in (_RETURNS, _STOCK):
            yield from merchant.task_went_well(name)
        yield from self._looked_at(merchant, vendors)

    def _delivered(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
        """Goods are announced; three pieces of them are missing when they arrive."""
        lines = [{"sku": _SKU, "quantity": str(_ORDERED)}]
        told = {"number": _DELIVERY, "supplier": "Pumpefabrikken", "store": _STORE, "lines": lines}
        merchant.create("inbound-deliveries/", told)
        yield from merchant.task_went_well(_ANNOUNCE)
        vendors.tell(f"{_HOUSE}/deliveries/{_DELIVERY}/receive", {"pieces": {"1": _ORDERED - 3}})
        yield from merchant.task_went_well(_ARRIVED)
        seen = merchant.read(f"inbound-deliveries/{_DELIVERY}/")
        if (seen["state"], seen["lines"][0]["received"]) != ("partly_received", str(_ORDERED - 3)):
            yield f"{_DELIVERY} arrived in part, and is {seen['state']} with {seen['lines']} here"

    def _looked_at(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
        for number in (_SENT, _CALLED_OFF):
            yield from merchant.failures(number)
        if not merchant.comes_true(lambda: merchant.order(_SENT)["status"] == "Returned"):
            yield f"{_SENT} came back, and is {merchant.order(_SENT)['status']} here"
        there = {
            row["orderInfo"]["orderNumber"]: row["orderInfo"]["orderStatus"]["text"]
            for row in vendors.look(f"_/{_HOUSE}")["orders"]
        }
        if there != {_SENT: "Sent", _CALLED_OFF: "Cancelled"}:
            yield f"Ongoing has the orders {there}"
        levels = {row["store"]: Decimal(row["on_hand"]) for row in merchant.stock(_SKU)}
        if levels != {_STORE: _PIECES - 2 + _ORDERED - 3}:
            yield f"the stock of {_SKU} is {levels}"


def _order(number: str) -> dict[str, Any]:
    person = {
        "name": "Kari Nordmann",
        "line1": "Storgata 1",
        "postal_code": "0155",
        "city": "Oslo",
        "country": "NO",
        "phone": "+4790000002",
    }
    return {
        "number": number,
        "order_type": _TYPE,
        "market": "NOR",
        "customer": {"number": f"C-{number}", "email": "kari@example.com", "last_name": "Nordmann"},
        "billing": person,
        "shipping": person,
        "lines": [{"sku": _SKU, "quantity": "2", "unit_price": "790.00", "tax_rate": "25"}],
    }
