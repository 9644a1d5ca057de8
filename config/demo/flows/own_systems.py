"""Systems of the merchant's own: orders are read from a queue, booked by a service with an API of its own, and put into
another queue."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.demo.charts import Status, Step
from config.demo.flows.base import Flow, at_vendor, task
from config.demo.merchant import Merchant
from config.demo.vendors import Vendors
from connectors.models import Connector

_KEY = "bm9yZGljLW91dGRvb3Itc2VydmljZS1idXMta2V5LTE="
_TOKEN = "bookings-nordicOutdoor-2d90"  # noqa: S105
_IN, _OUT = "orders-in", "orders-out"
_TYPE, _TASK = "Queue", "Orders from the queue"
_NUMBER = "Q-8001"
_ORDER = {
    "number": _NUMBER,
    "placed_at": "2026-11-20T09:00:00Z",
    "currency": "NOK",
    "customer": {
        "number": "C-Q",
        "email": "kari.q-8001@shop.example",
        "first_name": "Kari",
        "last_name": "Nordmann",
    },
    "billing": {
        "name": "Kari Nordmann",
        "line1": "Storgata 1",
        "postal_code": "0155",
        "city": "Oslo",
        "country": "NO",
    },
    "shipping": {
        "name": "Kari Nordmann",
        "line1": "Storgata 1",
        "postal_code": "0155",
        "city": "Oslo",
        "country": "NO",
    },
    "lines": [{"sku": "STOVE-1", "name": "Stove", "quantity": 1, "unit_price": "890.00", "tax_rate": 25}],
    "total": "890.00",
}
_BOOK = {
    "path": "/orders",
    "body": {
        "ref": "{reference}",
        "total": "{total|number}",
        "rows": {"$each": "lines", "$do": {"sku": "{sku}"}},
    },
    "success": {"field": "ok", "equals": True},
    "id": "data.id",
    "find": {"path": "/orders", "query": {"ref": "{reference}"}, "items": "data", "match": "ref", "id": "id"},
}


class OwnSystems(Flow):
    title = "an order comes by a queue, is booked by an own service and goes on by a queue"
    secrets = (_KEY, _TOKEN)

    def connectors(self) -> Mapping[str, Mapping[str, Any]]:
        return {
            "queue-in": _bus("queue-in", "Queue of new orders", _IN),
            "queue-out": _bus("queue-out", "Queue of booked orders", _OUT),
            "bookings": {
                "type": "rest",
                "connector_id": "bookings",
                "display_name": "Booking service",
                "host": at_vendor("rest/bookings"),
                "bearer_token": _TOKEN,
                "properties": {"ExportOrder": json.dumps(_BOOK)},
            },
        }

    def charts(self) -> Mapping[str, Sequence[Status]]:
        booked = (
            Step("ExportOrder", "Rest", stop_on_error=True),
            Step("ExportOrder", "AzureServiceBus", "queue-out"),
        )
        return {_TYPE: (Status("New", (), booked),)}

    def set_up(self, found: Mapping[str, Connector]) -> None:
        task(_TASK, "ImportOrders", found["queue-in"], {"OrderType": _TYPE, "Market": "NOR"})

    def prepare(self, vendors: Vendors, webhooks: Mapping[str, str]) -> None:
        vendors.tell(f"azure-servicebus/queues/{_IN}/messages", {"id": _NUMBER, "body": _ORDER})

    def play(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
        yield from merchant.task_went_well(_TASK)
        merchant.settled(_NUMBER)
        yield from merchant.failures(_NUMBER)
        booked = vendors.look("_/rest/bookings/orders")["records"]
        if [row["ref"] for row in booked] != [_NUMBER]:
            yield f"the service has booked {booked}"
        left = {name: vendors.look(f"_/azure-servicebus/queues/{name}")["active"] for name in (_IN, _OUT)}
        if (len(left[_IN]), len(left[_OUT])) != (0, 1):
            yield f"the queues hold {left}"


def _bus(connector_id: str, label: str, queue: str) -> dict[str, Any]:
    endpoint = "sb://nordic-outdoor.servicebus.windows.net/"
    return {
        "type": "azure-servicebus",
        "connector_id": connector_id,
        "display_name": label,
        "host": at_vendor("azure-servicebus"),
        "properties": {
            "ServiceBusConnectionString": f"Endpoint={endpoint};SharedAccessKeyName=orders;SharedAccessKey={_KEY}",
            "OrderQueueName": queue,
            "DuplicateDetectionMinutes": "10",
        },
    }
