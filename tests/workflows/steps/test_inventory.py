"""Inventory that steps move: once for each line, and never silently below zero."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tenants.scoping import tenant_scope
from tests.factories.tenants import StoreFactory
from tests.factories.workflows import InventoryLevelFactory, make_shop
from tests.workflows.steps.planning import plan
from workflows.models import InventoryLevel, InventoryMovement
from workflows.orders import create_order


class Shelf:
    """A tenant with product A in two stores, and an order of 3 of it from OSL."""

    def __init__(self, made: Any, on_hand: int, reserved: int) -> None:
        self.made = made
        self.stores = [StoreFactory(tenant=made.tenant, code=code) for code in ("OSL", "BGO")]
        for store in self.stores:
            InventoryLevelFactory(
                tenant=made.tenant,
                product=made.products["A"],
                store=store,
                on_hand=on_hand,
                reserved=reserved,
            )
        lines = [{"sku": "A", "quantity": "3", "unit_price": "10.00"}]
        self.order = create_order(made.order_data(store="OSL", lines=lines))
        self._runs = 0

    def run(self, name: str, run: int = 0, **properties: Any) -> tuple[str, str]:
        self._runs += 1
        result = plan(self.order, name, run=run or self._runs, **properties)
        return str(result.state), result.message

    def level(self, code: str = "OSL") -> tuple[int, int]:
        level = InventoryLevel.objects.get(store__code=code)
        return int(level.on_hand), int(level.reserved)


@pytest.fixture
def shelf(db, request):
    made = make_shop()
    with tenant_scope(made.tenant):
        yield Shelf(made, *getattr(request, "param", (10, 0)))


RESERVE, RELEASE, REDUCE = "IncreaseReservedInventory", "ReduceReservedInventory", "ReduceInventory"


@pytest.mark.parametrize(
    ("shelf", "steps", "levels", "last"),
    [
        ((10, 0), [RESERVE], (10, 3), ("success", "Reserved 3 x A at OSL")),
        ((10, 0), [RESERVE, RESERVE], (10, 3), ("success", "A was reserved before")),
        ((2, 0), [RESERVE], (2, 3), ("warning", "Reserved 3 x A, 1 more than OSL has")),
        ((10, 0), [RESERVE, RELEASE], (10, 0), ("success", "Released 3 x A")),
        ((10, 4), [RESERVE, RELEASE, RELEASE], (10, 4), ("success", "A is released")),
        ((10, 5), [RELEASE], (10, 2), ("success", "Released 3 x A at OSL")),
        ((10, 5), [RELEASE, RELEASE], (10, 2), ("success", "A was released before")),
        ((10, 1), [RELEASE], (10, 0), ("warning", "Released only 1 x A at OSL: no more was reserved of 3")),
        ((10, 4), [RESERVE, REDUCE], (7, 4), ("success", "Took 3 x A from OSL")),
        ((10, 0), [REDUCE, REDUCE], (7, 0), ("success", "A was taken before")),
        ((1, 0), [REDUCE], (-2, 0), ("warning", "Took 3 x A: OSL is at -2 now; count it")),
        ((10, 0), [RESERVE, REDUCE, RESERVE], (7, 0), ("success", "A was reserved before")),
    ],
    indirect=["shelf"],
)
def test_levels(shelf, steps, levels, last):
    results = [shelf.run(name) for name in steps]
    assert (shelf.level(), results[-1]) == (levels, last)
    assert shelf.level("BGO")[0] == max(shelf.level("BGO")[0], 0), "another warehouse is not touched"
    before = InventoryMovement.objects.count()
    assert shelf.run(steps[-1], run=len(steps))[0] == "success"
    assert (shelf.level(), InventoryMovement.objects.count()) == (levels, before), "the same step run again"


def test_a_reservation_is_released_where_it_was_made(shelf):
    shelf.run(RESERVE, WarehouseCode="BGO")
    assert shelf.level("BGO") == (10, 3)
    assert shelf.run(REDUCE, WarehouseCode="osl") == ("success", "Took 3 x A from OSL")
    assert (shelf.level("OSL"), shelf.level("BGO")) == ((7, 0), (10, 0))
    kept = InventoryMovement.objects.get(kind="reduce")
    assert (kept.quantity, kept.on_hand, kept.line_number) == (Decimal(3), Decimal(-3), 1)


def test_a_reservation_may_be_kept(shelf):
    shelf.run(RESERVE)
    shelf.run(REDUCE, ReleaseReservation=False)
    assert shelf.level() == (7, 3)


def test_what_has_no_place_is_told(shelf):
    assert shelf.run(RESERVE, WarehouseCode="TRD") == ("warning", "TRD has no inventory of A")
    shelf.order.store = None
    shelf.order.save()
    state, message = shelf.run(RESERVE)
    assert (state, "set WarehouseCode, or the order's store" in message) == ("warning", True)
    assert not InventoryMovement.objects.exists()
