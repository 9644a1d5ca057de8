"""Whatever happens to the one call that changes something at the warehouse: in the end it is changed once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from connectors.calls import Ending, Outcome
from connectors.contracts.warehouse import InboundDelivery, InboundLine
from connectors.sandbox import Sandbox, start
from tests.providers.ongoing_stage import OngoingStand, export

pytestmark = pytest.mark.thorough

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
    "another shape": {"text": "[]"},
}
DELIVERY = InboundDelivery(
    reference="PO-501", lines=(InboundLine(number=1, sku="WOOL-M", quantity=Decimal(40)),)
)
CASES: dict[str, tuple[str, str, str, Any]] = {
    "order": ("export_order", "create_order", "PUT", export()),
    "cancel": ("cancel_order", "cancel_order", "DELETE", export()),
    "announce": ("export_inbound", "created_delivery", "PUT", DELIVERY),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with start() as running:
        yield running


@pytest.fixture
def stand(sandbox: Sandbox) -> OngoingStand:
    sandbox.reset()
    return OngoingStand(sandbox, options={"timeout_ms": 300})


def carried_through(stand: OngoingStand, first: Outcome) -> Outcome:
    """As the engine goes on: uncertain calls are settled, others tried again."""
    outcome = first
    for _ in range(4):
        if outcome.ending is Ending.UNKNOWN:
            outcome = stand.again(outcome)
        elif outcome.ending is Ending.RETRY:
            outcome = stand.call(outcome.prepared.spec.operation, outcome.prepared.spec.request)
    return outcome


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("fault", FAULTS)
def test_one_effect(sandbox: Sandbox, stand: OngoingStand, case: str, fault: str) -> None:
    operation, effect, method, request = CASES[case]
    if case == "cancel":
        stand.done("export_order", export())
    sandbox.faults(vendor="ongoing", method=method, **FAULTS[fault])
    first = stand.call(operation, request)
    outcome = carried_through(stand, first)
    assert first.ending is not Ending.FAILED
    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    assert stand.executed(effect) == 1
    assert sandbox.doubles() == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_read_loses_nothing(sandbox: Sandbox, stand: OngoingStand, fault: str) -> None:
    """An empty list is the one answer that ends a run; anything else is asked again."""
    stand.done("export_order", export())
    sandbox.faults(
        vendor="ongoing",
        method="GET",
        **{**FAULTS[fault], **({"text": "{}"} if fault == "another shape" else {})},
    )
    first = stand.call("import_order_states", "", write=False)
    assert first.ending in {Ending.RETRY, Ending.SUCCEEDED}
    assert len(stand.everything("import_order_states")[0]) == 1


def test_a_refusal_within_200_is_one(sandbox: Sandbox, stand: OngoingStand) -> None:
    sandbox.faults(
        vendor="ongoing", method="PUT", text='{"orderId": null, "message": "Article WOOL-M is blocked."}'
    )
    refused = stand.call("export_order", export())
    assert (refused.ending, refused.message) == (Ending.FAILED, "Ongoing: Article WOOL-M is blocked.")
