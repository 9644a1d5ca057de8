"""A shop's orders, taken in page by page: each once, the good ones in spite of the bad ones."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.tenants import MarketFactory
from tests.workflows.shopstall import Market, order, read_order
from workflows.imports.again import try_again
from workflows.imports.orders import take_orders
from workflows.imports.rules import ImportRules
from workflows.models import (
    ImportedObject,
    Order,
    OrderError,
    Product,
    ScheduledRun,
    ScheduledTask,
    WorkflowRun,
)
from workflows.orders import change_status

State = ImportedObject.State


def imported(number: int) -> ImportedObject:
    return ImportedObject.objects.get(external_id=f"gid-{number}")


def test_orders_come_in_page_by_page_with_all_that_they_say(market: Market) -> None:
    market.server.orders = [order(number, minutes=number) for number in range(1001, 1006)]
    run = market.run(market.task())
    assert run.state == ScheduledRun.State.SUCCEEDED, run.message
    assert market.server.cursors() == ["", "2", "4"]
    assert (run.cursor_before, run.cursor_after, run.pages) == ("", "5", 3)
    assert (run.counts["read"], run.counts["new"]) == (5, 5)
    assert ScheduledTask.objects.get().cursor == "5"

    placed = Order.objects.get(number="1001")
    assert placed.external_ids == {"Stall": "gid-1001"}
    assert (placed.total, placed.shipping_total, placed.market.code) == (Decimal(249), Decimal(49), "NOR")
    assert placed.properties["ShippingMethod"] == "Home"
    assert placed.properties["ShopPayments"] == [
        {
            "method": "card",
            "provider_id": "pay-1",
            "currency": "NOK",
            "authorized": "249.00",
            "captured": "0.00",
        }
    ]
    line = placed.lines.get()
    assert (line.sku, line.quantity) == ("A", 2)
    assert line.properties == {"Brand": "Devold", "ExternalId": "L1001"}
    assert WorkflowRun.objects.filter(trigger="schedule").count() == 5


def test_what_was_seen_is_not_placed_again(market: Market) -> None:
    market.server.orders = [order(1), order(2, minutes=1)]
    task = market.task()
    market.run(task)
    ScheduledTask.objects.update(cursor="")
    task.refresh_from_db()
    run = market.run(task)
    assert run.counts["unchanged"] == 2
    assert Order.objects.count() == WorkflowRun.objects.count() == 2


def test_a_newer_copy_changes_tags_and_properties_and_repeats_no_step(market: Market) -> None:
    market.server.orders = [order(1, tags=["web", "rush"])]
    task = market.task()
    market.run(task)
    Order.objects.update(tags=["web", "rush", "vip"])
    market.server.orders += [
        order(1, minutes=5, tags=["web", "gift"], properties={"Gift": "yes"}),
        order(1, minutes=-5, tags=["old"]),
    ]
    run = market.run(task)
    assert run.counts["updated"] == 1, run.message
    placed = Order.objects.get()
    assert placed.tags == ["web", "vip", "gift"]
    assert placed.properties["Gift"] == "yes"
    assert WorkflowRun.objects.count() == 1
    assert not OrderError.objects.exists()


def test_a_newer_copy_undoes_nothing_that_was_changed_here(market: Market) -> None:
    market.server.orders = [order(1, tags=["web", "rush"], properties={"Gift": "no", "Note": "Ring twice"})]
    task = market.task()
    market.run(task)
    placed = Order.objects.get()
    placed.tags, placed.properties = ["web"], {**placed.properties, "Gift": "yes", "Note": "Ring once"}
    placed.save()
    told = {"tags": ["web", "rush", "vip"], "properties": {"Gift": "no", "Note": "Do not ring"}}
    market.server.orders += [order(1, minutes=5, **told)]
    market.run(task)
    placed.refresh_from_db()
    assert placed.tags == ["web", "vip"]
    assert (placed.properties["Gift"], placed.properties["Note"]) == ("yes", "Do not ring")


def test_a_newer_copy_with_other_lines_is_told_and_not_taken_over(market: Market) -> None:
    market.server.orders = [order(1)]
    task = market.task()
    market.run(task)
    lines = [{"id": "L1", "sku": "A", "name": "Wool jumper", "quantity": "1", "price": "100.00"}]
    market.server.orders.append(order(1, minutes=5, lines=lines, total="149.00"))
    market.run(task)
    assert Order.objects.get().total == Decimal(249)
    assert "changed lines, amounts or addresses" in OrderError.objects.get(status="Active").message
    assert imported(1).state == State.IMPORTED


def test_what_changes_within_the_second_of_the_first_copy_is_not_lost(market: Market) -> None:
    """Shops tell times in whole seconds, and their own automatons are quick."""
    market.server.orders = [order(1, tags=["web"])]
    task = market.task()
    market.run(task)
    market.server.orders += [order(1, tags=["web", "hold"])]
    assert market.run(task).counts["updated"] == 1
    assert Order.objects.get().tags == ["web", "hold"]
    market.server.orders += [order(1, tags=["web", "hold"], cancelled=True)]
    assert market.run(task).counts["updated"] == 1
    assert Order.objects.get().status == "OrderCanceled"
    market.server.orders += [order(1, tags=["web"]), order(1, tags=["web"], cancelled=True)]
    assert market.run(task).counts.get("updated", 0) == 0
    assert Order.objects.get().tags == ["web", "hold"]


class TestCancelling:
    @pytest.fixture
    def task(self, market: Market) -> ScheduledTask:
        market.server.orders = [order(1)]
        task: ScheduledTask = market.task()
        market.run(task)
        return task

    def test_moves_the_order_to_the_canceled_status(self, market: Market, task: ScheduledTask) -> None:
        market.server.orders.append(order(1, minutes=5, cancelled=True))
        market.run(task)
        assert Order.objects.get().status == "OrderCanceled"
        market.server.orders.append(order(1, minutes=6, cancelled=True))
        market.run(task)
        assert WorkflowRun.objects.filter(cancels=True).count() == 1

    def test_of_what_was_shipped_is_told_to_staff(self, market: Market, task: ScheduledTask) -> None:
        for status in ("InProgress", "Ship"):
            change_status(Order.objects.get(), status)
        market.server.orders.append(order(1, minutes=5, cancelled=True))
        run = market.run(task)
        assert run.state == ScheduledRun.State.SUCCEEDED
        assert Order.objects.get().status == "Ship"
        error = OrderError.objects.get(key="shop-cancelled")
        assert "cannot go to OrderCanceled" in error.message
        assert "cannot go to OrderCanceled" in imported(1).reason

    def test_before_the_import_places_nothing(self, market: Market, task: ScheduledTask) -> None:
        market.server.orders.append(order(2, cancelled=True))
        market.run(task)
        assert (imported(2).state, imported(2).order) == (State.SKIPPED, None)
        assert Order.objects.count() == 1


def bad_orders() -> list[tuple[dict[str, Any], str]]:
    no_sku = [{"id": "L", "sku": "", "name": "Gift wrap", "quantity": "1", "price": "200.00"}]
    return [
        (order(1, total="250.00"), "total: This is 250.00 but comes to 249.00"),
        (order(1, lines=no_sku), "No SKU is given for Gift wrap; give the article one in the shop"),
        (
            order(1, currency="SEK"),
            "set the property Market of the task, or enable the connector for one market",
        ),
        (order(1, lines=[]), "lines: This is empty"),
        (order(1, store="NOWHERE"), "store"),
        (order(1, country="Norge"), "sells in NOK to Norge"),
    ]


@pytest.mark.parametrize(("bad", "reason"), bad_orders(), ids=lambda item: str(item)[:20])
def test_one_bad_order_is_recorded_and_stops_no_other(
    market: Market, bad: dict[str, Any], reason: str
) -> None:
    market.server.orders = [bad, order(2, minutes=1), order(3, minutes=2)]
    run = market.run(market.task())
    assert run.state == ScheduledRun.State.SUCCEEDED
    assert (run.counts["new"], run.counts["failed"]) == (2, 1)
    assert (imported(1).state, imported(1).order) == (State.ERROR, None)
    assert reason in imported(1).reason
    assert reason in run.message


def test_a_character_that_no_database_holds_is_replaced(market: Market) -> None:
    bad = {**order(1, tags=["a\x00b"], properties={"x\ud800": "\x00"}), "number": "#1\x00"}
    take_orders(market.connector(), [read_order(bad)], ImportRules.compile({}, {}), trigger="schedule")
    assert Order.objects.get().tags == ["a\ufffdb"]


class TestNumbers:
    def test_carry_the_prefix(self, market: Market) -> None:
        market.server.orders = [order(1)]
        market.run(market.task(properties={"NumberPrefix": "NO-"}))
        assert Order.objects.get().number == "NO-1"

    def test_that_clash_are_told_with_the_cure_and_tried_again_by_hand(self, market: Market) -> None:
        task = market.task()
        Order.objects.create(**order_row(market, number="1"))
        market.server.orders = [order(1), order(2, minutes=1)]
        market.run(task)
        assert "set the property NumberPrefix" in imported(1).reason
        task.properties = {"NumberPrefix": "S-"}
        task.save()
        tally = try_again([imported(1), imported(2)], "kari")
        assert tally.counts["new"] == 1
        row = imported(1)
        assert (row.state, row.order.number, row.document, row.reason) == (State.IMPORTED, "S-1", None, "")
        assert row.order.runs.get().actor == "kari"


def order_row(market: Market, **values: Any) -> dict[str, Any]:
    shop = market.shop
    return {
        "tenant": shop.tenant,
        "order_type": "Online",
        "status": "New",
        "market": shop.market,
        "currency": "NOK",
        **values,
    }


class TestProducts:
    LINES = [{"id": "L1", "sku": "NEW-1", "name": "Sock", "quantity": "2", "price": "100.00"}]

    def test_that_nobody_knows_are_created(self, market: Market) -> None:
        market.server.orders = [order(1, lines=self.LINES)]
        run = market.run(market.task())
        product = Product.objects.get(sku="NEW-1")
        assert (product.name, product.tax_rate) == ("Sock", Decimal(25))
        assert run.counts["products created"] == 1

    def test_are_not_where_the_task_says_so(self, market: Market) -> None:
        market.server.orders = [order(1, lines=self.LINES)]
        market.run(market.task(properties={"CreateProducts": False}))
        assert "There is no product with SKU 'NEW-1'" in imported(1).reason
        assert not Product.objects.filter(sku="NEW-1").exists()

    def test_that_are_switched_off_refuse_the_order(self, market: Market) -> None:
        Product.objects.filter(sku="A").update(is_active=False)
        market.server.orders = [order(1)]
        market.run(market.task())
        assert "switch it on" in imported(1).reason


class TestTheMarket:
    @pytest.fixture(autouse=True)
    def two_more(self, market: Market) -> None:
        MarketFactory(tenant=market.shop.tenant, code="OUTLET")
        MarketFactory(tenant=market.shop.tenant, code="SWE", currency="SEK", country="SE")

    def test_is_the_only_one_that_the_connector_serves(self, market: Market) -> None:
        market.server.orders = [order(1)]
        market.run(market.task(connector=market.connector(enabled_markets=["OUTLET"])))
        assert Order.objects.get().market.code == "OUTLET"

    def test_is_the_one_that_the_task_names(self, market: Market) -> None:
        market.server.orders = [order(1)]
        market.run(market.task(properties={"Market": "outlet"}))
        assert Order.objects.get().market.code == "OUTLET"

    def test_is_the_one_of_the_currency_and_the_country(self, market: Market) -> None:
        market.server.orders = [order(1, currency="SEK", country="SE")]
        market.run(market.task())
        assert Order.objects.get().market.code == "SWE"

    def test_is_never_guessed(self, market: Market) -> None:
        market.server.orders = [order(1)]
        market.run(market.task())
        assert "NOR, OUTLET" in imported(1).reason
        assert not Order.objects.exists()


def test_an_order_that_was_deleted_here_does_not_come_back(market: Market) -> None:
    market.server.orders = [order(1)]
    task = market.task()
    market.run(task)
    Order.objects.all().delete()
    market.server.orders.append(order(1, minutes=1))
    market.run(task)
    assert (imported(1).state, Order.objects.count()) == (State.SKIPPED, 0)


def test_a_failed_order_comes_in_once_it_has_changed(market: Market) -> None:
    market.server.orders = [order(1, total="1.00")]
    task = market.task()
    market.run(task)
    assert imported(1).document is not None
    market.server.orders.append(order(1, minutes=1))
    market.run(task)
    assert (imported(1).state, imported(1).document, imported(1).tries) == (State.IMPORTED, None, 2)
    assert imported(1).order == Order.objects.get()


def test_a_page_costs_little_more_than_placing_its_orders(market: Market) -> None:
    config = market.connector()
    page = [read_order(order(number, minutes=number)) for number in range(20)]
    rules = ImportRules.compile({}, {})
    with CaptureQueriesContext(connection) as spent:
        tally = take_orders(config, page, rules, trigger="schedule")
    assert tally.counts["new"] == 20
    made = [query["sql"] for query in spent if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(made) <= 20 * 12 + 10
    with CaptureQueriesContext(connection) as spent:
        take_orders(config, page, rules, trigger="schedule")
    assert len(spent) <= 6


def test_a_return_over_the_counter_needs_an_order_type_of_its_own(market: Market) -> None:
    back = order(7, kind="return", return_of="gid-1")
    market.server.orders = [back]
    task = market.task()
    assert market.run(task).counts["skipped"] == 1
    task.properties = {"ReturnOrderType": "Online"}
    task.save()
    market.server.orders = [back, {**back, "modified": "2026-06-01T00:00:00+00:00"}]
    run = market.run(task)
    assert run.counts["new"] == 1
    assert Order.objects.get().properties["ReturnOf"] == "gid-1"
