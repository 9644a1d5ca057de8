"""Whatever happens to the one call that changes the shop: in the end it is changed once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from connectors.calls import Ending, Outcome
from connectors.contracts.erp import StockLevel
from connectors.sandbox import Sandbox
from tests.sandbox.shops import ShopStand

pytestmark = pytest.mark.thorough

#: Patience with a shop that is silent on purpose.

IMPATIENT_MS = 300
LEVELS = [StockLevel(sku="WOOL-M", quantity=Decimal(12), location="Oslo")]

FAULTS = {
    "silent before": {"hang_before": True},
    "silent after": {"hang_after": True},
    "cut before": {"drop_before": True},
    "cut after": {"drop_after": True},
    "429": {"status": 429, "retry_after": 0},
    "500 before": {"status": 500},
    "500 after": {"status_after_effect": 500},
    "502 before": {"status": 502},
    "504 after": {"status_after_effect": 504},
    "web page": {"html": True},
    "malformed": {"malformed": True},
    "another shape": {"text": '{"data": {}}'},
    "internal error": {
        "text": '{"errors": [{"message": "x", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}'
    },
}


@pytest.fixture
def shop(sandbox: Sandbox) -> ShopStand:
    stand = ShopStand(sandbox, timeout_ms=IMPATIENT_MS)
    stand.control("/stock", {"sku": "WOOL-M", "quantity": 5})
    return stand


def fulfil(shop: ShopStand) -> Callable[[], Outcome]:
    order = shop.order()
    return lambda: shop.fulfil(order)


def set_stock(shop: ShopStand) -> Callable[[], Outcome]:
    return lambda: shop.set_stock(LEVELS)


OPERATIONS = {"CreateFulfilment": (fulfil, "fulfil"), "SetStock": (set_stock, "set_stock")}
each_operation = pytest.mark.parametrize("operation", OPERATIONS)


def carried_through(shop: ShopStand, first: Outcome, days_later: float = 0) -> Outcome:
    """As the engine goes on: uncertain calls are settled, others tried again."""
    outcome = first
    for _ in range(4):
        if outcome.ending is Ending.UNKNOWN:
            outcome = shop.again(outcome, days_later=days_later)
        elif outcome.ending is Ending.RETRY:
            outcome = shop.perform(outcome.prepared)
    return outcome


@each_operation
@pytest.mark.parametrize("fault", FAULTS)
def test_one_effect(sandbox: Sandbox, shop: ShopStand, operation: str, fault: str) -> None:
    begin, effect = OPERATIONS[operation]
    call = begin(shop)
    sandbox.faults(vendor="shopify", body=operation, **FAULTS[fault])

    first = call()
    outcome = carried_through(shop, first)

    assert first.ending is not Ending.FAILED
    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    assert shop.executed(effect) == 1
    assert sandbox.doubles() == []


@each_operation
@pytest.mark.parametrize("fault", ["silent before", "silent after", "cut after", "504 after", "web page"])
def test_one_effect_after_the_shop_has_forgotten_the_key(
    sandbox: Sandbox, shop: ShopStand, operation: str, fault: str
) -> None:
    """All in-call tries fail; whoever comes back days later has to ask."""
    begin, effect = OPERATIONS[operation]
    call = begin(shop)
    sandbox.faults(vendor="shopify", body=operation, **FAULTS[fault])
    sandbox.faults(vendor="shopify", body=operation, nth=2, times=None, status=502)

    first = call()
    shop.control("/forget_keys", {})
    sandbox.control("DELETE", "faults")
    outcome = carried_through(shop, first, days_later=30)

    assert first.ending is Ending.UNKNOWN
    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    assert shop.executed(effect) == 1


@each_operation
def test_a_fulfilment_is_not_repeated_blindly_and_stock_only_under_its_key(
    sandbox: Sandbox, shop: ShopStand, operation: str
) -> None:
    begin, _ = OPERATIONS[operation]
    call = begin(shop)
    sandbox.faults(vendor="shopify", body=operation, times=None, status=502)
    assert call().ending is Ending.UNKNOWN
    assert shop.asked().count(operation) == {"CreateFulfilment": 1, "SetStock": 3}[operation]


def test_pieces_without_a_tracking_number_are_never_sent_twice(sandbox: Sandbox, shop: ShopStand) -> None:
    """Nobody can tell whether the fulfilment that is there is the lost one, so a person decides."""
    order = shop.order()
    sandbox.faults(vendor="shopify", body="CreateFulfilment", drop_after=True)
    first = shop.fulfil(order, "", **{f"_{order['line_items'][0]['id']}": 1})
    outcome = carried_through(shop, first)
    assert (outcome.ending, outcome.needs_person) == (Ending.UNKNOWN, True)
    assert shop.executed("fulfil") == 1


@each_operation
def test_throttled_a_little_is_sat_out(shop: ShopStand, operation: str) -> None:
    begin, effect = OPERATIONS[operation]
    call = begin(shop)
    shop.control("/throttle", {"times": 2, "seconds": 0.5})
    assert call().ending is Ending.SUCCEEDED
    assert shop.executed(effect) == 1


@each_operation
def test_throttled_for_long_comes_back_later(shop: ShopStand, operation: str) -> None:
    begin, effect = OPERATIONS[operation]
    call = begin(shop)
    shop.control("/throttle", {"times": 1, "seconds": 20})
    first = call()
    assert (first.ending, first.error.retry_after) == (Ending.RETRY, 20.0)  # type: ignore[union-attr]
    assert carried_through(shop, first).ending is Ending.SUCCEEDED
    assert shop.executed(effect) == 1


def test_a_key_whose_try_failed_inside_the_shop_is_replaced(sandbox: Sandbox, shop: ShopStand) -> None:
    """The shop refuses the key for good, so the levels are looked at and set under the next one."""
    sandbox.faults(vendor="shopify", body="SetStock", status=500)
    first = shop.set_stock(LEVELS)
    assert first.error.code == "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"  # type: ignore[union-attr]
    outcome = shop.again(first)
    assert (outcome.ending, outcome.renewed) == (Ending.SUCCEEDED, True)
    assert shop.control("")["stock"]["WOOL-M"]["Oslo"] == 12


def test_what_was_sold_since_stays_sold_while_the_key_is_remembered(
    sandbox: Sandbox, shop: ShopStand
) -> None:
    sandbox.faults(vendor="shopify", body="SetStock", drop_after=True, times=None)
    first = shop.set_stock(LEVELS)
    assert first.ending is Ending.UNKNOWN
    sandbox.control("DELETE", "faults")
    shop.control("/stock", {"sku": "WOOL-M", "quantity": 11})
    assert carried_through(shop, first).ending is Ending.SUCCEEDED
    assert shop.executed("set_stock") == 1
    assert shop.control("")["stock"]["WOOL-M"]["Oslo"] == 11


@pytest.mark.parametrize(
    "fault", ["silent before", "cut before", "429", "502 before", "web page", "malformed"]
)
def test_an_import_simply_goes_on(sandbox: Sandbox, shop: ShopStand, fault: Any) -> None:
    shop.order()
    sandbox.faults(vendor="shopify", body="ReadOrders", **FAULTS[fault])
    first = shop.perform(shop.prepared("import_orders", "", write=False))
    assert first.ending in {Ending.RETRY, Ending.SUCCEEDED}
    assert len(shop.imported()) == 1
