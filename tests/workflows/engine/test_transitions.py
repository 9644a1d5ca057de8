"""Orders that go on by themselves, runs that steps end, and steps that run for each shipment."""

from __future__ import annotations

from typing import Any

import pytest

from tests.shop import Shop
from workflows.models import Order, RunState, WorkflowRun
from workflows.orders import change_status, move_on
from workflows.statuses import AUTOMATIC_MOVES


def story(order: Order) -> list[tuple[str, str]]:
    runs = WorkflowRun.objects.filter(order=order).order_by("id")
    return list(runs.values_list("status", "state"))


def tag(name: str, **rest: Any) -> dict[str, Any]:
    return {"name": "AddTag", "properties": {"Tag": name}, **rest}


def go(status: str, **rest: Any) -> dict[str, Any]:
    return {"name": "UpdateStatus", "properties": {"Status": status, **rest}}


INVALID = {"name": "ValidateOrder", "properties": {"Rules": "Shipments"}}
UNPAID = {"name": "ValidateOrder", "properties": {"Rules": "Shipments", "Severity": "Warning"}}


def settled(shop: Shop, statuses: dict[str, Any], **nexts: str) -> Order:
    shop.chart(statuses, **nexts)
    order = shop.order()
    shop.pump()
    order.refresh_from_db()
    return order


def test_orders_go_on_through_statuses_with_and_without_steps(shop: Shop) -> None:
    statuses = {"New": [tag("a", next_status="Picked")], "Picked": [], "Done": [tag("b")]}
    order = settled(shop, statuses, Picked="Done")
    assert story(order) == [("New", "completed"), ("Picked", "completed"), ("Done", "completed")]
    assert (order.status, order.tags) == ("Done", ["a", "b"])
    assert [run.depth for run in order.runs.order_by("id")] == [0, 1, 2]


def test_a_failed_step_holds_the_order_but_a_step_may_send_it_elsewhere(shop: Shop) -> None:
    fails = {"name": "VerifyCaptureIsCompleted"}
    order = settled(shop, {"New": [fails, tag("a", next_status="Done")], "Done": []}, New="Done")
    assert order.status == "New"
    assert order.runs.get().message == "Completed with errors in VerifyCaptureIsCompleted"
    on_error = {**go("OnHold", CancelRun=True), "conditions": ["Error"]}
    shop.chart({"New": [fails, on_error, tag("a")], "OnHold": []}, New="OnHold")
    other = shop.order("A-2")
    shop.pump()
    other.refresh_from_db()
    assert (other.status, other.tags) == ("OnHold", [])
    states = [step.state for step in other.runs.get(status="New").steps.order_by("position")]
    assert states == ["error", "success", "skipped"]


@pytest.mark.parametrize(
    ("step", "status", "states"),
    [
        (INVALID, "New", ["error", "skipped"]),
        ({**INVALID, "error_status": "OnHold"}, "OnHold", ["error", "skipped"]),
        (UNPAID, "Done", ["warning", "success"]),
    ],
)
def test_a_judgement_stops_the_run_whatever_stop_on_error_says(
    shop: Shop, step: dict[str, Any], status: str, states: list[str]
) -> None:
    order = settled(shop, {"New": [step, tag("a")], "OnHold": [], "Done": []}, New="Done")
    run = order.runs.get(status="New")
    assert order.status == status
    assert [row.state for row in run.steps.order_by("position")] == states
    assert run.state == (RunState.STOPPED if status != "Done" else RunState.COMPLETED)


def test_a_way_round_ends_and_is_told(shop: Shop) -> None:
    """The checklist refuses it; an order that is pinned to older charts could still meet one."""
    order = settled(shop, {"New": [], "Ping": [tag("a")], "Pong": [tag("b")]})
    change_status(order.pk, "Ping")
    shop.pump()
    for depth in range(1, AUTOMATIC_MOVES + 2):
        order.refresh_from_db()
        other = "Pong" if order.status == "Ping" else "Ping"
        assert move_on(order.pk, order.status, other, depth=depth) == (depth <= AUTOMATIC_MOVES)
    (message,) = shop.active_errors(order)
    assert "from status to status 10 times by itself" in message
    order.refresh_from_db()
    assert order.runs.order_by("-id")[0].depth == AUTOMATIC_MOVES


def test_somebody_who_moved_the_order_since_is_not_overruled(shop: Shop) -> None:
    shop.chart({"New": [tag("a")], "Ship": [], "Held": []}, New="Ship")
    order = shop.order()
    change_status(order.pk, "Held", run_workflow=False)
    shop.pump()
    order.refresh_from_db()
    assert (order.status, story(order)) == ("Held", [("New", "completed")])


def test_lists_and_tags_are_read_when_the_step_has_its_turn(shop: Shop) -> None:
    steps = [
        tag("b2b"),
        tag("c", enabled_for_tags=["B2B"], is_invisible=True),
        tag("d", disabled_for_markets=["nor"]),
    ]
    order = settled(shop, {"New": steps})
    assert order.tags == ["b2b", "c"]
    last = order.runs.get().steps.get(position=3)
    assert (last.state, last.message) == ("skipped", "Disabled for market NOR")
    assert [step.is_invisible for step in order.runs.get().steps.order_by("position")] == [False, True, False]
