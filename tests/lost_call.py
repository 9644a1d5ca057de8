"""An order with a call of which nobody can tell what became: its vendor knows neither keys nor a look-up."""

from __future__ import annotations

import json
from typing import Any

from connectors.models import Effect
from tests.factories.connectors import publish_connector
from tests.shop import Shop
from workflows.models import Order

_EXPORT = json.dumps({"path": "/orders", "body": {"ref": "{reference}"}, "id": "data.id"})


def till(shop: Shop) -> Any:
    """The connector of that vendor."""
    return publish_connector(
        shop.tenant,
        "rest",
        host=f"{shop.vendors.url}/rest/erp",
        bearer_token="rest-token-9Zr8sLpV2nordstore",
        properties={"ExportOrder": _EXPORT},
    )


def lost(shop: Shop, **fault: Any) -> Order:
    """An order whose first step has had no answer; `fault` is what the vendor does."""
    first = {"name": "ExportOrder", "connector": "Rest", "stop_on_error": True}
    shop.chart({"New": [first, "ExportOrder@mail"]})
    shop.vendors.faults(vendor="rest", method="POST", **fault)
    order = shop.order()
    shop.pump()
    shop.later(hours=1)
    shop.pump()
    assert Effect.objects.get(connector__type="rest").needs_person
    return order


def made(shop: Shop) -> int:
    """How many orders that vendor has."""
    return len(shop.vendors.control("GET", "rest/erp/orders")["records"])
