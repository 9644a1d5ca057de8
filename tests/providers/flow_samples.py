"""What Flow's published samples have to come to. Those of its API show shapes: every text is "text", every number 1."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from connectors.contracts.base import Inbound
from connectors.contracts.erp import StockLevel
from connectors.providers.flow import webhooks
from tests.providers.flow_asking import paged, told

Samples = dict[str, Any]

LEFT_OUT = {
    "flow-brand": "brands are made in Flow",
    "flow-transport": "the http transport is set up in Flow Admin, because what subscribes it to events is not published",
}


def stock_asked(data: dict[str, Any], samples: Samples) -> None:
    """Of each pair of the sample's fields exactly one is sent."""
    product = {"productUid": "text"}
    for settings in ({}, {"warehouse_uids": ("wh-1",)}):
        asked = told("read_inventory", "", paged(product), paged(), **settings)
        sent = asked.bodies[1]
        assert set(sent) <= set(data)
        assert len({"productUids", "productSkus"} & set(sent)) == 1
        assert len({"storeUids", "warehouseUids"} & set(sent)) == 1


def stock_told(data: dict[str, Any], samples: Samples) -> None:
    page = told(
        "read_inventory", "", paged({"productUid": "text"}), {**data, "paging": {"totalCount": 1}}
    ).result
    assert page.items == (StockLevel(sku="text", quantity=Decimal("0.01"), location="text"),)


def webhook(data: dict[str, Any], samples: Samples) -> None:

    inbound = Inbound(method="POST", url="", headers={}, body=json.dumps(data).encode(), received_at=1200.0)
    [event] = webhooks.read(inbound, data["tenant"]["Uid"])
    about = "order" if "order" in data else "customer"
    assert (event.type, event.provider_id) == (data["action"], data[about]["Uid"])
    assert event.id == f"{data['action']}:{data[about]['Uid']}:10"


READERS = {
    "flow-stock-req": stock_asked,
    "flow-stock-resp": stock_told,
    "flow-wh-order-settled": webhook,
    "flow-wh-customer-create": webhook,
}
