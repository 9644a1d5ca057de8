"""Runs from status change to last step, with vendors that answer, refuse, fail and lose answers."""

from __future__ import annotations

import pytest

from connectors.models import Effect
from eventlog.models import Event
from tests.shop import PAID, Shop
from workflows.models import RunState, WorkflowRun

EXPORTS = {"New": ["ExportOrder@erp", "ExportOrder@mail"]}
STOPPING_EXPORTS = {"New": ["ExportOrder@erp!", "ExportOrder@mail"]}


def runs(order_id: int) -> list[WorkflowRun]:
    return list(WorkflowRun.objects.filter(order_id=order_id).order_by("id"))


def test_a_status_change_runs_its_steps_in_order(shop: Shop) -> None:
    shop.chart(PAID)
    order = shop.order(amount="100.00")
    shop.pump()
    run = shop.move(order, "Ship")
    shop.pump()
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED
    assert shop.steps(run) == {"CapturePayments": "success"}
    assert [entry["amount_minor"] for entry in shop.effects("capture")] == [10000]
    assert order.payments.get().captured_minor == 10000


def test_every_event_of_a_run_names_its_order(shop: Shop) -> None:
    shop.chart(EXPORTS)
    order = shop.order()
    shop.pump()
    events = Event.objects.filter(run_id=runs(order.pk)[0].pk)
    assert {"Workflow", "WorkflowStep", "Connector"} <= {event.category for event in events}
    assert {event.order_number for event in events} == {order.number}


def test_a_status_without_steps_completes_at_once(shop: Shop) -> None:
    shop.chart({"New": [], "Ship": []})
    order = shop.order()
    assert runs(order.pk)[0].state == RunState.COMPLETED


def test_a_refusal_without_stop_on_error_is_logged_and_the_next_step_runs(shop: Shop) -> None:
    shop.chart(EXPORTS)
    shop.vendors.faults(vendor="webhook", path="^/erp", status=422, times=None)
    order = shop.order()
    shop.pump()
    (run,) = runs(order.pk)
    assert [step.state for step in run.steps.all()] == ["error", "success"]
    assert run.state == RunState.COMPLETED
    assert len(shop.active_errors(order)) == 1


def test_a_refusal_with_stop_on_error_skips_the_rest_and_keeps_the_status(shop: Shop) -> None:
    shop.chart({**STOPPING_EXPORTS, "Ship": ["ExportOrder@mail"]})
    shop.vendors.faults(vendor="webhook", path="^/erp", status=422, times=None)
    order = shop.order()
    shop.move(order, "Ship")
    shop.pump()
    first, second = runs(order.pk)
    order.refresh_from_db()
    assert [step.state for step in first.steps.all()] == ["error", "skipped"]
    assert (first.state, second.state) == (RunState.STOPPED, RunState.SUPERSEDED)
    assert order.status == "New"
    assert shop.active_errors(order)
    assert shop.effects("export") == []


def test_a_stopped_step_sets_its_error_status_and_runs_it(shop: Shop) -> None:
    broken = {"name": "ExportOrder", "connector": "Webhook", "connector_id": "erp", "stop_on_error": True}
    shop.chart({"New": [{**broken, "error_status": "Faulted"}], "Faulted": ["ExportOrder@mail"]})
    shop.vendors.faults(vendor="webhook", path="^/erp", status=422, times=None)
    order = shop.order()
    shop.pump()
    order.refresh_from_db()
    assert order.status == "Faulted"
    assert [run.state for run in runs(order.pk)] == [RunState.STOPPED, RunState.COMPLETED]


def test_a_passing_failure_with_stop_on_error_waits_and_goes_on(shop: Shop) -> None:
    shop.chart(STOPPING_EXPORTS)
    shop.vendors.faults(vendor="webhook", path="^/erp", status=503, times=3)
    order = shop.order()
    shop.pump()
    (run,) = runs(order.pk)
    assert run.state == RunState.WAITING
    assert [step.state for step in run.steps.all()] == ["waiting", "pending"]
    shop.later(minutes=10)
    shop.pump()
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED
    assert [step.state for step in run.steps.all()] == ["success", "success"]


def test_a_passing_failure_without_stop_on_error_is_tried_again_by_itself(shop: Shop) -> None:
    shop.chart(EXPORTS)
    shop.vendors.faults(vendor="webhook", path="^/erp", status=503, times=3)
    order = shop.order()
    shop.pump()
    (run,) = runs(order.pk)
    assert run.state == RunState.COMPLETED
    assert [step.state for step in run.steps.all()] == ["error", "success"]
    assert len(shop.active_errors(order)) == 1
    shop.later(minutes=10)
    shop.pump()
    assert [step.state for step in run.steps.all()] == ["success", "success"]
    assert shop.active_errors(order) == []


def test_retries_end_after_a_day(shop: Shop) -> None:
    shop.chart(STOPPING_EXPORTS)
    shop.vendors.faults(vendor="webhook", path="^/erp", status=503, times=None)
    order = shop.order()
    shop.pump()
    shop.later(hours=25)
    shop.pump()
    (run,) = runs(order.pk)
    assert run.state == RunState.STOPPED
    assert shop.due(order) is None


def test_a_later_status_change_takes_the_place_of_a_waiting_run(shop: Shop) -> None:
    shop.chart({**STOPPING_EXPORTS, "Ship": ["ExportOrder@mail"]})
    shop.vendors.faults(vendor="webhook", path="^/erp", status=503, times=3)
    order = shop.order()
    shop.pump()
    shop.move(order, "Ship")
    shop.pump()
    order.refresh_from_db()
    assert [run.state for run in runs(order.pk)] == [RunState.SUPERSEDED, RunState.COMPLETED]
    assert order.status == "Ship"


def test_a_declined_card_stops_the_run_and_is_tried_once(shop: Shop) -> None:
    shop.chart({"New": ["AuthorizePayment!", "ExportOrder@mail"]})
    order = shop.order(token="pm_card_chargeDeclined")
    shop.pump()
    (run,) = runs(order.pk)
    assert run.state == RunState.STOPPED
    assert "declined" in shop.active_errors(order)[0].lower()
    assert shop.effects("export") == []


def test_a_lost_answer_ends_in_one_capture(shop: Shop) -> None:
    shop.chart(PAID)
    order = shop.order()
    shop.pump()
    shop.vendors.faults(vendor="stripe", path="/capture$", drop_after=True)
    run = shop.move(order, "Ship")
    shop.pump()
    assert shop.steps(run) == {"CapturePayments": "success"}
    assert len(shop.effects("capture")) == 1
    assert shop.vendors.doubles() == []


def test_an_outcome_that_stays_unknown_is_found_out_later_and_not_repeated(shop: Shop) -> None:
    shop.chart(PAID)
    order = shop.order()
    shop.pump()
    shop.vendors.faults(vendor="stripe", path="/capture$", drop_after=True, times=None)
    run = shop.move(order, "Ship")
    shop.pump()
    assert shop.steps(run) == {"CapturePayments": "waiting"}
    shop.vendors.clear_faults()
    shop.later(minutes=10)
    shop.pump()
    assert shop.steps(run) == {"CapturePayments": "success"}
    assert len(shop.effects("capture")) == 1
    assert order.payments.get().captured_minor == 10000


def test_a_cancelled_order_is_not_captured_by_a_retry(shop: Shop) -> None:
    shop.chart({**PAID, "Ship": ["CapturePayments"], "OrderCanceled": ["CancelPayments"]})
    order = shop.order()
    shop.pump()
    shop.vendors.faults(vendor="stripe", path="/capture$", status=429, times=3)
    ship = shop.move(order, "Ship")
    shop.pump()
    assert shop.steps(ship) == {"CapturePayments": "error"}
    shop.move(order, "OrderCanceled")
    shop.pump()
    shop.later(hours=2)
    shop.pump()
    assert shop.effects("capture") == []
    assert len(shop.effects("cancel")) == 1
    assert shop.due(order) is None
    assert Effect.objects.get(operation="capture").state == Effect.State.FAILED


@pytest.mark.parametrize("capture", ["CapturePayments", "CapturePayments!"])
def test_a_cancelled_order_is_not_captured_where_nothing_runs_when_it_is_cancelled(
    shop: Shop, capture: str
) -> None:
    shop.chart({**PAID, "Ship": [capture], "OrderCanceled": []})
    order = shop.order()
    shop.pump()
    shop.vendors.faults(vendor="stripe", path="/capture$", status=429, times=3)
    shop.move(order, "Ship")
    shop.pump()
    shop.move(order, "OrderCanceled")
    shop.pump()
    shop.later(hours=2)
    shop.pump()
    order.refresh_from_db()
    assert (shop.effects("capture"), order.status, shop.due(order)) == ([], "OrderCanceled", None)
    assert Effect.objects.get(operation="capture").state == Effect.State.FAILED


def test_neighbours_go_on_beside_a_slow_order(shop: Shop) -> None:
    shop.chart(EXPORTS)
    shop.vendors.faults(vendor="webhook", path="^/erp", body="SLOW-1", latency_ms=400)
    shop.order("SLOW-1")
    others = [shop.order(f"B-{number}") for number in range(5)]
    shop.pump()
    assert {runs(order.pk)[0].state for order in others} == {RunState.COMPLETED}
    assert len(shop.effects("export")) == 12
