"""Goods that are on their way: announced once, told of when they arrive, without touching stock."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.factories.tenants import StoreFactory
from tests.faultserver import answer
from tests.workflows.shopstall import Market, implementations, market, stall
from workflows.inbound.placing import announce_again, close, create_delivery
from workflows.models import InboundDelivery, InventoryLevel
from workflows.problems import DuplicateCode, InvalidData

__all__ = ["implementations", "market", "stall"]

LINES = [{"sku": "A", "quantity": "9"}, {"sku": "B", "quantity": "9"}]


@pytest.fixture
def place(market: Market) -> Any:
    StoreFactory(tenant=market.shop.tenant, code="OSLO")
    return lambda number="PO-1", **more: create_delivery(
        {"number": number, "store": "oslo", "supplier": "Ull", "lines": LINES, **more}
    )


def pieces(delivery: InboundDelivery) -> list[Decimal]:
    return list(delivery.lines.order_by("number").values_list("received", flat=True))


def test_all_that_is_wrong_is_told_at_once(place: Any) -> None:
    place()
    with pytest.raises(DuplicateCode, match="PO-1"):
        place()
    with pytest.raises(InvalidData) as refused:
        place("PO-2", store="MOON", lines=[{"sku": "ZZ", "quantity": "0"}])
    assert set(refused.value.errors) == {"store", "lines.0.sku", "lines.0.quantity"}
    assert InboundDelivery.objects.count() == 1


def test_each_is_announced_once_and_a_refusal_stops_no_other(market: Market, place: Any) -> None:
    first, second, third = (place(number) for number in ("PO-1", "PO-2", "PO-3"))
    market.server.refused_deliveries = {"PO-2"}
    task = market.task("ExportInboundDeliveries", properties={"Store": "OSLO"})
    run = market.run(task)
    assert (run.counts["announced"], run.counts["failed"]) == (2, 1), run.message
    assert market.server.told[0] == (
        "/announcements",
        {"delivery": "PO-1", "warehouse": "OSLO", "lines": [[1, "A", "9.000"], [2, "B", "9.000"]]},
    )
    for row in (first, second, third):
        row.refresh_from_db()
    assert [row.state for row in (first, second, third)] == ["announced", "refused", "announced"]
    assert (first.external_ids, "422" in second.problem) == ({"Backroom": "W-PO-1"}, True)
    market.run(task)
    assert len(market.server.told) == 3
    market.server.refused_deliveries = set()
    assert announce_again(InboundDelivery.objects.filter(number="PO-2")) == 1
    market.run(task)
    second.refresh_from_db()
    assert (second.state, second.problem, len(market.server.told)) == ("announced", "", 4)


def test_one_over_which_a_run_fails_comes_after_the_others(market: Market, place: Any) -> None:
    """As one for a store that the connector names no warehouse for."""
    place(), place(number="PO-2")
    task = market.task("ExportInboundDeliveries")
    market.server.failing = [answer(401, {})]
    assert market.run(task).state == "failed"
    assert market.run(task).counts == {"announced": 2}
    assert [told["delivery"] for _, told in market.server.told] == ["PO-2", "PO-1"]


def test_what_arrives_is_counted_as_the_warehouse_counts_it(market: Market, place: Any) -> None:
    delivery = place()
    backroom = market.connector("backroom")
    market.run(market.task("ExportInboundDeliveries", backroom))
    task = market.task("ImportInboundDeliveries", backroom)
    steps: list[tuple[dict[str, Any], str, list[int]]] = [
        ({"lines": [[1, "A", "4"], [2, "B", "0"]]}, "partly_received", [4, 0]),
        ({"lines": [[1, "A", "3"], [2, "B", "2"]]}, "partly_received", [3, 2]),
        ({"lines": [[1, "A", "3"], [2, "B", "2"]], "closed": True}, "closed", [3, 2]),
        ({"lines": [[1, "A", "9"], [2, "B", "10"]]}, "received", [9, 10]),
    ]
    for arrival, state, received in steps:
        market.server.news.append({"delivery": "PO-1", **arrival})
        assert market.run(task).counts["updated"] == 1
        delivery.refresh_from_db()
        assert (delivery.state, pieces(delivery)) == (state, received)
    market.server.news.append({"delivery": "PO-1", **steps[-1][0]})
    assert market.run(task).counts == {"read": 1, "unchanged": 1}
    assert not InventoryLevel.objects.exists()


def test_what_is_not_ours_changes_nothing(market: Market, place: Any) -> None:
    delivery = place()
    backroom = market.connector("backroom")
    market.run(market.task("ExportInboundDeliveries", backroom))
    market.server.news = [
        {"delivery": "PO-9", "lines": [[1, "A", "1"]]},
        {"delivery": "PO-1", "id": "elsewhere", "lines": [[1, "A", "1"]]},
        {"delivery": "PO-1", "word": "Arrived", "lines": [[1, "B", "5"], [7, "C", "1"], [2, "B", "2"]]},
    ]
    run = market.run(market.task("ImportInboundDeliveries", backroom))
    assert (run.counts["unknown"], run.counts["failed"]) == (2, 1)
    assert "line 1 is A here and B at the warehouse" in run.message
    assert "a line 7 (C), which was not announced" in run.message
    delivery.refresh_from_db()
    assert (delivery.state, pieces(delivery)) == ("partly_received", [0, 2])


def test_staff_close_what_will_not_come(market: Market, place: Any) -> None:
    place()
    assert close(InboundDelivery.objects.all()) == 1
    assert close(InboundDelivery.objects.all()) == 0
    market.run(market.task("ExportInboundDeliveries"))
    assert market.server.told == []
