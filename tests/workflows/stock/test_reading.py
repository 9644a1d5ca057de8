"""Stock levels of an ERP become ours."""

from __future__ import annotations

from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.tenants import StoreFactory
from tests.factories.workflows import InventoryLevelFactory
from tests.workflows.shopstall import Market
from workflows.models import InventoryLevel, ScheduledRun

State = ScheduledRun.State


def on_hand() -> dict[tuple[str, str], Decimal]:
    rows = InventoryLevel.objects.values_list("product__sku", "store__code", "on_hand")
    return {(sku, store): quantity for sku, store, quantity in rows}


def test_levels_go_to_the_store_that_their_location_names(market: Market) -> None:
    tenant = market.shop.tenant
    StoreFactory(tenant=tenant, code="OSLO")
    StoreFactory(tenant=tenant, code="BERGEN", external_ids={"Depot": "WH-2"})
    market.server.stock = [["A", "5", "oslo"], ["A", "7.5", "WH-2"], ["B", "-2", "OSLO"]]
    run = market.run(market.task("ImportInventory"))
    assert (run.state, run.counts["updated"]) == (State.SUCCEEDED, 3), run.message
    assert on_hand() == {
        ("A", "OSLO"): Decimal(5),
        ("A", "BERGEN"): Decimal("7.5"),
        ("B", "OSLO"): Decimal(-2),
    }
    assert market.server.cursors("/stock") == ["", "2"]


def test_the_tasks_store_takes_what_has_no_location(market: Market) -> None:
    store = StoreFactory(tenant=market.shop.tenant, code="OSLO")
    InventoryLevelFactory(
        tenant=market.shop.tenant, product=market.shop.products["A"], store=store, on_hand=1, reserved=4
    )
    market.server.stock = [["A", "5", ""], ["B", "9", "elsewhere"]]
    run = market.run(market.task("ImportInventory", properties={"Store": "oslo"}))
    assert run.counts["updated"] == 2
    assert InventoryLevel.objects.get(product__sku="A").reserved == 4
    market.server.stock = [["A", "6", "one"], ["A", "99", "two"]]
    market.run(market.task("ImportInventory", name="One", properties={"Store": "OSLO", "Location": "ONE"}))
    assert on_hand()["A", "OSLO"] == 6


def test_what_did_not_change_is_not_touched(market: Market) -> None:
    StoreFactory(tenant=market.shop.tenant, code="OSLO")
    market.server.stock = [["A", "5", "OSLO"]]
    market.run(market.task("ImportInventory"))
    before = InventoryLevel.objects.get().modified_at
    run = market.run(market.task("ImportInventory", name="Again"))
    assert (run.counts["unchanged"], run.counts["updated"]) == (1, 0)
    assert InventoryLevel.objects.get().modified_at == before


def test_what_nobody_knows_is_told_and_stops_nothing(market: Market) -> None:
    StoreFactory(tenant=market.shop.tenant, code="OSLO")
    market.server.stock = [["ZZ", "1", "OSLO"], ["A", "1", "MOON"], ["A", "1E30", "OSLO"], ["B", "3", "OSLO"]]
    run = market.run(market.task("ImportInventory"))
    assert (run.state, run.counts["failed"], run.counts["updated"]) == (State.SUCCEEDED, 3, 1)
    for text in ("ZZ: there is no such product", "Location MOON: no active store", "A: 1E+30 is no quantity"):
        assert text in run.message


def test_a_page_costs_the_same_statements_for_any_number_of_levels(market: Market) -> None:
    StoreFactory(tenant=market.shop.tenant, code="OSLO")
    spent = []
    for quantity, skus in (("1", "A"), ("2", "ABC")):
        market.server.stock, market.server.page_size = [[sku, quantity, "OSLO"] for sku in skus], 10
        task = market.task("ImportInventory", name=f"Of {skus}")
        with CaptureQueriesContext(connection) as made:
            market.run(task)
        spent.append(len([item for item in made if "workflows_inventorylevel" in item["sql"]]))
    assert spent[0] == spent[1]
