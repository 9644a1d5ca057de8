"""A shop is told how orders stand, that they are called off, and what was given back: once, and only what is so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid5

import pytest

from connectors.calls import Ending, Outcome
from connectors.contracts.ecommerce import ShopCancellation, ShopRefund, StatusUpdate
from connectors.sandbox import Sandbox
from tests.contract.bench import KEY
from tests.contract.scenarios.base import nok
from tests.sandbox.shops import SWEATERS, ShopStand
from tests.sandbox.test_shopify_faults import FAULTS, IMPATIENT_MS

PAID_BY_HAND = {**SWEATERS, "paid": True, "gateway": "manual"}


@pytest.fixture
def shop(sandbox: Sandbox) -> ShopStand:
    return ShopStand(sandbox, timeout_ms=IMPATIENT_MS)


def shown(shop: ShopStand) -> dict[str, Any]:
    [found] = shop.control("")["orders"]
    assert isinstance(found, dict)
    return found


def told(shop: ShopStand, status: str, **more: Any) -> Outcome:
    order = shop.control("")["orders"][0]["order"]
    update = StatusUpdate(reference="1", order_external_id=str(order["id"]), status=status, **more)
    return shop.perform(shop.prepared("update_order_status", update))


def refund(order: dict[str, Any], amount: str = "499.00", **more: Any) -> ShopRefund:
    return ShopRefund(reference="1001-R1", order_external_id=str(order["id"]), amount=nok(amount), **more)


def refunded(shop: ShopStand, wanted: ShopRefund) -> Outcome:
    key = str(uuid5(KEY, wanted.reference))
    return shop.perform(replace(shop.prepared("refund_order", wanted), key=key))


def call_off(shop: ShopStand, order: dict[str, Any]) -> Outcome:
    return shop.perform(
        shop.prepared("cancel_order", ShopCancellation(reference="1", order_external_id=str(order["id"])))
    )


def test_a_status_takes_the_place_of_the_former_one(shop: ShopStand) -> None:
    shop.order({**SWEATERS, "tags": "Vip, status: Packed", "note": "Ring"})
    for _ in range(2):
        assert told(shop, "Sent", comment="Left Oslo").ending is Ending.SUCCEEDED
    found = shown(shop)
    assert found["order"]["tags"] == "Vip, Status: Sent"
    assert found["order"]["note"] == "Ring\nLeft Oslo"
    assert found["metafields"] == {"custom.status": "Sent"}
    assert "sends no mail" in told(shop, "Sent", notify=True).result.message
    assert "would be" in told(shop, "S" * 40).message


def test_an_order_counts_as_called_off_once_the_job_is_done(shop: ShopStand) -> None:
    order = shop.order()
    shop.control("/jobs", {"slow": True})
    first = call_off(shop, order)
    assert (first.ending, shown(shop)["order"]["cancelled_at"]) == (Ending.UNKNOWN, None)
    assert shop.again(first).ending is Ending.UNKNOWN
    shop.control("/jobs", {"slow": False})
    assert shop.again(first).result.message == "called off"
    assert call_off(shop, order).result.message == "called off there before"
    assert shop.executed("cancel") == 1


def test_what_was_sent_is_not_called_off(shop: ShopStand) -> None:
    order = shop.order()
    shop.fulfil(order)
    outcome = call_off(shop, order)
    assert (outcome.ending, outcome.error.code) == (Ending.FAILED, "INVALID")  # type: ignore[union-attr]


def test_a_refund_is_recorded_once_and_moves_no_money(shop: ShopStand) -> None:
    order = shop.order(PAID_BY_HAND)
    wanted = refund(order, lines={str(order["line_items"][0]["id"]): 1}, restock=True, note="Too small")
    numbers = {refunded(shop, wanted).result.external_id for _ in range(2)}
    found = shown(shop)
    assert (len(numbers), found["paid_out"]) == (1, "0")
    assert found["refunds"] == [{"note": "Too small [1001-R1]", "amounts": ["499.00"]}]
    assert found["order"]["financial_status"] == "partially_refunded"
    more = refunded(shop, replace(wanted, reference="1001-R2", amount=nok("600.00"), lines={}))
    assert (more.ending, "only recorded" in more.message) == (Ending.FAILED, True)


def test_what_a_gateway_took_is_paid_out_only_where_that_is_wanted(shop: ShopStand) -> None:
    order = shop.order({**SWEATERS, "paid": True, "gateway": "shopify_payments"})
    assert "Shopify would pay the refund" in refunded(shop, refund(order)).message
    lines = {str(order["line_items"][0]["id"]): 1}
    assert "without money" in refunded(shop, refund(order, lines=lines)).result.message
    assert shown(shop)["paid_out"] == "0"
    wanted = replace(refund(order, pay_out=True), reference="1001-R2")
    assert refunded(shop, wanted).result.message == "paid out by Shopify"
    assert shown(shop)["paid_out"] == "499.00"
    too_much = replace(wanted, reference="1001-R3", amount=nok("1000.00"))
    assert "548.00 NOK can be paid out" in refunded(shop, too_much).message


def test_another_currency_is_not_guessed(shop: ShopStand) -> None:
    order = shop.order({**PAID_BY_HAND, "presentment_currency": "EUR"})
    assert "paid in EUR" in refunded(shop, refund(order)).message


OPERATIONS: dict[str, tuple[Callable[..., Outcome], str]] = {
    "RefundOrder": (lambda shop, order: refunded(shop, refund(order)), "refund"),
    "CancelOrder": (call_off, "cancel"),
}


@pytest.mark.thorough
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("later", [0, 1])
def test_one_effect(sandbox: Sandbox, shop: ShopStand, operation: str, fault: str, later: int) -> None:
    begin, effect = OPERATIONS[operation]
    order = shop.order(PAID_BY_HAND)
    sandbox.faults(vendor="shopify", body=operation, **FAULTS[fault])
    if later:
        sandbox.faults(vendor="shopify", body=operation, nth=2, times=2, status=502)

    outcome = first = begin(shop, order)
    for _ in range(4):
        if outcome.ending is Ending.UNKNOWN:
            outcome = shop.again(outcome, days_later=1)
        elif outcome.ending is Ending.RETRY:
            outcome = shop.perform(outcome.prepared)

    assert first.ending is not Ending.FAILED
    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    assert shop.executed(effect) == 1
    assert sandbox.doubles() == []
