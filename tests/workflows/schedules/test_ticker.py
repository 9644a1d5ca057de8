"""Slots become runs: each once, missed ones once, and a broken task is the only one that it stops."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_q.models import OrmQ

from eventlog.models import Event
from tenants.models import Tenant
from tests.workflows.shopstall import Market
from workflows.models import ScheduledRun, ScheduledTask
from workflows.schedules.lateness import alarm, is_late
from workflows.schedules.ticker import AlreadyRunning, ring_for_due, run_now, tick

State = ScheduledRun.State


def make(name: str = "Clean", **values: Any) -> ScheduledTask:
    given = {"type": "CleanUp", "cron": "*/10 * * * *", "name": name, **values}
    return ScheduledTask.objects.create(**given)


def end(task: ScheduledTask) -> None:
    task.runs.filter(state__in=ScheduledRun.OPEN).update(state=State.SUCCEEDED)


def slots(task: ScheduledTask) -> list[datetime]:
    return list(task.runs.order_by("slot").values_list("slot", flat=True))


def due(task: ScheduledTask) -> datetime:
    task.refresh_from_db()
    assert task.next_due_at is not None
    return task.next_due_at


def test_a_slot_becomes_one_run(market: Market) -> None:
    task = make()
    slot = due(task)
    assert tick(slot - timedelta(seconds=1)) == 0
    assert [tick(slot), tick(slot), tick(slot + timedelta(seconds=5))] == [1, 0, 0]
    assert slots(task) == [slot]
    assert due(task) == slot + timedelta(minutes=10)


def test_missed_slots_make_one_run(market: Market) -> None:
    task = make()
    slot = due(task)
    tick(slot + timedelta(hours=6, minutes=3))
    assert slots(task) == [slot]
    assert due(task) == slot + timedelta(hours=6, minutes=10)


def test_saving_a_task_forgets_no_slot_that_it_owes(market: Market) -> None:
    task = make()
    slot = due(task)
    with time_machine.travel(slot + timedelta(hours=1), tick=False):
        row = ScheduledTask.objects.get()
        row.name = "Renamed"
        row.full_clean()
        row.save()
        assert due(task) == slot
        row.cron = "0 3 * * *"
        row.save()
        assert due(task) > slot


def test_a_run_that_has_not_ended_is_not_overlapped(market: Market) -> None:
    task = make()
    slot = due(task)
    tick(slot)
    tick(slot + timedelta(minutes=10))
    first, second = task.runs.order_by("slot")
    assert (first.state, second.state) == (State.QUEUED, State.SKIPPED)
    assert "had not ended" in second.message
    with pytest.raises(IntegrityError), transaction.atomic():
        ScheduledRun.objects.create(task=task, slot=timezone.now())
    end(task)
    tick(slot + timedelta(minutes=20))
    assert task.runs.filter(state=State.QUEUED).count() == 1


def test_both_nights_in_which_clocks_change_run_a_nightly_task_once(market: Market) -> None:
    for start in (datetime(2026, 3, 27, 12, tzinfo=UTC), datetime(2026, 10, 23, 12, tzinfo=UTC)):
        with time_machine.travel(start, tick=False):
            task = make(f"Nightly {start.month}", cron="30 2 * * *", time_zone="Europe/Oslo")
        for minutes in range(0, 4 * 24 * 60, 60):
            tick(start + timedelta(minutes=minutes))
            end(task)
        assert len(slots(task)) == 4


def test_a_broken_task_shows_its_error_and_stops_no_neighbour(market: Market) -> None:
    broken, neighbour = make("Broken"), make("Neighbour")
    slot = due(broken)
    ScheduledTask.objects.filter(pk=broken.pk).update(cron="0 0 30 2 *")
    assert tick(slot) == 2
    broken.refresh_from_db()
    assert broken.next_due_at is None
    assert "never comes" in broken.problem
    for minutes in (10, 20):
        end(neighbour)
        assert tick(slot + timedelta(minutes=minutes)) == 1
    assert len(slots(neighbour)) == 3


def test_many_tasks_run_each_slot_once(market: Market) -> None:
    template = make("T0")
    start = due(template)
    ScheduledTask.objects.bulk_create(
        ScheduledTask(
            tenant=market.shop.tenant,
            name=f"T{number}",
            type="CleanUp",
            cron="*/10 * * * *",
            next_due_at=start,
        )
        for number in range(1, 20)
    )
    for minutes in range(0, 30, 10):
        for _ in range(2):
            tick(start + timedelta(minutes=minutes))
        ScheduledRun.objects.update(state=State.SUCCEEDED)
    assert ScheduledRun.objects.count() == 20 * 3


def test_a_task_that_is_off_and_one_of_a_closed_tenant_are_left_alone(market: Market) -> None:
    off, on = make("Off", active=False), make("On")
    assert off.next_due_at is None
    slot = due(on)
    Tenant.objects.update(is_active=False)
    assert tick(slot) == 0
    Tenant.objects.update(is_active=True)
    assert tick(slot) == 1
    assert not off.runs.exists()


class TestRunNow:
    def test_starts_a_run_and_rings(self, market: Market, django_capture_on_commit_callbacks: Any) -> None:
        task = make(active=False)
        with django_capture_on_commit_callbacks(execute=True):
            run = run_now(task, "kari")
        assert (run.trigger, run.actor, run.state) == ("manual", "kari", State.QUEUED)
        assert OrmQ.objects.count() == 1

    def test_is_refused_while_the_task_runs(self, market: Market) -> None:
        task = make()
        run = run_now(task)
        ScheduledRun.objects.update(state=State.RUNNING, started_at=timezone.now())
        with pytest.raises(AlreadyRunning, match="wait for its end"):
            run_now(task)
        assert ScheduledRun.objects.get() == run

    def test_brings_a_waiting_run_forward(self, market: Market) -> None:
        task = make()
        run = run_now(task)
        ScheduledRun.objects.update(due_at=timezone.now() + timedelta(hours=1))
        assert run_now(task, "kari") == run
        assert ScheduledRun.objects.get().due_at <= timezone.now()


def test_a_lost_wake_up_is_rung_again(market: Market) -> None:
    assert not ring_for_due()
    run_now(make())
    assert ring_for_due()
    assert OrmQ.objects.count() == 1


class TestLateness:
    def test_of_a_run_is_told_once(self, market: Market) -> None:
        task = make()
        slot = due(task)
        tick(slot)
        assert alarm(slot + timedelta(minutes=4)) == 0
        assert [alarm(slot + timedelta(minutes=6)), alarm(slot + timedelta(minutes=7))] == [1, 0]
        task.refresh_from_db()
        assert task.last_error.startswith(f"Late: the run of {slot:%Y-%m-%d %H:%M} UTC has not begun")
        assert Event.objects.filter(category="Error", message__contains="Late").count() == 1

    def test_of_more_than_a_hundred_runs_is_told_of_each(self, market: Market) -> None:
        tenant, slot = market.shop.tenant, timezone.now()
        told = f"Late: the run of {slot:%Y-%m-%d %H:%M} UTC has not begun; see whether workers are running and busy"
        tasks = ScheduledTask.objects.bulk_create(
            ScheduledTask(tenant=tenant, name=f"T{place}", type="CleanUp", last_error=told if place else "")
            for place in range(101)
        )
        ScheduledRun.objects.bulk_create(
            ScheduledRun(tenant=tenant, task=task, slot=slot, due_at=slot) for task in tasks
        )
        assert alarm(slot + timedelta(minutes=6)) == 1

    def test_of_a_run_that_has_begun_is_none(self, market: Market) -> None:
        task = make()
        slot = due(task)
        tick(slot)
        task.runs.update(started_at=slot)
        assert alarm(slot + timedelta(hours=1)) == 0

    def test_of_a_slot_that_nobody_takes_is_seen_without_a_worker(self, market: Market) -> None:
        task = make()
        slot = due(task)
        assert not is_late(task, slot + timedelta(minutes=4))
        assert is_late(task, slot + timedelta(minutes=6))
        task.active = False
        assert not is_late(task, slot + timedelta(minutes=6))
