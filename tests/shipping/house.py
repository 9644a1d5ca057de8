"""A shop that ships: its orders run through the engine in this process, its carrier is a depot on a real socket."""

from __future__ import annotations

from typing import Any

from shipping.models import Shipment, ShippingProvider
from tests.factories.connectors import make_connector
from tests.factories.shipping import CONNECTOR, make_warehouse, publish_shipping_provider
from tests.factories.workflows import make_shop
from tests.shipping.carrier import Depot
from tests.shop import Shop
from workflows.models import Order
from workflows.orders import create_order

CHART: dict[str, Any] = {
    "New": [],
    "Ship": ["CompleteShipment!"],
    "Packed": ["PrintShippingLabel"],
    "Sent": ["UpdateShipmentStatus"],
    "OrderCanceled": ["CancelShipments"],
    "Chosen": ["ConfirmDeliveryChoice"],
    "Followed": ["RegisterTracking"],
    "Returned": ["BookReturn"],
}


class House(Shop):
    """One tenant with warehouse OSL and the carrier Trolley's option "home"; see tests/shop.py for the rest."""

    def __init__(self, depot: Depot, url: str) -> None:
        self.depot, self.url = depot, url
        self.made = make_shop()
        self.tenant = self.made.tenant
        self.warehouse = make_warehouse(self.tenant)

    def carrier(self, slug: str = "trolley", name: str = "Trolley", **values: Any) -> ShippingProvider:
        """A published provider at the depot."""
        settings = CONNECTOR if slug in {"trolley", "sledge", "caravan"} else {}
        connector = make_connector(self.tenant, slug, **{**settings, "host": self.url, "timeout_ms": 400})
        return publish_shipping_provider(self.tenant, name=name, connector=connector, **values)

    def order(self, number: str = "S-1", **values: Any) -> Order:  # type: ignore[override]
        """Sent from the warehouse, unless told otherwise."""
        return create_order(self.made.order_data(**{"number": number, "store": "OSL", **values}))

    def ships(self, order: Order, status: str = "Ship") -> str:
        """Move the order, let its steps run, and give the result of the only one."""
        run = self.move(order, status)
        self.pump()
        return self.result(run)

    def result(self, run: Any) -> str:
        step = run.steps.get()
        return f"{step.state}: {step.message}"


def the_shipment(order: Order) -> Shipment:
    return Shipment.objects.get(order=order)
