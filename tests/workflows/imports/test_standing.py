"""How orders stand in the books and in warehouses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from connectors.contracts.common import WebhookEvent
from tests.workflows.shopstall import Market
from workflows.imports.waking import wake
from workflows.models import Order, OrderError, ScheduledRun, ScheduledTask
from workflows.orders import create_order
from workflows.schedules.ticker import run_now, tick


@pytest.fixture
def known(market: Market) -> Order:
    return create_order(market.shop.order_data(number="A-1"))


def test_a_warehouse_moves_orders_on_and_names_the_parcels(market: Market, known: Order) -> None:
    task = market.task(
        "ImportWarehouseOrders", properties={"PickedStatus": "InProgress", "ShippedStatus": "Ship"}
    )
    market.server.news = [
        {"order": "A-1", "word": "400 Picked", "state": "picked"},
        {"order": "B-9", "word": "400 Picked", "state": "picked"},
        {"order": "A-1", "word": "450 Sent", "state": "shipped", "parcels": ["7073"]},
    ]
    run = market.run(task)
    assert run.counts == {"read": 3, "updated": 2, "unknown": 1}
    known.refresh_from_db()
    assert (known.status, known.properties["WarehouseStatus"]) == ("Ship", "450 Sent")
    assert known.properties["WarehouseParcels"][0]["number"] == "7073"


def test_an_order_of_which_a_part_has_left_has_a_status_of_its_own(market: Market, known: Order) -> None:
    statuses = {"PartlyShippedStatus": "InProgress", "ShippedStatus": "Ship"}
    market.server.news = [{"order": "A-1", "word": "450 Sent, 1 of 2 pieces", "state": "partly_shipped"}]
    market.run(market.task("ImportWarehouseOrders", properties=statuses))
    known.refresh_from_db()
    assert known.status == "InProgress"


def test_a_strange_state_moves_nothing(market: Market, known: Order) -> None:
    before = known.status
    task = market.task("ImportWarehouseOrders", properties={"ShippedStatus": "Ship"})
    market.server.news = [{"order": "A-1", "word": "477 Limbo", "state": "unknown"}]
    market.run(task)
    known.refresh_from_db()
    assert (known.status, known.properties["WarehouseStatus"]) == (before, "477 Limbo")


def test_an_order_that_may_not_go_there_is_told_to_staff(market: Market, known: Order) -> None:
    task = market.task("ImportWarehouseOrders", properties={"ShippedStatus": "Nowhere"})
    market.server.news = [{"order": "A-1", "word": "450 Sent", "state": "shipped"}]
    run = market.run(task)
    assert run.counts["failed"] == 1
    assert "should go to Nowhere" in OrderError.objects.get(order=known).message


def test_an_invoice_is_paid_once_and_a_credit_note_pays_nothing(market: Market, known: Order) -> None:
    task = market.task("ImportPaidInvoices", properties={"PaidStatus": "InProgress"})
    market.server.news = [{"order": "A-1", "invoice": "C7", "outstanding": "0", "credit": True}]
    market.run(task)
    known.refresh_from_db()
    assert "InvoicePaid" not in known.properties
    market.server.news += [
        {"order": "A-1", "invoice": "501", "outstanding": "40.00"},
        {"order": "A-1", "invoice": "501", "outstanding": "0.00"},
    ]
    market.run(task)
    known.refresh_from_db()
    assert (known.status, known.properties["Invoice"]) == ("InProgress", "501")
    assert known.properties["InvoicePaid"].startswith("2026-05-03")


def test_a_return_is_kept_by_its_id(market: Market, known: Order) -> None:
    task = market.task("ImportReturns")
    market.server.news = [
        {"order": "A-1", "id": "R1"},
        {"order": "A-1", "id": "R1"},
        {"order": "A-1", "id": "R2"},
    ]
    assert market.run(task).counts == {"read": 3, "updated": 2, "unchanged": 1}
    known.refresh_from_db()
    assert sorted(known.properties["WarehouseReturned"]) == ["R1", "R2"]


def test_a_webhook_makes_the_reading_task_due(market: Market) -> None:
    connector = market.connector("backroom")
    later = timezone.now() + timedelta(hours=5)
    reading, other = (
        market.task(kind, connector, active=True) for kind in ("ImportWarehouseOrders", "ImportReturns")
    )
    ScheduledTask.objects.update(next_due_at=later)
    wake(connector, WebhookEvent(id="1", type="changed", data={"read_by": "import_order_states"}))
    reading.refresh_from_db()
    other.refresh_from_db()
    assert reading.next_due_at < later
    assert other.next_due_at == later


def test_news_that_come_while_the_task_runs_are_read_when_that_has_ended(market: Market) -> None:
    """The run may have passed them; the next slot of the schedule may be hours away."""
    connector = market.connector("backroom")
    task = market.task("ImportWarehouseOrders", connector=connector, cron="0 3 * * *", active=True)
    run = run_now(task)
    wake(connector, WebhookEvent(id="1", type="changed", data={"read_by": "import_order_states"}))
    tick(timezone.now())
    ScheduledRun.objects.filter(pk=run.pk).update(state=ScheduledRun.State.SUCCEEDED)
    assert tick(timezone.now() + timedelta(minutes=2)) == 1
    assert task.runs.filter(state=ScheduledRun.State.QUEUED).count() == 1
    task.refresh_from_db()
    assert task.next_due_at is not None and (task.next_due_at.hour, task.next_due_at.minute) == (3, 0)


@pytest.mark.parametrize("state", ["running", "succeeded"])
def test_changes_right_after_a_run_began_are_read_by_another_one(market: Market, state: str) -> None:
    connector = market.connector("depot")
    task = market.task("CleanUp", connector=connector, cron="0 3 * * *", active=True)
    ScheduledTask.objects.update(type="ImportProducts")
    notice = WebhookEvent(id="1", type="changed", data={"changed": "products"})
    wake(connector, notice)
    wake(connector, notice)
    begun = task.runs.get()
    task.refresh_from_db()
    assert task.next_due_at is not None and task.next_due_at > timezone.now() + timedelta(minutes=2)
    task.runs.update(state=state, started_at=begun.created_at)
    wake(connector, notice)
    task.refresh_from_db()
    assert task.next_due_at <= timezone.now() + timedelta(minutes=1)
    assert task.runs.count() == 1
