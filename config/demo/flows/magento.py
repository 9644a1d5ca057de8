"""A shop at Magento: its order comes in, is sent and invoiced, and the shop is told of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.demo.charts import Status, Step
from config.demo.flows.base import Flow, at_vendor, task
from config.demo.merchant import Merchant
from config.demo.vendors import Vendors
from connectors.models import Connector

_SHOP = "magento/shops/nordic"
_SECRETS = {
    "client_app_secret": "consumer-secret-nordic",
    "bearer_token": "token-nordic",
    "AccessTokenSecret": "token-secret-nordic",
}
_TYPE, _TASK, _PREFIX = "Magento shop", "Orders of Magento", "MA-"


class MagentoFlow(Flow):
    title = "Magento: an order is sent and invoiced"
    secrets = tuple(_SECRETS.values())

    def connectors(self) -> Mapping[str, Mapping[str, Any]]:
        return {
            "magento": {
                "type": "magento",
                "host": at_vendor("magento/nordic/rest/"),
                "client_app_id": "consumer-nordic",
                "client_app_secret": _SECRETS["client_app_secret"],
                "bearer_token": _SECRETS["bearer_token"],
                "enabled_markets": ["NOR"],
                "properties": {
                    "AccessTokenSecret": _SECRETS["AccessTokenSecret"],
                    "OrderPrimaryStore": "OSL",
                    "IsExportInvoiceEnabled": "true",
                    "IsExportShipOrderEnabled": "true",
                    "IsExportStatusEnabled": "true",
                },
            }
        }

    def charts(self) -> Mapping[str, Sequence[Status]]:
        told = (Step("ExportOrder", "Magento"), Step("ExportInvoices", "Magento"))
        return {
            _TYPE: (
                Status("New", (), ()),
                Status(
                    "Ship", (), (Step("CompleteShipment", stop_on_error=True), Step("PrintShippingLabel"))
                ),
                Status("Completed", (), told),
            )
        }

    def set_up(self, found: Mapping[str, Connector]) -> None:
        task(_TASK, "ImportOrders", found["magento"], {"NumberPrefix": _PREFIX, "OrderType": _TYPE})

    def prepare(self, vendors: Vendors, webhooks: Mapping[str, str]) -> None:
        vendors.tell(
            f"{_SHOP}/orders",
            {
                "lines": [{"sku": "TENT-2", "price": "1290.00", "quantity": 1}],
                "shipping": "49.00",
                "paid": True,
            },
        )

    def play(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
        yield from merchant.task_went_well(_TASK)
        number = next(row["number"] for row in merchant.read(f"orders/?order_type={_TYPE}"))
        for status in ("Ship", "Completed"):
            merchant.move(number, status)
            merchant.settled(number)
        yield from merchant.failures(number)
        shop = vendors.look(f"_/{_SHOP}")
        states = [order["state"] for order in shop["orders"]]
        if (states, len(shop["shipments"]), len(shop["invoices"])) != (["complete"], 1, 1):
            yield f"Magento has orders {states}, {len(shop['shipments'])} shipments, {len(shop['invoices'])} invoices"
