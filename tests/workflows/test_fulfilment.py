"""ExportOrder towards a shop: it is told once of each booked shipment of its own orders."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.publishing import publish
from tenants.scoping import platform_scope
from tests.faultserver import answer
from tests.workflows.shopstall import Market, implementations, market, order, stall
from workflows import documents
from workflows.engine.callers import Callers
from workflows.engine.pump import Pump
from workflows.models import Order, OrderStatus, OrderType, StepRun, WorkflowStep
from workflows.orders import change_status, create_order

__all__ = ["implementations", "market", "stall"]

CALLERS = Callers(2)
STEP = {"name": "ExportOrder", "connector": "Stall"}


def shipment(number: int, state: str = "booked") -> dict[str, Any]:
    return {
        "reference": f"1-{number}",
        "carrier": "Bring",
        "tracking_number": f"7073{number}",
        "tracking_url": "",
        "state": state,
    }


@pytest.fixture
def shipments(market: Market, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the shipping app would add to the documents of all orders."""
    found: list[dict[str, Any]] = []
    monkeypatch.setitem(documents._sections, "shipments", lambda ids: dict.fromkeys(ids, found))
    for name in ("InProgress", "Ship"):
        WorkflowStep.objects.create(status=OrderStatus.objects.get(name=name), **STEP)
    publish(OrderType.objects.get())
    market.server.orders = [order(1)]
    market.run(market.task())
    return found


def move(status: str, order: Order | None = None) -> StepRun:
    """The result of the step after one slice."""
    change_status(order or Order.objects.get(), status)
    with platform_scope("a slice serves all tenants"):
        Pump(CALLERS).run(10, linger=0.0)
    return StepRun.objects.latest("pk")


def test_each_booked_shipment_is_told_once(market: Market, shipments: list[dict[str, Any]]) -> None:
    shipments += [shipment(1), shipment(2, "draft"), shipment(3)]
    step = move("InProgress")
    assert (step.state, step.message) == ("success", "Stall was told of 70731, 70733")
    assert market.server.fulfilments == [
        {"order": "gid-1", "tracking": "70731"},
        {"order": "gid-1", "tracking": "70733"},
    ]
    shipments[1]["state"] = "booked"
    assert move("Ship").message == "Stall was told of 70732"
    assert len(market.server.fulfilments) == 3


def test_a_shop_that_knows_everything_is_not_called(market: Market, shipments: list[dict[str, Any]]) -> None:
    shipments.append(shipment(1))
    move("InProgress")
    assert move("Ship").message == "Stall knows of every shipment"
    assert len(market.server.fulfilments) == 1


def test_a_refusal_is_the_steps_error(market: Market, shipments: list[dict[str, Any]]) -> None:
    shipments.append(shipment(1))
    market.server.failing = [answer(422, {"error": "the order is closed"})]
    step = move("InProgress")
    assert (step.state, step.message) == ("error", "the order is closed")


def test_nothing_is_told_before_anything_is_booked(market: Market, shipments: list[dict[str, Any]]) -> None:
    shipments.append(shipment(1, "cancelled"))
    step = move("InProgress")
    assert (step.state, step.message) == ("skipped", "No shipment is booked; there is nothing to tell Stall")


def test_an_order_of_another_origin_is_left_out(market: Market, shipments: list[dict[str, Any]]) -> None:
    shipments.append(shipment(1))
    own = create_order(market.shop.order_data(number="OWN-1"))
    step = move("InProgress", own)
    assert (step.state, step.message) == ("skipped", "The order does not come from Stall")
    assert market.server.fulfilments == []
