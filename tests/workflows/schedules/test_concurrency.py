"""Several workers at once, and workers that die, on the database that production uses."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from tenants.scoping import platform_scope, tenant_scope
from tests.factories.workflows import make_shop
from tests.faults.processes import database_url, wait_for
from tests.faultserver import hang
from tests.workflows.shopstall import Market, StallServer, order, read_order
from workflows.imports.orders import take_orders
from workflows.imports.rules import ImportRules
from workflows.models import (
    ImportedObject,
    Lane,
    Order,
    Product,
    ScheduledRun,
    ScheduledTask,
    WorkflowRun,
)
from workflows.orders import create_order
from workflows.schedules import claim, types
from workflows.schedules import slice as slice_module
from workflows.schedules.slice import Slice
from workflows.schedules.ticker import AlreadyRunning, run_now, tick
from workflows.schedules.types import Leg, Progress, TaskContext, TaskType

pytestmark = [pytest.mark.pg, pytest.mark.django_db(transaction=True)]
CALLERS = 8
State = ScheduledRun.State


@pytest.fixture
def market(transactional_db: None, stall: StallServer) -> Iterator[Market]:
    shop = make_shop()
    with tenant_scope(shop.tenant):
        yield Market(stall, shop)


def at_once(market: Market, call: Callable[[int], Any], callers: int = CALLERS) -> list[Any]:
    """What each caller got: a result, or the exception; all begin together."""
    barrier = Barrier(callers)

    def one(index: int) -> Any:
        try:
            with tenant_scope(market.shop.tenant):
                barrier.wait()
                return call(index)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(callers) as pool:
        return list(pool.map(one, range(callers)))


def test_a_slot_is_taken_by_one_of_many_tickers(market: Market) -> None:
    tasks = [market.task("CleanUp", name=f"T{number}", active=True) for number in range(10)]
    slot = max(task.next_due_at for task in tasks)
    results = at_once(market, lambda index: tick(slot))
    assert sum(results) == len(tasks), results
    assert Counter(ScheduledRun.objects.values_list("task_id", flat=True)).most_common(1)[0][1] == 1


def test_of_many_who_press_run_now_one_starts_a_run(market: Market) -> None:
    task = market.task("CleanUp")
    results = at_once(market, lambda index: run_now(task))
    assert all(isinstance(item, (ScheduledRun, AlreadyRunning)) for item in results), results
    assert ScheduledRun.objects.count() == 1


def test_run_now_waits_for_a_worker_that_takes_the_run_up(market: Market) -> None:
    task = market.task("CleanUp")
    run = run_now(task)

    def press() -> Any:
        try:
            with tenant_scope(market.shop.tenant):
                return run_now(task)
        except AlreadyRunning as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, platform_scope("test"):
        with transaction.atomic():
            (claimed,) = claim.claim(uuid4(), [run.pk], timezone.now())
            pressed = pool.submit(press)
            wait_for(somebody_waits, "the other to wait for the run")
        assert isinstance(pressed.result(), AlreadyRunning)
    run.refresh_from_db()
    assert (run.state, run.claimed_by) == (State.RUNNING, claimed.claimed_by)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
        return cursor.fetchone() is not None


def test_news_of_orders_wait_for_their_lanes_before_they_lock_an_order(market: Market) -> None:
    """As the engine does: whoever has the lane and wants the order must not meet who has the order and wants the lane."""
    known = create_order(market.shop.order_data(number="A-1"))
    Lane.objects.get_or_create(tenant_id=known.tenant_id, order=known)
    market.server.news = [{"order": "A-1", "word": "400 Picked", "state": "picked"}]
    run_now(market.task("ImportWarehouseOrders", properties={"PickedStatus": "InProgress"}))

    def work() -> None:
        try:
            with platform_scope("a slice serves all tenants"):
                Slice().run(5)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            list(Lane.objects.select_for_update().filter(order_id=known.pk))
            working = pool.submit(work)
            wait_for(somebody_waits, "the import to wait for the lane")
            list(Order.objects.select_for_update(nowait=True).filter(pk=known.pk))
        working.result()
    known.refresh_from_db()
    assert known.status == "InProgress"


class Stubborn(TaskType):
    """What it stores takes longer than the database allows, each time."""

    name = "Stubborn"

    def plan(self, context: TaskContext) -> Leg:
        return Leg()

    def store(self, context: TaskContext, result: Any) -> Progress:
        raise OperationalError("canceling statement due to statement timeout")


def test_a_run_that_cannot_be_stored_holds_up_no_other(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does the slice wait for it for ever."""
    monkeypatch.setitem(types._types, "stubborn", Stubborn())
    monkeypatch.setattr(slice_module, "LEFT_AFTER_S", 0.1)
    first, second = run_now(market.task("Stubborn")), run_now(market.task("CleanUp"))
    with platform_scope("a slice serves all tenants"):
        Slice().run(0.6)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.RUNNING, State.SUCCEEDED)


def test_two_workers_share_the_runs_and_read_no_page_twice(market: Market) -> None:
    market.server.orders = [order(number, minutes=number) for number in range(10)]
    connectors = [market.connector(connector_id=f"shop-{number}") for number in range(6)]
    for number, config in enumerate(connectors):
        properties = {"NumberPrefix": f"S{number}-"}
        run_now(market.task(connector=config, name=f"Shop {number}", properties=properties))

    def work(index: int) -> str:
        with platform_scope("a slice serves all tenants"):
            return Slice().run(30)

    assert all("legs" in str(item) for item in at_once(market, work, 2))
    assert set(ScheduledRun.objects.values_list("state", flat=True)) == {State.SUCCEEDED}
    assert Counter(market.server.cursors()) == Counter(dict.fromkeys(["", "2", "4", "6", "8"], 6))
    assert Order.objects.count() == WorkflowRun.objects.count() == 60


def test_import_and_webhooks_bring_one_order_once(market: Market) -> None:
    config, rules = market.connector(), ImportRules.compile({}, {})
    copies = [read_order(order(1, minutes=minute, tags=[f"t{minute}"])) for minute in range(CALLERS)]
    results = at_once(market, lambda index: take_orders(config, [copies[index]], rules, trigger="webhook"))
    assert not any(isinstance(item, Exception) for item in results), results
    assert Order.objects.count() == WorkflowRun.objects.count() == 1
    assert Order.objects.get().tags == [f"t{CALLERS - 1}"]
    assert ImportedObject.objects.get().modified_at == copies[-1].modified_at


def test_pages_with_the_same_new_products_do_not_get_in_each_others_way(market: Market) -> None:
    rules = ImportRules.compile({}, {})
    configs = [market.connector(connector_id=f"shop-{index}") for index in range(4)]

    def take(index: int) -> Any:
        skus = range(8) if index % 2 else reversed(range(8))
        page = [
            read_order(
                order(
                    100 * index + sku,
                    lines=[
                        {"id": "L", "sku": f"NEW-{sku}", "name": "Sock", "quantity": "2", "price": "100.00"}
                    ],
                )
            )
            for sku in skus
        ]
        return take_orders(configs[index], page, rules, trigger="schedule")

    results = at_once(market, take, 4)
    assert [item.counts["new"] for item in results] == [8] * 4, results
    assert Product.objects.filter(sku__startswith="NEW-").count() == 8


@contextmanager
def worker(market: Market, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
        "TEST_SANDBOX_URL": market.server.url,
        "CROSSDOCK_WORKER_DEAD_AFTER": "1",
    }
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.workflows.schedules.worker"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        yield process
        process.kill()
        process.wait()


@pytest.mark.faults
def test_kills_in_the_middle_of_an_import_lose_and_double_nothing(market: Market, tmp_path: Path) -> None:
    """Once with a page on the wire, then wherever the worker happens to be."""
    market.server.orders = [order(number, minutes=number) for number in range(40)]
    task = market.task()
    run = run_now(task)
    with worker(market, tmp_path / "1.log"):
        wait_for(lambda: pages(run) >= 2, "two pages")
        market.server.failing = [hang(effect=False)]
        wait_for(lambda: not market.server.failing, "a page on the wire")
    assert state(run) == State.RUNNING
    for goal in (6, 11, 15):
        with worker(market, tmp_path / f"{goal}.log"):
            wait_for(lambda goal=goal: pages(run) >= goal, f"page {goal}")  # type: ignore[misc]
    with worker(market, tmp_path / "last.log"):
        wait_for(lambda: state(run) == State.SUCCEEDED, "the end of the import")
    run.refresh_from_db()
    assert (run.pages, run.counts["new"]) == (20, 40)
    assert ScheduledTask.objects.get().cursor == "40"
    assert Order.objects.count() == WorkflowRun.objects.count() == ImportedObject.objects.count() == 40
    asked = [int(cursor or 0) for cursor in market.server.cursors()]
    assert asked == sorted(asked)


def pages(run: ScheduledRun) -> int:
    return ScheduledRun.objects.values_list("pages", flat=True).get(pk=run.pk)


def state(run: ScheduledRun) -> str:
    return ScheduledRun.objects.values_list("state", flat=True).get(pk=run.pk)
