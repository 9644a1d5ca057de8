"""Whatever happens to the one call that changes the shop: in the end it is changed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from connectors.calls import Ending, Outcome
from connectors.contracts.ecommerce import ShopCancellation, StatusUpdate
from connectors.contracts.erp import StockLevel
from connectors.sandbox import Sandbox, start
from tests.providers.magento_stage import MagentoStand, invoice_of, parcel, refund_of

pytestmark = pytest.mark.thorough

IMPATIENT = {"options": {"timeout_ms": 300}}
FAULTS: dict[str, dict[str, Any]] = {
    "silent before": {"hang_before": True},
    "silent after": {"hang_after": True},
    "cut before": {"drop_before": True},
    "cut after": {"drop_after": True},
    "429": {"status": 429, "retry_after": 0},
    "500 before": {"status": 500},
    "500 after": {"status_after_effect": 500},
    "503 before": {"status": 503},
    "504 after": {"status_after_effect": 504},
    "web page": {"html": True},
    "malformed": {"malformed": True},
    "another shape": {"text": "{}"},
    "not saved": {
        "status_after_effect": 400,
        "text": '{"message": "Could not save an invoice, see error log for details"}',
    },
    "deadlock": {
        "status": 400,
        "text": '{"message": "SQLSTATE[40001]: Deadlock found when trying to get lock"}',
    },
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with start() as running:
        yield running


@pytest.fixture
def shop(sandbox: Sandbox) -> MagentoStand:
    sandbox.reset()
    stand = MagentoStand(sandbox, **IMPATIENT)
    stand.control("/products", {"products": [{"sku": "WOOL-M"}]})
    return stand


def status_of(order: Any) -> StatusUpdate:
    return StatusUpdate(reference="1", order_external_id=str(order["entity_id"]), status="Packed")


def cancellation_of(order: Any) -> ShopCancellation:
    return ShopCancellation(reference="1", order_external_id=str(order["entity_id"]))


Case = tuple[str, str, str, dict[str, Any], Callable[[Any], Any]]
CASES: dict[str, Case] = {
    "ship": ("fulfil", "ship", "/ship$", {}, parcel),
    "invoice": ("export_invoice", "capture", "/invoice$", {}, invoice_of),
    "refund": (
        "refund_order",
        "credit_memo",
        "/refund$",
        {"paid": True},
        lambda order: refund_of(order, "100.00"),
    ),
    "cancel": ("cancel_order", "cancel_order", "/cancel$", {}, cancellation_of),
    "status": ("update_order_status", "status", "/comments$", {"paid": True}, status_of),
}
LEVELS = (StockLevel(sku="WOOL-M", quantity=Decimal(12), location="oslo"),)


def carried_through(shop: MagentoStand, first: Outcome) -> Outcome:
    """As the engine goes on: uncertain calls are settled, others tried again."""
    outcome = first
    for _ in range(4):
        if outcome.ending is Ending.UNKNOWN:
            outcome = shop.again(outcome)
        elif outcome.ending is Ending.RETRY:
            outcome = shop.call(outcome.prepared.spec.operation, outcome.prepared.spec.request)
    return outcome


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("fault", FAULTS)
def test_one_effect(sandbox: Sandbox, shop: MagentoStand, case: str, fault: str) -> None:
    operation, effect, path, more, request = CASES[case]
    asked = request(shop.order(**more))
    sandbox.faults(vendor="magento", method="POST", path=path, **FAULTS[fault])

    first = shop.call(operation, asked)
    outcome = carried_through(shop, first)

    assert first.ending is not Ending.FAILED
    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    assert shop.executed(effect) == 1
    assert sandbox.doubles() == []


@pytest.mark.parametrize("fault", FAULTS)
def test_levels_are_as_they_should_be(sandbox: Sandbox, shop: MagentoStand, fault: str) -> None:
    sandbox.faults(vendor="magento", method="POST", path="source-items$", **FAULTS[fault])
    first = shop.call("set_inventory", LEVELS)
    assert carried_through(shop, first).ending is Ending.SUCCEEDED
    assert shop.shop["stock"] == {"WOOL-M oslo": 12}


def test_a_pay_out_that_cannot_be_found_waits_for_a_person(sandbox: Sandbox, shop: MagentoStand) -> None:
    """The payment module may have paid although the shop kept nothing of it."""
    asked = refund_of(shop.order(paid=True), "100.00", pay_out=True)
    sandbox.faults(vendor="magento", method="POST", path="/refund$", status=502)
    first = shop.call("refund_order", asked)
    outcome = shop.again(first)
    assert (first.ending, outcome.ending, outcome.needs_person) == (Ending.UNKNOWN, Ending.UNKNOWN, True)
    assert shop.executed("refund") == 0


def test_a_pay_out_that_was_made_is_found(sandbox: Sandbox, shop: MagentoStand) -> None:
    asked = refund_of(shop.order(paid=True), "100.00", pay_out=True)
    sandbox.faults(vendor="magento", method="POST", path="/refund$", drop_after=True)
    assert shop.again(shop.call("refund_order", asked)).ending is Ending.SUCCEEDED
    assert (shop.executed("refund"), sandbox.doubles()) == (1, [])


def test_nothing_is_repeated_while_the_shop_may_be_at_work(sandbox: Sandbox, shop: MagentoStand) -> None:
    asked = parcel(shop.order())
    sandbox.faults(vendor="magento", method="POST", path="/ship$", hang_before=True)
    first = shop.call("fulfil", asked)
    early = shop.again(first, hours_later=0.1)
    assert (early.ending, "9 minutes" in early.message) == (Ending.UNKNOWN, True)
    assert shop.again(first).ending is Ending.SUCCEEDED
    assert shop.executed("ship") == 1


@pytest.mark.parametrize(
    "fault", ["silent before", "cut before", "429", "503 before", "web page", "malformed"]
)
def test_an_import_simply_goes_on(sandbox: Sandbox, shop: MagentoStand, fault: str) -> None:
    shop.order()
    sandbox.faults(vendor="magento", path="/orders$", **FAULTS[fault])
    first = shop.call("import_orders", "", write=False)
    assert first.ending in {Ending.RETRY, Ending.SUCCEEDED}
    assert len(shop.imported()) == 1
