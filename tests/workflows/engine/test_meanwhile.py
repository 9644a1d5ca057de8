"""What happens while an order is in a worker's hands: it is moved or cancelled, its chart changes, its row or the database
is taken away."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django_q.models import OrmQ

from connectors.calls import Ending, Outcome
from connectors.models import Connector, Effect
from connectors.publishing import publish
from payments.workflow_steps import AuthorizePayment
from tenants.scoping import platform_scope, tenant_scope
from tests.faultserver import FaultServer, answer
from tests.shop import PAID, Shop
from tests.stand.processes import wait_for
from workflows import acts
from workflows.engine import lifeline
from workflows.engine.callers import Callers
from workflows.engine.doorbell import somebody_listens
from workflows.engine.pump import Pump
from workflows.engine.turn import LOOK_AGAIN_S
from workflows.models import Order, OrderError, OrderType, RunState, StepState, Worker, WorkflowRun
from workflows.orders import change_status
from workflows.steps import registry
from workflows.steps.base import Result, StepContext

CANCELS = {"OrderCanceled": ["CancelPayments"]}
SHIPS = {**PAID, "Ship": ["ExportOrder@erp", "CapturePayments!"], **CANCELS}


def begun(shop: Shop) -> Pump:
    """A slice that has claimed what is due; the calls are under way."""
    with platform_scope("a slice serves all tenants"):
        pump = Pump(Callers(1))
        pump._enlist(60)
        assert pump._turn(claiming=True)
    return pump


def end(pump: Pump) -> None:
    with platform_scope("a slice serves all tenants"):
        while pump.held:
            pump._turn(claiming=False)
        pump._leave()


def paid(shop: Shop, chart: dict[str, Any]) -> Order:
    shop.chart(chart)
    order = shop.order()
    shop.pump()
    return order


def test_an_order_cancelled_while_it_waits_for_a_slot_is_not_shipped(shop: Shop) -> None:
    order = paid(shop, SHIPS)
    ship = shop.move(order, "Ship")
    pump = Pump(Callers(1))
    pump.shares.begun(Connector.objects.get(connector_id="erp").pk)
    with platform_scope("a slice serves all tenants"):
        pump.run(5, linger=0.0)
    shop.move(order, "OrderCanceled")
    shop.pump()
    ship.refresh_from_db()
    assert (ship.state, shop.effects("export"), shop.effects("capture")) == (RunState.SUPERSEDED, [], [])
    assert len(shop.effects("cancel")) == 1


def test_an_order_cancelled_before_its_dead_worker_is_missed_is_not_captured(shop: Shop) -> None:
    order = paid(shop, SHIPS)
    shop.move(order, "Ship")
    begun(shop)
    shop.move(order, "OrderCanceled")
    Worker.objects.all().delete()
    shop.pump()
    assert (shop.effects("capture"), len(shop.effects("cancel"))) == ([], 1)
    assert Effect.objects.get(operation="export_order").state != Effect.State.CALLING


@pytest.mark.parametrize(
    ("to", "ends", "later"),
    [("OrderCanceled", "OrderCanceled", RunState.COMPLETED), ("Next", "Ship", RunState.SUPERSEDED)],
)
def test_an_order_that_is_moved_while_the_step_that_stops_it_is_called(
    shop: Shop, to: str, ends: str, later: str
) -> None:
    order = paid(shop, {**PAID, "Next": ["ExportOrder@erp"], **CANCELS})
    shop.vendors.faults(vendor="stripe", path="/capture$", status=400)
    shop.move(order, "Ship")
    pump = begun(shop)
    run = shop.move(order, to)
    end(pump)
    shop.pump()
    order.refresh_from_db()
    run.refresh_from_db()
    assert (order.status, run.state) == (ends, later)


@pytest.mark.parametrize("waits", [True, False])
def test_an_order_cancelled_without_its_workflow_is_not_captured_nor_moved_back(
    shop: Shop, waits: bool
) -> None:
    order = paid(shop, {**PAID, **CANCELS})
    shop.vendors.faults(vendor="stripe", path="/capture$", status=429 if waits else 400, times=3)
    ship = shop.move(order, "Ship")
    pump = begun(shop)
    if waits:
        end(pump)
    assert change_status(order, "OrderCanceled", run_workflow=False) is None
    if not waits:
        end(pump)
    shop.pump()
    shop.later(hours=1)
    shop.pump()
    order.refresh_from_db()
    ship.refresh_from_db()
    assert (order.status, ship.state) == ("OrderCanceled", RunState.SUPERSEDED)
    assert (shop.effects("capture"), shop.effects("cancel")) == ([], [])


@pytest.mark.parametrize("stops", [True, False])
def test_an_answer_counts_whatever_has_been_published_meanwhile(shop: Shop, stops: bool) -> None:
    step = {"name": "AuthorizePayment", "stop_on_error": True, "error_status": "Trouble"}
    shop.chart({"New": [step], "Done": [], "Trouble": []}, New="Done")
    if stops:
        shop.vendors.faults(vendor="stripe", path="/payment_intents", status=400)
    order = shop.order()
    pump = begun(shop)
    order_type = OrderType.objects.get(name="Online")
    order_type.name = "Web"
    order_type.save()
    publish(order_type)
    end(pump)
    ended = (Effect.objects.get().state, order.runs.get().state)
    assert ended == (("failed", RunState.STOPPED) if stops else ("succeeded", RunState.COMPLETED))
    assert "no published order type 'Online'" in shop.active_errors(order)[-1]


@pytest.mark.pg
@pytest.mark.parametrize("bad", [b"\\u0000", b"\\ud800", b"c" * 150])
def test_an_answer_that_no_database_keeps_is_an_answer(db: None, settings: Any, bad: bytes) -> None:
    body = b'{"error": {"message": "no %s card", "code": "%s"}}' % (bad, bad)
    with FaultServer(answer(402, body)) as vendor:
        settings.CROSSDOCK_SANDBOX_URL = vendor.url
        settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1/32:{vendor.port}"]
        shop = Shop(vendor)  # type: ignore[arg-type]
        with tenant_scope(shop.tenant):
            shop.chart(PAID)
            step = shop.order().runs.get().steps.get()
            shop.pump()
            step.refresh_from_db()
            ended = (step.state, Effect.objects.get().state)
    assert ended == (StepState.ERROR, "failed")
    assert " card" in step.message


class CutWhenFull(Pump):
    """Loses the database when it would call for help, while a call that was just committed is under way."""

    cut = False

    def _account(self, finished: Any, jobs: Any) -> None:
        super()._account(finished, jobs)
        going_on = {item.job.ticket.order_id for item in finished} & {job.ticket.order_id for job in jobs}
        if going_on and not self.cut:
            self.cut = True
            raise OperationalError("server closed the connection unexpectedly")


class CutAtCommit(Pump):
    """Loses the database before it hears that its claim is committed."""

    cut = False

    def _account(self, finished: Any, jobs: Any) -> None:
        if jobs and not self.cut:
            self.cut = True
            raise OperationalError("server closed the connection unexpectedly")
        super()._account(finished, jobs)


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_an_order_whose_claim_was_not_heard_of_is_claimed_again_by_the_same_slice(shop: Shop) -> None:
    shop.chart(PAID)
    step = shop.order().runs.get().steps.get()
    pump = CutAtCommit(Callers(2))
    with platform_scope("a slice serves all tenants"):
        pump.run(20, linger=1.0)
    step.refresh_from_db()
    assert (pump.cut, step.state, step.deaths) == (True, StepState.SUCCESS, 0)


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_a_call_under_way_is_not_made_again_when_the_database_goes_away_after_its_commit(shop: Shop) -> None:
    shop.chart({"New": ["AuthorizePayment!", "CapturePayments!"]})
    shop.vendors.faults(vendor="stripe", path="/capture$", latency_ms=900)
    order = shop.order()
    pump = CutWhenFull(Callers(2))
    with platform_scope("a slice serves all tenants"):
        pump.run(10, linger=0.0)
    assert pump.cut
    assert shop.steps(order.runs.get()) == {"AuthorizePayment": "success", "CapturePayments": "success"}
    assert [call["path"].rsplit("/", 1)[1] for call in shop.vendors.calls()] == ["payment_intents", "capture"]


def test_a_slice_that_only_finishes_lets_others_be_rung_for(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.chart({"New": ["ExportOrder@erp"]})
    shop.vendors.faults(vendor="webhook", path="^/erp", latency_ms=500)
    shop.order()
    listening = []

    class Watched(Pump):
        def _turn(self, *, claiming: bool) -> bool:
            worked = super()._turn(claiming=claiming)
            (tmp_path / "stop").touch()
            listening.append(somebody_listens())
            return worked

    monkeypatch.setenv(lifeline.STOP_FILE, os.fspath(tmp_path / "stop"))
    with platform_scope("a slice serves all tenants"):
        Watched(Callers(1)).run(60, linger=0.0)
    assert (listening[0], listening[1]) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_a_bell_that_cannot_be_rung_undoes_no_status_change(shop: Shop) -> None:
    shop.chart(PAID)
    order = shop.order()
    OrmQ.objects.all().delete()
    table = OrmQ._meta.db_table
    rename = "ALTER TABLE {} RENAME TO {}".format
    with connection.cursor() as cursor:
        cursor.execute(rename(table, "away"))
    try:
        run = shop.move(order, "Ship")
    finally:
        with connection.cursor() as cursor:
            cursor.execute(rename("away", table))
    assert WorkflowRun.objects.get(pk=run.pk).state == RunState.QUEUED


@contextmanager
def row_held(order: Order) -> Iterator[None]:
    """Somebody else's transaction has the order's row."""
    held, enough = threading.Event(), threading.Event()

    def hold() -> None:
        with platform_scope("somebody else"), transaction.atomic():
            Order.objects.select_for_update().get(pk=order.pk)
            held.set()
            enough.wait(50)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(20)
    try:
        yield
    finally:
        enough.set()
        holder.join()


@contextmanager
def pumping(shop: Shop) -> Iterator[None]:
    """A slice in a thread of its own, until all its orders are done."""

    def pump() -> None:
        with platform_scope("a slice serves all tenants"):
            Pump(Callers(4)).run(50, linger=LOOK_AGAIN_S + 1)
        connection.close()

    thread = threading.Thread(target=pump)
    thread.start()
    try:
        yield
    finally:
        thread.join()


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("steps", [["AuthorizePayment!"], ["SetCompletedDate"]], ids=["called", "claimed"])
def test_an_order_whose_row_somebody_holds_goes_on_afterwards_and_others_meanwhile(
    shop: Shop, steps: list[str]
) -> None:
    shop.chart({"New": steps, "Done": []}, New="Done")
    orders = [shop.order(number) for number in ("H-1", "H-2", "H-3")]

    def ended() -> list[str]:
        return [Order.objects.get(pk=order.pk).status for order in orders]

    with pumping(shop):
        with row_held(orders[0]):
            assert wait_for(lambda: ended() == ["New", "Done", "Done"], 30)
        assert wait_for(lambda: ended() == ["Done"] * 3, 30)
    assert set(Effect.objects.values_list("state", flat=True)) <= {"succeeded"}


class Breaking(AuthorizePayment):
    """Breaks over the answer to its retry."""

    name = "Breaking"

    def settle(self, context: StepContext, outcomes: Sequence[Outcome]) -> Result:
        result = super().settle(context, outcomes)
        if outcomes[0].ending is Ending.SUCCEEDED:
            OrderError.objects.create(order_id=context.order.id, key="taken", message="once")
            OrderError.objects.create(order_id=context.order.id, key="taken", message="twice")
        return result


@pytest.fixture
def breaking() -> Iterator[None]:
    registry.all_steps()
    registry.register(Breaking)
    yield
    registry._steps.pop("breaking")


@pytest.mark.thorough
@pytest.mark.usefixtures("breaking")
def test_a_retry_that_breaks_its_order_can_be_taken_up_by_a_person(shop: Shop) -> None:
    shop.vendors.faults(vendor="stripe", path="/payment_intents", status=429, times=3)
    shop.chart({"New": ["Breaking"]})
    step = shop.order().runs.get().steps.get()
    shop.pump()
    shop.later(hours=1)
    shop.pump()
    step.refresh_from_db()
    assert (step.state, step.attempts, step.due_at) == (StepState.ERROR, 2, None)
    assert acts.rerun_step(step, acts.Asked(actor="Kari")).fresh
