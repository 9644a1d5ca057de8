"""Steps that are tried again: what was decided when they began, and what nobody has heard of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import uuid4

import pytest
from django.db import OperationalError, transaction

from connectors.calls import Outcome
from connectors.models import Effect
from payments.workflow_steps import AuthorizePayment
from tenants.scoping import platform_scope
from tests.shop import PAID, Shop
from tests.workflows.engine.test_meanwhile import begun, end
from workflows import acts
from workflows.engine.callers import Callers
from workflows.engine.claim import claim
from workflows.engine.clock import database_now
from workflows.engine.parking import park
from workflows.engine.pump import Pump
from workflows.models import OrderError, RunState, StepState, WorkflowRun
from workflows.orders import apply_changes
from workflows.steps import registry
from workflows.steps.base import Plan, Result, StepContext


def states(run: WorkflowRun) -> list[str]:
    return [step.state for step in run.steps.order_by("position")]


@pytest.mark.thorough
def test_a_step_that_ran_because_another_failed_is_tried_again_after_its_run(shop: Shop) -> None:
    shop.vendors.faults(vendor="webhook", path="^/erp", status=422, times=None)
    shop.vendors.faults(vendor="webhook", path="^/mail", status=429, times=3)
    tells = {"name": "ExportOrder", "connector": "Webhook", "connector_id": "mail", "conditions": ["Error"]}
    shop.chart({"New": ["ExportOrder@erp", tells]})
    run = shop.order().runs.get()
    shop.pump()
    assert states(run) == ["error", "error"]
    shop.later(hours=1)
    shop.pump()
    assert states(run) == ["error", "success"]


@pytest.mark.thorough
@pytest.mark.parametrize("cancelled", [True, False])
def test_what_may_have_been_captured_is_found_out_although_the_step_is_not_for_such_orders_any_more(
    shop: Shop, cancelled: bool
) -> None:
    capture = {"name": "CapturePayments", "stop_on_error": True, "disabled_for_tags": ["vip"]}
    shop.chart({**PAID, "Ship": [capture], "OrderCanceled": []})
    order = shop.order()
    shop.pump()
    shop.vendors.faults(vendor="stripe", path="/capture$", drop_after=True, times=None)
    run = shop.move(order, "Ship")
    shop.pump()
    shop.vendors.clear_faults()
    apply_changes(order.pk, {"tags": ["vip"]})
    if cancelled:
        shop.move(order, "OrderCanceled")
    shop.later(hours=1)
    shop.pump()
    assert states(run) == ["success"]
    assert set(Effect.objects.values_list("state", flat=True)) == {"succeeded"}


@pytest.mark.thorough
def test_a_retry_that_a_person_takes_up_while_another_step_is_called_is_not_made_beside_that(
    shop: Shop,
) -> None:
    shop.vendors.faults(vendor="webhook", path="^/mail", status=429, times=3)
    shop.chart({"New": ["ExportOrder@mail"], "Next": ["ExportOrder@erp"]})
    order = shop.order()
    step = order.runs.get().steps.get()
    shop.pump()
    shop.later(hours=1)
    shop.move(order, "Next")
    pump = begun(shop)
    acts.rerun_step(step, acts.Asked(actor="Kari"), repeat=True)
    end(pump)
    shop.pump()
    step.refresh_from_db()
    assert (step.state, step.due_at) == (StepState.ERROR, None)
    assert len(shop.effects("export")) == 2


@pytest.mark.thorough
def test_what_a_person_has_taken_up_is_found_out_although_the_order_is_cancelled_before_it_begins(
    shop: Shop,
) -> None:
    shop.chart({"New": ["AuthorizePayment!"], "Ship": ["CapturePayments"], "OrderCanceled": []})
    order = shop.order()
    shop.pump()
    shop.vendors.faults(vendor="stripe", path="/capture$", drop_after=True, times=None)
    run = shop.move(order, "Ship")
    shop.pump()
    shop.vendors.clear_faults()
    acts.resume(run, acts.Asked(actor="Kari"))
    shop.move(order, "OrderCanceled")
    shop.later(hours=1)
    shop.pump()
    assert Effect.objects.get(operation__startswith="capture").state == Effect.State.SUCCEEDED


@pytest.mark.thorough
def test_what_a_person_has_taken_up_is_found_out_although_the_step_before_stops_the_run(shop: Shop) -> None:
    shop.chart({**PAID, "Ship": ["ExportOrder@erp", "CapturePayments"]})
    order = shop.order()
    shop.pump()
    shop.vendors.faults(vendor="webhook", path="^/erp", status=422, times=None)
    shop.vendors.faults(vendor="stripe", path="/capture$", drop_after=True, times=None)
    run = shop.move(order, "Ship")
    shop.pump()
    shop.vendors.clear_faults()
    shop.vendors.faults(vendor="webhook", path="^/erp", status=422, times=None)
    shop.chart({**PAID, "Ship": ["ExportOrder@erp!", "CapturePayments"]})
    resumed = acts.resume(run, acts.Asked(actor="Kari"), newest=True).run
    shop.pump()
    shop.later(hours=1)
    shop.pump()
    resumed.refresh_from_db()
    assert (resumed.state, states(resumed)) == (RunState.STOPPED, ["error", "success"])
    assert Effect.objects.get(operation__startswith="capture").state == Effect.State.SUCCEEDED


class Broken(AuthorizePayment):
    """Breaks over what it plans, once it is `broken`."""

    name = "Broken"
    broken = False

    def plan(self, context: StepContext) -> Plan:
        for _ in range(2 * Broken.broken):
            OrderError.objects.create(order_id=context.order.id, key="taken", message="twice")
        return super().plan(context)


class Unheard(AuthorizePayment):
    """Loses the database when its answer is committed, before anybody hears of that."""

    name = "Unheard"
    cut = False

    def settle(self, context: StepContext, outcomes: Sequence[Outcome]) -> Result:
        transaction.on_commit(self._cut)
        return super().settle(context, outcomes)

    def _cut(self) -> None:
        if not Unheard.cut:
            Unheard.cut = True
            raise OperationalError("server closed the connection unexpectedly")


@pytest.fixture
def own_steps() -> Iterator[None]:
    registry.all_steps()
    for step in (Broken, Unheard):
        registry.register(step)
    yield
    Broken.broken = Unheard.cut = False
    for name in ("broken", "unheard"):
        registry._steps.pop(name)


@pytest.mark.thorough
@pytest.mark.usefixtures("own_steps")
def test_a_retry_that_breaks_its_order_when_it_is_planned_is_not_tried_for_ever(shop: Shop) -> None:
    shop.vendors.faults(vendor="stripe", path="/payment_intents", status=429, times=3)
    shop.chart({"New": ["Broken"]})
    order = shop.order()
    shop.pump()
    Broken.broken = True
    shop.later(hours=1)
    shop.pump(3)
    step = order.runs.get().steps.get()
    assert (step.state, step.due_at, shop.due(order)) == (StepState.ERROR, None, None)


@pytest.mark.thorough
@pytest.mark.usefixtures("own_steps")
def test_a_cancellation_that_breaks_its_order_still_ends_what_would_be_tried_again(shop: Shop) -> None:
    shop.chart({"New": ["AuthorizePayment!"], "Ship": ["CapturePayments"], "OrderCanceled": ["Broken"]})
    order = shop.order()
    shop.pump()
    shop.vendors.faults(vendor="stripe", path="/capture$", status=429, times=3)
    shop.move(order, "Ship")
    shop.pump()
    Broken.broken = True
    shop.move(order, "OrderCanceled")
    shop.pump(3)
    shop.later(hours=1)
    shop.pump(3)
    assert shop.effects("capture") == []


@pytest.mark.thorough
def test_an_order_that_broke_one_worker_is_left_to_another_that_has_claimed_it_since(shop: Shop) -> None:
    shop.chart(PAID)
    order = shop.order()
    with platform_scope("a worker"), transaction.atomic():
        ((broken, _),) = claim(uuid4(), 1, database_now())
        transaction.set_rollback(True)
    pump = begun(shop)
    park(broken, database_now(), fence=broken.fence - 1)
    end(pump)
    assert states(order.runs.get()) == ["success"]


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("own_steps")
def test_an_answer_whose_commit_was_not_heard_of_is_recorded_once_and_its_order_goes_on(shop: Shop) -> None:
    shop.chart({"New": ["Unheard!"], "Done": ["ExportOrder@erp"]}, New="Done")
    order = shop.order()
    shop.move(order, "Done")
    with platform_scope("a slice serves all tenants"):
        Pump(Callers(2)).run(20, linger=1.0)
    assert Unheard.cut
    first, later = order.runs.order_by("id")
    assert (states(first), states(later), shop.active_errors(order)) == (["success"], ["success"], [])
    assert len(shop.effects("export")) == 1
