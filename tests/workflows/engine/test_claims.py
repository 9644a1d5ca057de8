"""Who may drive an order: claims, fences, dead workers, poison, and what a lost wake-up changes (nothing)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.utils import timezone
from django_q.models import OrmQ

from tenants.scoping import platform_scope
from tests.shop import PAID, Shop
from workflows.engine.callers import Callers
from workflows.engine.claim import claim
from workflows.engine.due import Bounds
from workflows.engine.policy import DEATHS_ALLOWED
from workflows.engine.pump import Pump
from workflows.engine.sweeper import sweep
from workflows.models import Lane, Order, OrderError, RunState, StepRun, StepState, Worker
from workflows.steps import registry
from workflows.steps.base import Plan, Result, Step, StepContext


def dead_worker() -> Worker:
    long_ago = timezone.now() - timedelta(hours=1)
    return Worker.objects.create(
        host="gone", pid=1, started_at=long_ago, heartbeat_at=long_ago, listening_until=long_ago
    )


def live_worker() -> Worker:
    now = timezone.now()
    return Worker.objects.create(
        host="here", pid=1, started_at=now, heartbeat_at=now, listening_until=now + timedelta(minutes=1)
    )


def test_an_order_is_claimed_once(shop: Shop) -> None:
    shop.chart(PAID)
    shop.order()
    with platform_scope("test"):
        first = claim(live_worker().id, 10, timezone.now())
        second = claim(live_worker().id, 10, timezone.now())
    assert (len(first), len(second)) == (1, 0)


def test_a_dead_workers_order_is_claimed_again_with_a_higher_fence(shop: Shop) -> None:
    shop.chart(PAID)
    shop.order()
    with platform_scope("test"):
        ((held, _),) = claim(dead_worker().id, 10, timezone.now())
        ((taken, _),) = claim(live_worker().id, 10, timezone.now())
    assert taken.fence == held.fence + 1
    assert taken.orphaned


def test_a_crowded_tenant_is_left_out_while_others_wait(shop: Shop) -> None:
    shop.chart(PAID)
    shop.order()
    with platform_scope("test"):
        assert claim(uuid4(), 10, timezone.now(), Bounds(tenants=(shop.tenant.pk,))) == []


def test_an_answer_after_the_lane_was_lost_changes_nothing(shop: Shop) -> None:
    shop.chart(PAID)
    order = shop.order()
    with platform_scope("test"):
        pump = Pump(Callers(1))
        pump._enlist(60)
        assert pump._turn(claiming=True)
        Lane.objects.filter(pk=order.pk).update(claimed_by=live_worker().id)
        while pump.held:
            pump._turn(claiming=True)
    step = StepRun.objects.get(order=order)
    assert step.state == StepState.RUNNING
    assert order.payments.get().authorized_minor == 0


def test_the_next_holder_of_an_orphaned_lane_captures_once(shop: Shop) -> None:
    shop.chart(PAID)
    order = shop.order()
    shop.pump()
    run = shop.move(order, "Ship")
    with platform_scope("test"):
        dying = Pump(Callers(1))
        dying._enlist(60)
        assert dying._turn(claiming=True)
        dying._collect()
        Worker.objects.filter(id=dying.id).update(heartbeat_at=timezone.now() - timedelta(hours=1))
    shop.pump()
    assert shop.steps(run) == {"CapturePayments": "success"}
    assert len(shop.effects("capture")) == 1


def test_a_step_whose_worker_dies_again_and_again_is_parked(shop: Shop) -> None:
    shop.chart(PAID)
    order = shop.order()
    StepRun.objects.filter(order=order).update(state=StepState.RUNNING, deaths=DEATHS_ALLOWED - 1, attempts=2)
    order.runs.update(state=RunState.RUNNING)
    Lane.objects.filter(pk=order.pk).update(claimed_by=dead_worker().id)
    shop.pump()
    run = order.runs.get()
    assert run.state == RunState.STOPPED
    assert "Parked" in shop.active_errors(order)[0]
    assert shop.effects("authorize") == []


def test_a_lost_wake_up_is_rung_again_by_the_sweeper(shop: Shop) -> None:
    shop.chart(PAID)
    shop.order()
    OrmQ.objects.all().delete()
    assert sweep()
    assert OrmQ.objects.count() == 1


def test_the_sweeper_is_silent_when_nothing_is_due(shop: Shop) -> None:
    assert not sweep()


def test_one_wake_up_is_enough_while_a_slice_listens(shop: Shop) -> None:
    live_worker()
    shop.chart(PAID)
    shop.order()
    assert not sweep()


class Faulty(Step):
    """Breaks where its property says."""

    name = "Faulty"

    def plan(self, context: StepContext) -> Plan:
        where = context.config.properties.get("Where")
        if where == "code":
            raise ZeroDivisionError
        if where == "database":
            OrderError.objects.create(order_id=context.order.id, key="taken", message="once")
            OrderError.objects.create(order_id=context.order.id, key="taken", message="twice")
        return Plan.done(Result.success())


@pytest.fixture
def faulty() -> Any:
    registry.all_steps()
    registry.register(Faulty)
    yield
    registry._steps.pop("faulty")


def poison(shop: Shop, where: str) -> tuple[Order, list[Order]]:
    step = {"name": "Faulty", "stop_on_error": True, "properties": {"Where": where}}
    shop.chart({"New": [step], "Ship": []})
    bad = shop.order("BAD-1")
    shop.chart({"New": ["ExportOrder@mail"], "Ship": []})
    return bad, [shop.order(f"GOOD-{number}") for number in range(3)]


@pytest.mark.usefixtures("faulty")
@pytest.mark.parametrize("where", ["code", "database"])
def test_poison_stops_its_own_order_only(shop: Shop, where: str) -> None:
    bad, good = poison(shop, where)
    shop.pump()
    assert bad.runs.get().state == RunState.STOPPED
    assert "nternal error" in " ".join(shop.active_errors(bad))
    assert {order.runs.get().state for order in good} == {RunState.COMPLETED}
    assert shop.due(bad) is None


def test_a_unique_violation_is_what_the_database_poison_causes(shop: Shop) -> None:
    shop.chart({"New": []})
    order = shop.order()
    with pytest.raises(IntegrityError):
        OrderError.objects.bulk_create(
            [OrderError(tenant=shop.tenant, order=order, key="taken", message="x") for _ in range(2)]
        )


def test_wake_ups_in_the_hands_of_a_dead_cluster_do_not_silence_the_bell(shop: Shop) -> None:
    shop.chart(PAID)
    shop.order()
    taken = timezone.now() + timedelta(minutes=10)
    OrmQ.objects.bulk_create([OrmQ(key="crossdock", payload="x", lock=taken) for _ in range(20)])
    sweep()
    assert OrmQ.objects.filter(lock__lte=timezone.now()).count() == 1
