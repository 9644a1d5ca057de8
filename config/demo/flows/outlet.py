"""The outlet's orders: placed at Shopify, invoiced in Fortnox, sent, and told to Shopify with tracking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.demo.charts import Status, Step
from config.demo.flows.base import Flow, at_vendor, task
from config.demo.merchant import Merchant
from config.demo.vendors import Vendors
from connectors.models import Connector

_SHOP, _TOKEN, _SIGNING = "nordic-outlet", "shpat_nordicOutlet7c2e", "shpss_nordicOutlet41d9"
_TYPE, _TASK, _PREFIX = "Outlet", "Orders of the outlet", "OUT-"
_PERSON = {
    "first_name": "Kari",
    "last_name": "Nordmann",
    "address1": "Strøget 1",
    "zip": "1050",
    "city": "København K",
    "country_code": "DK",
    "phone": "+4512345678",
}
_ORDER = {
    "name": "#501",
    "currency": "DKK",
    "presentment_currency": "DKK",
    "email": "kari.outlet@shop.example",
    "paid": True,
    "shipping_address": _PERSON,
    "billing_address": _PERSON,
    "lines": [{"sku": "STOVE-1", "name": "Stove", "price": "640.00", "quantity": 1}],
}
_CHART = (
    Status("New", ("Ship",), (Step("ExportOrder", "Fortnox", stop_on_error=True),)),
    Status(
        "Ship",
        (),
        (
            Step("CompleteShipment", stop_on_error=True),
            Step("PrintShippingLabel"),
            Step("ExportInvoices", "Fortnox", stop_on_error=True),
            Step("ExportOrder", "Shopify", "shopify-outlet", stop_on_error=True),
        ),
    ),
)


class Outlet(Flow):
    title = "an order of Shopify is invoiced in Fortnox, and Shopify told of the parcel"
    secrets = (_TOKEN, _SIGNING)

    def connectors(self) -> Mapping[str, Mapping[str, Any]]:
        how = {
            "type": "shopify",
            "connector_id": "shopify-outlet",
            "display_name": "Outlet",
            "host": at_vendor(f"shopify/{_SHOP}"),
            "enabled_markets": ["DNK"],
            "properties": {
                "ShopifyUrl": f"{_SHOP}.myshopify.com",
                "AccessToken": _TOKEN,
                "WebhookSecret": _SIGNING,
                "OrderPrimaryStore": "OSL",
            },
        }
        return {"shopify-outlet": how}

    def charts(self) -> Mapping[str, Sequence[Status]]:
        return {_TYPE: _CHART}

    def set_up(self, found: Mapping[str, Connector]) -> None:
        task(_TASK, "ImportOrders", found["shopify-outlet"], {"NumberPrefix": _PREFIX, "OrderType": _TYPE})

    def prepare(self, vendors: Vendors, webhooks: Mapping[str, str]) -> None:
        vendors.tell(f"shopify/shops/{_SHOP}/orders", _ORDER)

    def play(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
        yield from merchant.task_went_well(_TASK)
        number = f"{_PREFIX}501"
        merchant.settled(number)
        merchant.move(number, "Ship")
        merchant.settled(number)
        yield from merchant.failures(number)
        shop = vendors.look(f"_/shopify/shops/{_SHOP}")
        sent = [order["fulfilments"] for order in shop["orders"]]
        if not (sent and sent[0]):
            yield f"Shopify knows of no parcel of {number}"
