"""Runs go leg by leg and on at their cursor, whatever happens to the provider or to the worker."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from connectors.models import Connector, Effect
from connectors.publishing import publish, retire
from eventlog.events import Category, EventData
from eventlog.models import Event
from tenants.models import usages
from tenants.scoping import platform_scope
from tests.factories.tenants import TenantFactory
from tests.faultserver import answer
from tests.workflows.shopstall import Market, order
from workflows.models import ImportedObject, Order, ScheduledRun, ScheduledTask
from workflows.schedules import claim, legs, types
from workflows.schedules import slice as slice_module
from workflows.schedules.slice import Slice
from workflows.schedules.ticker import run_now, tick
from workflows.schedules.types import Leg, Progress, TaskContext, TaskType

State = ScheduledRun.State


def later(run: ScheduledRun) -> None:
    ScheduledRun.objects.filter(pk=run.pk).update(due_at=timezone.now())


def test_a_slice_that_ends_leaves_the_run_due_at_its_cursor(market: Market) -> None:
    market.server.orders = [order(number) for number in range(6)]
    run = run_now(market.task())
    with platform_scope("a slice serves all tenants"):
        Slice().run(0)
        run.refresh_from_db()
        assert (run.state, run.pages) == (State.QUEUED, 0)
    market.work()
    run.refresh_from_db()
    assert (run.state, run.pages, Order.objects.count()) == (State.SUCCEEDED, 3, 6)


class TestFailures:
    def test_that_pass_are_tried_again_from_the_cursor(self, market: Market) -> None:
        market.server.orders = [order(number) for number in range(4)]
        task = market.task()
        run = run_now(task)
        market.server.failing = [answer(503, {})] * 3
        market.work()
        run.refresh_from_db()
        task.refresh_from_db()
        assert (run.state, run.attempts) == (State.QUEUED, 1)
        assert "is tried again by itself" in run.message
        assert "is tried again by itself" in task.last_error
        assert run.due_at is not None and run.due_at > timezone.now()
        later(run)
        market.work()
        run.refresh_from_db()
        task.refresh_from_db()
        assert (run.state, run.attempts, task.last_error) == (State.SUCCEEDED, 0, "")
        assert Order.objects.count() == 4

    def test_give_way_to_the_next_slot(self, market: Market) -> None:
        task = market.task(cron="* * * * *", active=True)
        ScheduledTask.objects.update(next_due_at=timezone.now() + timedelta(seconds=5))
        run = run_now(task)
        market.server.failing = [answer(503, {})] * 3
        market.work()
        run.refresh_from_db()
        assert run.state == State.FAILED
        assert "the next run tries again" in run.message

    def test_that_do_not_pass_end_the_run_and_show_on_the_task(self, market: Market) -> None:
        task = market.task()
        market.server.failing = [answer(401, {"error": "the key is wrong"})]
        run = market.run(task)
        task.refresh_from_db()
        assert run.state == State.FAILED
        assert run.message == task.last_error == "the key is wrong"
        assert Event.objects.filter(category="Error", message__contains="the key is wrong").exists()

    def test_of_an_answer_that_leads_nowhere_end_the_run(self, market: Market) -> None:
        market.server.failing = [answer(200, {"orders": [], "cursor": "", "more": True})]
        run = market.run(market.task())
        assert run.state == State.FAILED
        assert "its cursor stands still" in run.message

    def test_of_pages_that_lead_in_a_circle_end_the_run(self, market: Market) -> None:
        round = [answer(200, {"orders": [], "cursor": at, "more": True}) for at in ("A", "B", "C")]
        market.server.failing = [answer(200, {"orders": [], "cursor": "0", "more": True}), *round * 9]
        run = market.run(market.task())
        assert run.state == State.FAILED
        assert "lead in a circle" in run.message

    def test_of_a_page_that_the_provider_forgot_begin_anew_before_it(self, market: Market) -> None:
        market.server.orders = [order(number) for number in range(4)]
        task = market.task(cursor="2@forgotten")
        market.server.failing = [answer(400, {"error": "invalid page token"})]
        run = market.run(task)
        task.refresh_from_db()
        assert (run.state, market.server.cursors()) == (State.SUCCEEDED, ["2@forgotten", "2"])
        assert "invalid page token" in run.message and "began anew" in run.message
        assert (Order.objects.count(), run.counts["begun anew"], task.cursor) == (2, 1, "4")

    def test_of_a_page_that_is_always_refused_begin_anew_only_once(self, market: Market) -> None:
        refusal = answer(400, {"error": "no such page"})
        page = answer(200, {"orders": [], "cursor": "2@second", "more": True})
        market.server.failing = [refusal, page, refusal]
        run = market.run(market.task(cursor="2@second"))
        assert (run.state, run.message.splitlines()[-1]) == (State.FAILED, "no such page")
        assert market.server.cursors() == ["2@second", "2", "2@second"]


class TestWhatIsMissing:
    def broken(self, market: Market, run: ScheduledRun, text: str) -> None:
        assert run.state == State.FAILED
        assert text in run.message
        neighbour = market.task("CleanUp", name="Neighbour")
        assert market.run(neighbour).state == State.SUCCEEDED

    def test_a_retired_connector(self, market: Market) -> None:
        task = market.task()
        retire(Connector.objects.get())
        self.broken(market, market.run(task), "is retired; choose a connector that is in service")

    def test_a_type_that_is_not_installed_any_more(self, market: Market) -> None:
        task = market.task()
        ScheduledTask.objects.update(type="ImportOrderss")
        self.broken(market, market.run(task), "did you mean ImportOrders")

    def test_a_property_of_a_wrong_type(self, market: Market) -> None:
        task = market.task(properties={"CreateProducts": "perhaps"})
        self.broken(market, market.run(task), "CreateProducts must be true or false")


class TestClaims:
    def claim(self, run: ScheduledRun) -> ScheduledRun:
        with platform_scope("test"):
            (claimed,) = claim.claim(uuid4(), [run.pk], timezone.now())
        return claimed

    def test_a_claimed_run_is_nobody_elses(self, market: Market) -> None:
        run = run_now(market.task())
        self.claim(run)
        with platform_scope("test"):
            assert claim.claim(uuid4(), [run.pk], timezone.now()) == []

    def test_a_dead_workers_run_goes_on_at_its_cursor(self, market: Market) -> None:
        market.server.orders = [order(number) for number in range(4)]
        run = run_now(market.task())
        claimed = self.claim(run)
        ScheduledRun.objects.update(
            heartbeat_at=timezone.now() - timedelta(hours=1), cursor_after="2", pages=1
        )
        market.work()
        run.refresh_from_db()
        assert (run.state, run.fence, run.deaths) == (State.SUCCEEDED, claimed.fence + 1, 0)
        assert market.server.cursors() == ["2"]

    def test_an_answer_after_the_run_was_lost_changes_nothing(self, market: Market) -> None:
        market.server.orders = [order(1)]
        run = run_now(market.task())
        other = uuid4()
        with platform_scope("a slice serves all tenants"):
            slow = Slice()
            slow._turn(True)
            ScheduledRun.objects.update(claimed_by=other, fence=9)
            while slow._turn(False):
                pass
        run.refresh_from_db()
        assert (run.state, run.claimed_by, run.cursor_after) == (State.RUNNING, other, "")
        assert not ImportedObject.objects.exists()

    def test_a_run_that_kills_its_workers_is_parked(self, market: Market) -> None:
        run = run_now(market.task())
        for _ in range(3):
            self.claim(run)
            ScheduledRun.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
        market.work()
        run.refresh_from_db()
        assert run.state == State.FAILED
        assert "Parked: its worker died 3 times" in run.message
        assert market.server.cursors() == []

    def test_no_tenant_takes_more_than_its_share_while_others_wait(self, market: Market) -> None:
        mine = [run_now(market.task("CleanUp", name=f"T{number}")) for number in range(6)]
        with platform_scope("test"):
            assert len(claim.choose(timezone.now(), Counter(), 8, 4)) == 6
            tenant = market.shop.tenant.pk
            assert len(claim.choose(timezone.now(), Counter({tenant: 4}), 3, 4)) == 3
        assert len(mine) == 6

    def test_hundreds_that_a_tenant_has_waiting_hide_nobody_elses(self, market: Market) -> None:
        now = timezone.now()
        other = TenantFactory()
        for tenant, many, due in ((market.shop.tenant, 201, now - timedelta(hours=1)), (other, 1, now)):
            tasks = ScheduledTask.objects.bulk_create(
                ScheduledTask(tenant=tenant, name=f"T{place}", type="CleanUp") for place in range(many)
            )
            ScheduledRun.objects.bulk_create(
                ScheduledRun(tenant=tenant, task=task, slot=due, due_at=due) for task in tasks
            )
        with platform_scope("test"):
            chosen = claim.choose(now, Counter({market.shop.tenant.pk: 4}), 4, 4)
            assert ScheduledRun.objects.filter(pk__in=chosen, tenant=other).count() == 1
            assert len(chosen) == 4


def test_a_task_that_is_switched_off_starts_no_further_page(market: Market) -> None:
    task = market.task(active=True)
    task.refresh_from_db()
    assert tick(task.next_due_at) == 1
    ScheduledRun.objects.update(due_at=timezone.now())
    ScheduledTask.objects.update(active=False)
    market.work()
    run = ScheduledRun.objects.get()
    assert run.state == State.SKIPPED
    assert "switched off" in run.message
    assert market.server.cursors() == []


def test_several_tasks_go_on_side_by_side(market: Market) -> None:
    config = market.connector()
    runs = [run_now(market.task(connector=config, name=f"Shop {number}")) for number in range(5)]
    market.work()
    assert set(ScheduledRun.objects.values_list("state", flat=True)) == {State.SUCCEEDED}
    assert len(market.server.cursors()) == len(runs)
    assert not Effect.objects.exists()


def test_publishing_knows_which_tasks_use_a_connector(market: Market) -> None:
    task = market.task(active=True)
    connector = Connector.objects.get()
    assert f"scheduled task {task.name}" in usages(connector)
    connector.display_name = "Stall 2"
    connector.save()
    publish(connector)


def test_a_page_that_was_stored_without_a_word_of_it_is_not_stored_again(market: Market) -> None:
    """As where the connection is cut while it commits: then the same is tried once more."""
    market.server.orders = [order(number) for number in range(4)]
    run = run_now(market.task())
    with platform_scope("a slice serves all tenants"):
        mine = Slice()
        mine._turn(True)
        (ticket,) = mine.held.values()
        while ticket.outcome is None:
            mine._wait()
        outcome = ticket.outcome
        legs.store(ticket, timezone.now())
        ticket.outcome = outcome
        legs.store(ticket, timezone.now())
    run.refresh_from_db()
    assert (run.state, run.pages, run.counts["read"]) == (State.RUNNING, 1, 2)


def test_an_event_that_no_database_holds_takes_neither_others_nor_runs_with_it(market: Market) -> None:
    market.server.orders = [order(1)]
    run = run_now(market.task())
    told = {"category": Category.CONNECTOR, "tenant_id": market.shop.tenant.pk}
    with platform_scope("a slice serves all tenants"):
        mine = Slice()
        mine.inbox.events.append(EventData(message="too large a number", order_id=2**80, **told))
        mine.inbox.events.append(EventData(message="beside it", **told))
        mine.run(10)
    run.refresh_from_db()
    assert run.state == State.SUCCEEDED
    assert Event.objects.filter(message="beside it").count() == 1
    assert not mine.inbox.events


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_events_wait_for_a_database_that_is_away(market: Market) -> None:
    event = EventData(category=Category.CONNECTOR, message="kept", tenant_id=market.shop.tenant.pk)
    away = iter([True])

    def cut(execute: Any, sql: str, *rest: Any) -> Any:
        if "eventlog_event" in sql and next(away, False):
            raise OperationalError("the server closed the connection")
        return execute(sql, *rest)

    with platform_scope("a slice serves all tenants"), connection.execute_wrapper(cut):
        mine = Slice()
        mine.inbox.events.append(event)
        mine.run(0)
    assert Event.objects.filter(message="kept").count() == 1


class Watchful(TaskType):
    """Remembers the sign of life that its worker gave last."""

    name = "Watchful"

    def __init__(self) -> None:
        self.signs: list[Any] = []

    def plan(self, context: TaskContext) -> Leg:
        return Leg()

    def store(self, context: TaskContext, result: Any) -> Progress:
        self.signs.append(ScheduledRun.objects.get(pk=context.run_id).heartbeat_at)
        return Progress(cursor="")


def test_a_worker_gives_signs_of_life_between_the_legs_of_a_turn(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several that take long, such as clean-ups at night, must not have it taken for dead."""
    kind = Watchful()
    monkeypatch.setitem(types._types, "watchful", kind)
    monkeypatch.setattr(slice_module, "_HEARTBEAT_S", 0.0)
    run_now(market.task("Watchful")), run_now(market.task("Watchful", name="Second"))
    with platform_scope("a slice serves all tenants"):
        Slice()._turn(True)
    first, second = kind.signs
    assert first < second
