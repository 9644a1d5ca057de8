"""A shop's orders, taken in page by page."""

from __future__ import annotations

from decimal import Decimal

from tests.workflows.shopstall import Market, order
from workflows.models import ImportedObject, Order, Product, ScheduledRun, ScheduledTask, WorkflowRun


def test_orders_come_in_page_by_page_with_all_that_they_say(market: Market) -> None:
    market.server.orders = [order(number, minutes=number) for number in range(1001, 1006)]
    task = market.task()
    run = market.run(task)
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
