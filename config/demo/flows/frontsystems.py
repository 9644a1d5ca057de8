"""Tills of Front Systems: a webhook brings a sale, a return is imported, an order is collected, stock is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.demo.charts import Status, Step
from config.demo.flows.base import Flow, at_vendor, task
from config.demo.merchant import Merchant
from config.demo.vendors import Vendors
from connectors.models import Connector
from tenants.models import Store
from workflows.models import Product

_TENANT = "frontsystems/tenants/nordic-outdoor"
_KEY, _GATEWAY = "nordic-outdoor.kq73Tz9wBn", "gateway-nordicOutdoor-5b8f1"
_SALES, _RETURNS, _PICKUP = "PosFront", "PosFrontReturn", "FrontPickup"
_SALES_TASK, _STOCK = "Sales of Front Systems", "Stock of Front Systems"
_SKU, _STORE = "7090000011015", "TRD"


class FrontTills(Flow):
    title = "Front Systems: sales, returns, an order to collect, stock"
    secrets = (_KEY, _GATEWAY)

    def connectors(self) -> Mapping[str, Mapping[str, Any]]:
        properties = {"FrontSystemsOrderType": _SALES, "PickupOrderTypes": _PICKUP, "StockIds": "1"}
        keys = {"bearer_token": _KEY, "client_app_secret": _GATEWAY, "host": at_vendor("frontsystems")}
        return {
            "frontsystems": {
                "type": "frontsystems",
                "enabled_markets": ["NOR"],
                "properties": properties,
                **keys,
            }
        }

    def charts(self) -> Mapping[str, Sequence[Status]]:
        handed_over = (Status("New", (), ()),)
        collected = (Status("New", (), (Step("ExportOrder", "FrontSystems", stop_on_error=True),)),)
        return {_SALES: handed_over, _RETURNS: handed_over, _PICKUP: collected}

    def set_up(self, found: Mapping[str, Connector]) -> None:
        Product.objects.create(sku=_SKU, name="Headlamp", tax_rate="25")
        Store.objects.create(
            code=_STORE, name="Trondheim", country="NO", external_ids={"FrontSystemsStockId-NOR": "1"}
        )
        rules = {"NumberPrefix": "FS-", "ReturnOrderType": _RETURNS}
        task(_SALES_TASK, "ImportOrders", found["frontsystems"], rules)
        task(_STOCK, "ImportInventory", found["frontsystems"])

    def prepare(self, vendors: Vendors, webhooks: Mapping[str, str]) -> None:
        """Every webhook is sent twice."""
        item = {"gtin": _SKU, "name": "Headlamp", "levels": {"1": "12"}}
        vendors.tell(f"{_TENANT}/products", {"items": [item]})
        callback = {"url": webhooks["frontsystems"], "event": "SaleCreated", "times": 2}
        vendors.tell(f"{_TENANT}/callbacks", callback)

    def play(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
        sold = vendors.tell(f"{_TENANT}/sales", _sale(3))
        if merchant.arrived(f"FS-{sold['SALEID']}")["total"] != "897.00":
            yield "the sale came in with another total"
        vendors.tell(f"{_TENANT}/sales", {**_sale(1), "voided": True})
        back = vendors.tell(f"{_TENANT}/sales", _sale(-1))
        yield from merchant.task_went_well(_SALES_TASK)
        if merchant.arrived(f"FS-{back['SALEID']}")["order_type"] != _RETURNS:
            yield "what came back is no return here"
        yield from merchant.task_went_well(_STOCK)
        if [level["on_hand"] for level in merchant.stock(_SKU)] != ["10.000"]:
            yield "the stock at Front Systems is not the one here"
        yield from _collect(merchant, vendors)


def _collect(merchant: Merchant, vendors: Vendors) -> Iterator[str]:
    person = {
        "name": "Nina Berg",
        "line1": "Munkegata 8",
        "postal_code": "7011",
        "city": "Trondheim",
        "country": "NO",
    }
    body = {
        "number": "FC-1001",
        "market": "NOR",
        "store": _STORE,
        "order_type": _PICKUP,
        "customer": {"email": "nina@buyer.example", "first_name": "Nina", "last_name": "Berg"},
        "billing": person,
        "shipping": person,
        "lines": [{"sku": _SKU, "quantity": "1", "unit_price": "299.00"}],
    }
    merchant.place(body)
    merchant.settled("FC-1001")
    there = [order for order in vendors.look(f"_/{_TENANT}")["orders"] if order["orderNo"] == "FC-1001"]
    if [(order["orderType"], order["fulfillmentLocation"]["stockId"]) for order in there] != [("BOPIS", 1)]:
        yield "the order to collect is not at the store, or not as one to collect"


def _sale(pieces: int) -> dict[str, Any]:
    return {"lines": [{"gtin": _SKU, "name": "Headlamp", "pieces": pieces, "price": "299.00"}]}
