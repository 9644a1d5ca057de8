"""ExportOrder towards a shop: it is told once of each booked shipment of its own orders."""

from __future__ import annotations

import pytest

from connectors.publishing import publish
from shipping.models import Shipment
from tenants.scoping import platform_scope
from tests.factories.connectors import make_connector
from tests.factories.shipping import ShipmentFactory, ShippingProviderFactory
from tests.faultserver import answer
from tests.workflows.shopstall import Market, implementations, market, order, stall
from workflows.engine.callers import Callers
from workflows.engine.pump import Pump
from workflows.models import Order, OrderStatus, OrderType, StepRun, WorkflowStep
from workflows.orders import change_status, create_order

__all__ = ["implementations", "market", "stall"]

CALLERS = Callers(2)
STEP = {"name": "ExportOrder", "connector": "Stall"}


class Shipments:
    """Of the one order that came from the shop, sent with a carrier that calls nobody."""

    def __init__(self, market: Market) -> None:
        self._market = market
        connector = make_connector(market.shop.tenant, "empty")
        self._provider = ShippingProviderFactory(tenant=market.shop.tenant, connector=connector)

    def add(self, number: int, state: str = "booked") -> Shipment:
        return ShipmentFactory(
            tenant=self._market.shop.tenant,
            order=Order.objects.get(),
            provider=self._provider,
            position=number,
            state=state,
            consignment=f"C-{number}",
            tracking_number=f"7073{number}",
        )


@pytest.fixture
def shipments(market: Market) -> Shipments:
    for name in ("InProgress", "Ship"):
        WorkflowStep.objects.create(status=OrderStatus.objects.get(name=name), **STEP)
    publish(OrderType.objects.get())
    market.server.orders = [order(1)]
    market.run(market.task())
    return Shipments(market)


def move(status: str, order: Order | None = None) -> StepRun:
    """The result of the step after one slice."""
    change_status(order or Order.objects.get(), status)
    with platform_scope("a slice serves all tenants"):
        Pump(CALLERS).run(10, linger=0.0)
    return StepRun.objects.latest("pk")


def test_each_booked_shipment_is_told_once(market: Market, shipments: Shipments) -> None:
    shipments.add(1)
    waiting = shipments.add(2, "draft")
    shipments.add(3)
    step = move("InProgress")
    assert (step.state, step.message) == ("success", "Stall was told of 70731, 70733")
    assert market.server.fulfilments == [
        {"order": "gid-1", "tracking": "70731"},
        {"order": "gid-1", "tracking": "70733"},
    ]
    waiting.state = "booked"
    waiting.save()
    assert move("Ship").message == "Stall was told of 70732"
    assert len(market.server.fulfilments) == 3


def test_a_shop_that_knows_everything_is_not_called(market: Market, shipments: Shipments) -> None:
    shipments.add(1)
    move("InProgress")
    assert move("Ship").message == "Stall knows of every shipment"
    assert len(market.server.fulfilments) == 1


def test_a_refusal_is_the_steps_error(market: Market, shipments: Shipments) -> None:
    shipments.add(1)
    market.server.failing = [answer(422, {"error": "the order is closed"})]
    step = move("InProgress")
    assert (step.state, step.message) == ("error", "the order is closed")


def test_what_the_shop_did_not_take_over_is_a_warning(market: Market, shipments: Shipments) -> None:
    shipments.add(1)
    shipments.add(2)
    market.server.failing = [
        answer(200, {"id": "F1"}),
        answer(200, {"id": "F1", "told": "add 70732 by hand"}),
    ]
    step = move("InProgress")
    assert (step.state, step.message) == ("warning", "Stall was told of 70731; add 70732 by hand")


def test_nothing_is_told_before_anything_is_booked(market: Market, shipments: Shipments) -> None:
    shipments.add(1, "cancelled")
    step = move("InProgress")
    assert (step.state, step.message) == ("skipped", "No shipment is booked; there is nothing to tell Stall")


def test_an_order_of_another_origin_is_left_out(market: Market, shipments: Shipments) -> None:
    shipments.add(1)
    own = create_order(market.shop.order_data(number="OWN-1"))
    step = move("InProgress", own)
    assert (step.state, step.message) == ("skipped", "The order does not come from Stall")
    assert market.server.fulfilments == []


def test_the_parcels_of_a_warehouse_are_told_where_nothing_was_booked(
    market: Market, shipments: Shipments
) -> None:
    known = Order.objects.get()
    known.properties = {**known.properties, "WarehouseParcels": [{"number": "7099", "carrier": "GLS"}]}
    known.save()
    assert move("InProgress").message == "Stall was told of 7099"


@pytest.mark.parametrize(
    ("step", "told", "message"),
    [
        (
            {"name": "ExportOrderStatus", "properties": {"ShopStatus": "packed"}},
            ("/statuses", {"order": "gid-1", "status": "packed"}),
            "Shown in Stall",
        ),
        (
            {"name": "ExportCancellation", "properties": {"Reason": "Sold out"}},
            ("/cancellations", {"order": "gid-1", "why": "Sold out"}),
            "Called off in Stall",
        ),
    ],
)
def test_the_shop_is_told_how_its_order_stands(
    market: Market, step: dict[str, object], told: object, message: str
) -> None:
    WorkflowStep.objects.create(status=OrderStatus.objects.get(name="InProgress"), connector="Stall", **step)
    publish(OrderType.objects.get())
    market.server.orders = [order(1)]
    market.run(market.task())
    done = move("InProgress")
    assert (done.state, done.message) == ("success", message)
    assert market.server.told == [told]
