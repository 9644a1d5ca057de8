"""Tills of Flow: pointers bring sales and returns, an online order goes out by Field Mapping, stock is read."""

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

_TENANT = "flow/tenants/nordic-outdoor"
_TOKEN, _HOOK = "flow-nordicOutdoor-e94d", "flow-hook-nordicOutdoor-71"
_SALES, _RETURNS, _ONLINE = "PosFlow", "PosFlowReturn", "FlowOnline"
_RECEIPTS, _STOCK = "Receipts of Flow", "Stock of Flow"
_SKU, _STORE = "SPORK-1", "BRG"
#: What a merchant takes from Flow's own reference; these are the simulator's words.
_FIELDS = {
    "Sku": "sku",
    "Quantity": "quantityOrdered",
    "LineTotal": "lineTotal",
    "VatRate": "vatPercentage",
    "OrderTotal": "orderTotals.total",
    "PaymentName": "method",
    "PaymentAmount": "amount",
    "PaymentId": "reference",
}
_CALLS = {"OrderCreate": "POST /stores/{storeUid}/orders", "OrderLines": "items"}
_MAPPING = {
    "Order.Number": "externalOrderNumber",
    "Order.Total": "orderTotals.total",
    "Line.Sku": "sku",
    "Line.Name": "name",
    "Line.Quantity": "quantityOrdered",
    "Line.Total": "lineTotal",
}


class FlowTills(Flow):
    title = "Flow: receipts, returns, an online order, stock"
    secrets = (_TOKEN, _HOOK)

    def connectors(self) -> Mapping[str, Mapping[str, Any]]:
        properties = {
            "TenantUid": "nordic-outdoor",
            "Currency": "NOK",
            "StoreUids": "st-bergen",
            "FlowOrderType": _SALES,
            "DeliveredStates": "DELIVERED",
            "WebhookToken": _HOOK,
            "FlowFields": _FIELDS,
            "FlowCalls": _CALLS,
        }
        how = {"bearer_token": _TOKEN, "host": at_vendor("flow"), "field_mapping": _MAPPING}
        return {"flow": {"type": "flow", "enabled_markets": ["NOR"], "properties": properties, **how}}

    def charts(self) -> Mapping[str, Sequence[Status]]:
        handed_over = (Status("New", (), ()),)
        sent = (Status("New", (), (Step("ExportOrder", "Flow", stop_on_error=True),)),)
        return {_SALES: handed_over, _RETURNS: handed_over, _ONLINE: sent}

    def set_up(self, found: Mapping[str, Connector]) -> None:
        Product.objects.create(sku=_SKU, name="Spork", tax_rate="25")
        Store.objects.create(
            code=_STORE, name="Bergen", country="NO", external_ids={"FlowStoreUid": "st-bergen"}
        )
        task(_RECEIPTS, "ImportOrders", found["flow"], {"NumberPrefix": "F-", "ReturnOrderType": _RETURNS})
        task(_STOCK, "ImportInventory", found["flow"])

    def prepare(self, vendors: Vendors, webhooks: Mapping[str, str]) -> None:
        """Every pointer is sent twice, as Flow may."""
        header = {"key": "X-Crossdock-Token", "value": _HOOK}
        vendors.tell(f"{_TENANT}/products", {"items": [{"sku": _SKU, "stock": {"st-bergen": "30"}}]})
        vendors.tell(f"{_TENANT}/transports", {"url": webhooks["flow"], "headers": [header], "times": 2})

    def play(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
        sold = vendors.tell(f"{_TENANT}/sales", {**_receipt(2), "delivered": True})
        if merchant.arrived(f"F-{sold['orderNumber']}")["total"] != "98.00":
            yield "the receipt came in with another total"
        back = vendors.tell(f"{_TENANT}/sales", {**_receipt(-1), "of": sold["orderUid"]})
        yield from merchant.task_went_well(_RECEIPTS)
        if merchant.arrived(f"F-{back['orderNumber']}")["order_type"] != _RETURNS:
            yield "what came back is no return here"
        yield from merchant.task_went_well(_STOCK)
        if [level["on_hand"] for level in merchant.stock(_SKU)] != ["30.000"]:
            yield "the till's stock is not the one here"
        yield from _send(merchant, vendors)


def _send(merchant: Merchant, vendors: Vendors) -> Iterator[str]:
    person = {
        "name": "Ola Hansen",
        "line1": "Bryggen 2",
        "postal_code": "5003",
        "city": "Bergen",
        "country": "NO",
    }
    body = {
        "number": "FO-1001",
        "market": "NOR",
        "store": _STORE,
        "order_type": _ONLINE,
        "customer": {"email": "ola@buyer.example", "first_name": "Ola", "last_name": "Hansen"},
        "billing": person,
        "shipping": person,
        "lines": [{"sku": _SKU, "quantity": "2", "unit_price": "49.00"}],
    }
    merchant.place(body)
    merchant.settled("FO-1001")
    there = [
        item for item in vendors.look(f"_/{_TENANT}")["orders"] if item["externalOrderNumber"] == "FO-1001"
    ]
    if [(order["storeUid"], order["orderTotals"]["total"]) for order in there] != [("st-bergen", 9800)]:
        yield "the online order is not at the till as it was sold"


def _receipt(pieces: int) -> dict[str, Any]:
    line = {"sku": _SKU, "name": "Spork", "pieces": pieces, "price": "49.00"}
    return {"store": "st-bergen", "lines": [line]}
