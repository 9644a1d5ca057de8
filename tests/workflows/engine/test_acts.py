"""Acts by hand: steps outside the chart, resume, one step again, run again. What succeeded is not done twice."""

from __future__ import annotations

from typing import Any

import pytest

from eventlog.models import Event
from payments.models import Payment
from tests.shop import PAID, Shop
from workflows import acts
from workflows.models import Order, RunKind, RunState, StepRun, Trigger, WorkflowRun
from workflows.problems import InvalidData, NotPossible

pytestmark = pytest.mark.thorough

KARI = acts.Asked(actor="kari", reason="The card was fixed")
STOPPING = {"New": ["ExportOrder@mail", "ExportOrder@erp!", "ExportOrder@mail"]}


def first_run(order: Order) -> WorkflowRun:
    found = order.runs.order_by("id").first()
    assert found is not None
    return found


def states(run: WorkflowRun) -> list[str]:
    return [step.state for step in run.steps.order_by("position")]


def refuse(shop: Shop, path: str, **how: Any) -> None:
    shop.vendors.faults(vendor="webhook", path=path, **{"status": 422, "times": None, **how})


def test_steps_outside_the_chart_run_with_their_own_properties(shop: Shop) -> None:
    shop.chart(PAID)
    order = shop.order()
    shop.pump()
    step = acts.ActStep(
        name="exportorder", connector="Webhook", connector_id="erp", properties={"Why": "lost"}
    )
    run, fresh = acts.run_steps(
        order, [step, acts.ActStep(name="CapturePayments")], KARI, label="Send and take"
    )
    shop.pump()
    run.refresh_from_db()
    assert (fresh, run.kind, run.state, run.trigger) == (
        True,
        RunKind.MANUAL,
        RunState.COMPLETED,
        Trigger.STAFF,
    )
    assert (run.actor, run.reason) == ("kari", "The card was fixed")
    assert shop.steps(run) == {"ExportOrder": "success", "CapturePayments": "success"}
    asked = Event.objects.get(message__startswith="kari asked for Send and take")
    assert (asked.order_number, asked.actor) == (order.number, "kari")


def test_the_same_token_makes_one_act(shop: Shop) -> None:
    shop.chart(PAID)
    order = shop.order()
    asked = acts.Asked(actor="kari", token="form-1")
    step = acts.ActStep(name="ExportOrder", connector="Webhook", connector_id="erp")
    first, second = (acts.run_steps(order, [step], asked) for _ in range(2))
    shop.pump()
    assert (first.run, first.fresh, second.fresh) == (second.run, True, False)
    assert len(shop.effects("export")) == 1


def test_a_step_that_does_not_exist_is_refused_with_its_place(shop: Shop) -> None:
    order = shop.order()
    with pytest.raises(InvalidData) as refused:
        acts.run_steps(order, [acts.ActStep(name="ExportOder")], KARI)
    assert "steps.0.name" in refused.value.errors


def test_resume_runs_what_failed_and_what_came_after_it_and_nothing_else(shop: Shop) -> None:
    shop.chart(STOPPING)
    refuse(shop, "^/erp")
    order = shop.order()
    shop.pump()
    stopped = first_run(order)
    assert states(stopped) == ["success", "error", "skipped"]
    shop.vendors.clear_faults()
    act = acts.resume(stopped, KARI)
    again = acts.resume(stopped, KARI)
    assert (again.run, again.fresh) == (act.run, False)
    shop.pump()
    act.run.refresh_from_db()
    assert (act.run.state, act.run.continues) == (RunState.COMPLETED, stopped)
    assert states(act.run) == ["success", "success", "success"]
    assert len(shop.effects("export")) == 3
    assert shop.active_errors(order) == []
    with pytest.raises(NotPossible):
        acts.resume(stopped, KARI)


@pytest.mark.thorough
def test_resume_asks_what_became_of_a_lost_answer_instead_of_doing_it_again(shop: Shop) -> None:
    shop.chart(PAID)
    order = shop.order()
    shop.pump()
    shop.vendors.faults(vendor="stripe", path="/capture$", drop_after=True, times=None)
    stopped = shop.move(order, "Ship")
    shop.pump()
    shop.later(hours=25)
    shop.pump()
    stopped.refresh_from_db()
    assert stopped.state == RunState.STOPPED
    shop.vendors.clear_faults()
    act = acts.resume(stopped, KARI)
    shop.pump()
    assert states(act.run) == ["success"]
    assert len(shop.effects("capture")) == 1
    assert Payment.objects.get(order=order).captured_minor == 10000


def test_resume_takes_a_declined_card_up_once_it_is_fixed(shop: Shop) -> None:
    shop.chart({"New": ["AuthorizePayment!", "CapturePayments!"]})
    order = shop.order(token="pm_card_chargeDeclined")
    shop.pump()
    payment = Payment.objects.get(order=order)
    payment.seal_token("pm_card_visa")
    payment.save()
    act = acts.resume(first_run(order), KARI)
    shop.pump()
    assert states(act.run) == ["success", "success"]
    assert [entry["amount_minor"] for entry in shop.effects("capture")] == [10000]


def test_resume_with_the_newest_chart_takes_its_connector(shop: Shop) -> None:
    shop.chart(STOPPING)
    refuse(shop, "^/erp")
    order = shop.order()
    shop.pump()
    shop.chart({"New": ["ExportOrder@mail", "ExportOrder@mail!"]})
    act = acts.resume(first_run(order), KARI, newest=True)
    shop.pump()
    assert states(act.run) == ["success", "success"]
    assert act.run.generation > first_run(order).generation


def test_a_run_under_way_is_not_resumed_and_a_waiting_one_is_tried_at_once(shop: Shop) -> None:
    shop.chart({"New": ["ExportOrder@erp!"]})
    refuse(shop, "^/erp", status=503, times=3)
    order = shop.order()
    with pytest.raises(NotPossible):
        acts.resume(first_run(order), KARI)
    shop.pump()
    assert first_run(order).state == RunState.WAITING
    act = acts.resume(first_run(order), KARI)
    assert (act.run, act.fresh) == (first_run(order), False)
    shop.pump()
    assert first_run(order).state == RunState.COMPLETED


@pytest.mark.thorough
def test_an_act_passes_a_run_that_waits_and_leaves_it_waiting(shop: Shop) -> None:
    shop.chart({"New": ["ExportOrder@erp!"]})
    refuse(shop, "^/erp", status=503)
    order = shop.order()
    shop.pump()
    run, _ = acts.run_steps(
        order, [acts.ActStep(name="ExportOrder", connector_id="mail", connector="Webhook")], KARI
    )
    shop.pump()
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED
    assert first_run(order).state == RunState.WAITING
    assert shop.due(order) is not None


@pytest.mark.thorough
def test_a_background_retry_ends_when_somebody_goes_on_with_it(shop: Shop) -> None:
    shop.chart({"New": ["ExportOrder@erp"]})
    refuse(shop, "^/erp", status=503, times=3)
    order = shop.order()
    shop.pump()
    act = acts.resume(first_run(order), KARI)
    shop.pump()
    shop.later(hours=1)
    shop.pump()
    assert states(act.run) == ["success"]
    assert len(shop.effects("export")) == 1
    assert not StepRun.objects.filter(due_at__isnull=False).exists()


def test_one_step_again_needs_telling_when_it_succeeded(shop: Shop) -> None:
    shop.chart({"New": ["ExportOrder@erp"]})
    order = shop.order()
    shop.pump()
    step = first_run(order).steps.get()
    with pytest.raises(NotPossible):
        acts.rerun_step(step, KARI)
    acts.rerun_step(step, KARI, repeat=True)
    shop.pump()
    assert len(shop.effects("export")) == 2


def test_run_again_repeats_only_when_told_to(shop: Shop) -> None:
    shop.chart({"New": ["ExportOrder@erp", "ExportOrder@mail"]})
    refuse(shop, "^/mail")
    order = shop.order()
    shop.pump()
    shop.vendors.clear_faults()
    gentle = acts.run_again(order, KARI).run
    shop.pump()
    assert (states(gentle), len(shop.effects("export"))) == (["success", "success"], 2)
    told = acts.run_again(order, KARI, run=gentle, repeat=True).run
    shop.pump()
    assert (states(told), len(shop.effects("export"))) == (["success", "success"], 4)


def test_an_act_that_stops_neither_moves_the_order_nor_drops_later_runs(shop: Shop) -> None:
    shop.chart({"New": [], "Ship": ["ExportOrder@mail"]})
    refuse(shop, "^/erp")
    order = shop.order()
    step = acts.ActStep(name="ExportOrder", connector="Webhook", connector_id="erp", stop_on_error=True)
    act = acts.run_steps(order, [step, acts.ActStep(name="CapturePayments")], KARI)
    later = shop.move(order, "Ship")
    shop.pump()
    act.run.refresh_from_db()
    later.refresh_from_db()
    order.refresh_from_db()
    assert (act.run.state, states(act.run)) == (RunState.STOPPED, ["error", "skipped"])
    assert (later.state, order.status) == (RunState.COMPLETED, "Ship")
