"""Our stock goes to a shop: what changed, in batches, each sent once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from connectors.models import Effect
from tenants.models import Store
from tenants.scoping import platform_scope
from tests.factories.tenants import StoreFactory
from tests.factories.workflows import InventoryLevelFactory, ProductFactory
from tests.faultserver import answer
from tests.workflows.shopstall import Market
from workflows.models import InventoryLevel, ScheduledRun, ScheduledTask
from workflows.schedules import claim, legs
from workflows.schedules.ticker import run_now

State = ScheduledRun.State


@pytest.fixture
def levels(market: Market) -> list[InventoryLevel]:
    """Five levels of one store, each a minute younger than the one before."""
    tenant = market.shop.tenant
    store = StoreFactory(tenant=tenant, code="OSLO")
    found = [
        InventoryLevelFactory(
            tenant=tenant,
            product=ProductFactory(tenant=tenant, sku=f"P{number}"),
            store=store,
            on_hand=number,
        )
        for number in range(5)
    ]
    for number, level in enumerate(found):
        changed(level, minutes_ago=60 - number)
    return found


def changed(level: InventoryLevel, *, minutes_ago: float, **values: object) -> None:
    moment = timezone.now() - timedelta(minutes=minutes_ago)
    InventoryLevel.objects.filter(pk=level.pk).update(modified_at=moment, **values)


def export(market: Market, **properties: object) -> ScheduledTask:
    task: ScheduledTask = market.task("ExportInventory", properties={"BatchSize": 2, **properties})
    return task


def sent(market: Market) -> list[str]:
    return [f"{sku}={Decimal(quantity):f}" for sku, quantity, _ in market.server.levels]


def test_all_go_first_then_what_changed(market: Market, levels: list[InventoryLevel]) -> None:
    task = export(market)
    run = market.run(task)
    assert (run.state, run.counts["sent"], run.pages) == (State.SUCCEEDED, 5, 3), run.message
    assert [item.partition("=")[0] for item in sent(market)] == ["P0", "P1", "P2", "P3", "P4"]
    assert market.server.levels[1] == ["P1", "1.000", "OSLO"]
    assert set(Effect.objects.values_list("state", flat=True)) == {"succeeded"}
    market.server.levels.clear()
    changed(levels[1], minutes_ago=2, reserved=1)
    changed(levels[2], minutes_ago=1, reserved=9)
    market.run(task)
    assert market.server.levels == [["P1", "0.000", "OSLO"], ["P2", "0", "OSLO"]]
    market.server.levels.clear()
    assert market.run(task).counts == {}
    assert market.server.levels == []


def test_a_level_that_was_written_just_now_waits(market: Market, levels: list[InventoryLevel]) -> None:
    changed(levels[4], minutes_ago=0)
    task = export(market)
    assert market.run(task).counts["sent"] == 4
    changed(levels[4], minutes_ago=1)
    assert market.run(task).counts["sent"] == 1


def test_a_full_export_sends_everything_each_time(market: Market, levels: list[InventoryLevel]) -> None:
    task = export(market, Full=True)
    for _ in range(2):
        assert market.run(task).counts["sent"] == 5


def test_only_the_tasks_store_is_sent_under_the_shops_own_name(
    market: Market, levels: list[InventoryLevel]
) -> None:
    tenant = market.shop.tenant
    other = InventoryLevelFactory(tenant=tenant, store=StoreFactory(tenant=tenant, code="BERGEN"))
    changed(other, minutes_ago=5)
    Store.objects.filter(code="OSLO").update(external_ids={"Stall": "loc-1"})
    assert market.run(export(market, Store="oslo")).counts["sent"] == 5
    assert {location for _, _, location in market.server.levels} == {"loc-1"}


def test_one_article_that_the_shop_does_not_know_holds_up_no_other(
    market: Market, levels: list[InventoryLevel]
) -> None:
    market.server.unknown_skus = {"P2"}
    run = market.run(export(market, BatchSize=5))
    assert (run.state, run.counts["sent"], run.counts["failed"]) == (State.SUCCEEDED, 4, 1)
    assert run.message == "P2: an article is not known"
    assert sorted(sku for sku, _, _ in market.server.levels) == ["P0", "P1", "P3", "P4"]


def test_a_batch_on_the_wire_when_the_worker_dies_is_sent_as_it_was(
    market: Market, levels: list[InventoryLevel]
) -> None:
    """The level that changes meanwhile comes later in the order of change, so the frozen batch must be the same."""
    run = run_now(export(market))
    dead = uuid4()
    with platform_scope("test"):
        (claimed,) = claim.claim(dead, [run.pk], timezone.now())
    ticket = legs.Ticket(run.pk, run.tenant_id, dead, claimed.fence)
    prepared = legs.plan(ticket, timezone.now())
    assert prepared is not None
    first = [level.sku for level in prepared.spec.request]
    changed(levels[0], minutes_ago=1, on_hand=77)
    ScheduledRun.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    Effect.objects.update(state="retry")
    market.work()
    run.refresh_from_db()
    assert run.state == State.SUCCEEDED, run.message
    assert first == ["P0", "P1"]
    assert sent(market) == ["P0=0.000", "P1=1.000", "P2=2.000", "P3=3.000", "P4=4.000", "P0=77.000"]


def test_a_cursor_that_cannot_be_read_is_told(market: Market, levels: list[InventoryLevel]) -> None:
    task = export(market)
    ScheduledTask.objects.update(cursor="page 3")
    task.refresh_from_db()
    assert "empty it, then all levels are sent again" in market.run(task).message


def test_a_refused_login_ends_the_run_and_loses_nothing(market: Market, levels: list[InventoryLevel]) -> None:
    task = export(market)
    market.server.failing = [answer(401, {"error": "the key is wrong"})]
    assert market.run(task).state == State.FAILED
    assert market.run(task).counts["sent"] == 5
