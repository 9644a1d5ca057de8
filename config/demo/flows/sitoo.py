"""Tills of Sitoo: a sale is called in, its return is imported, an online order is collected, stock is read."""

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

_ACCOUNT = "sitoo/accounts/1500"
_PASSWORD, _HOOK = "sitoo-nordicOutdoor-6c1e", "sitoo-events-nordicOutdoor-a2"
_SALES, _RETURNS, _PICKUP = "PosSitoo", "PosSitooReturn", "SitooPickup"
_RECEIPTS, _STOCK = "Receipts of Sitoo", "Stock of Sitoo"
_SKU, _STORE = "MUG-1", "KRL"


class Tills(Flow):
    title = "Sitoo: receipts, returns, an order to collect, stock"
    secrets = (_PASSWORD, _HOOK)

    def connectors(self) -> Mapping[str, Mapping[str, Any]]:
        properties = {
            "AccountNumber": "1500",
            "SitooOrderType": _SALES,
            "PickupOrderTypes": _PICKUP,
            "WarehouseIds": "1",
            "WebhookPassword": _HOOK,
        }
        how = {"username": "1500-7", "password": _PASSWORD, "host": at_vendor("sitoo")}
        return {"sitoo": {"type": "sitoo", "enabled_markets": ["NOR"], "properties": properties, **how}}

    def charts(self) -> Mapping[str, Sequence[Status]]:
        handed_over = (Status("New", (), ()),)
        collected = (Status("New", (), (Step("ExportOrder", "Sitoo", stop_on_error=True),)),)
        return {_SALES: handed_over, _RETURNS: handed_over, _PICKUP: collected}

    def set_up(self, found: Mapping[str, Connector]) -> None:
        Product.objects.create(sku=_SKU, name="Mug", tax_rate="25")
        Store.objects.create(
            code=_STORE, name="Karl Johan", country="NO", external_ids={"SitooWarehouseId-NOR": "1"}
        )
        task(_RECEIPTS, "ImportOrders", found["sitoo"], {"NumberPrefix": "S-", "ReturnOrderType": _RETURNS})
        task(_STOCK, "ImportInventory", found["sitoo"])

    def prepare(self, vendors: Vendors, webhooks: Mapping[str, str]) -> None:
        """Every event is sent twice, as Sitoo may."""
        vendors.tell(
            f"{_ACCOUNT}/products", {"items": [{"sku": _SKU, "title": "Mug", "levels": {"1": "20"}}]}
        )
        vendors.tell(f"{_ACCOUNT}/callbacks", {"url": webhooks["sitoo"], "password": _HOOK, "times": 2})

    def play(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
        sold = vendors.tell(f"{_ACCOUNT}/sales", {"receipt": "R1001", "lines": [_line(3)]})
        if merchant.arrived("S-R1001")["total"] != "447.00":
            yield "the receipt came in with another total"
        vendors.tell(f"{_ACCOUNT}/sales", {"receipt": "R1002", "of": sold["orderid"], "lines": [_line(-1)]})
        yield from merchant.task_went_well(_RECEIPTS)
        if merchant.arrived("S-R1002")["order_type"] != _RETURNS:
            yield "what came back is no return here"
        yield from merchant.task_went_well(_STOCK)
        if [level["on_hand"] for level in merchant.stock(_SKU)] != ["18.000"]:
            yield "the till's stock is not the one here"
        yield from _collect(merchant, vendors)


def _collect(merchant: Merchant, vendors: Vendors) -> Iterator[str]:
    line = {"sku": _SKU, "quantity": "1", "unit_price": "149.00"}
    person = {
        "name": "Kari Nordmann",
        "line1": "Storgata 1",
        "postal_code": "0155",
        "city": "Oslo",
        "country": "NO",
    }
    body = {
        "number": "CC-1001",
        "market": "NOR",
        "store": _STORE,
        "order_type": _PICKUP,
        "customer": {"email": "kari@buyer.example", "first_name": "Kari", "last_name": "Nordmann"},
        "billing": person,
        "shipping": person,
        "lines": [line],
    }
    merchant.place(body)
    merchant.settled("CC-1001")
    there = [order for order in vendors.look(f"_/{_ACCOUNT}")["orders"] if order["externalid"] == "CC-1001"]
    if [(order["warehouseid"], order["delivery_address"]) for order in there] != [(1, "")]:
        yield "the order to collect is not at the till, or not as one to collect"


def _line(pieces: int) -> dict[str, Any]:
    return {"sku": _SKU, "name": "Mug", "pieces": pieces, "price": "149.00"}
