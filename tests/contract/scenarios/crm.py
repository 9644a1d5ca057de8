"""Scenarios of CRM systems."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from connectors.calls import Outcome
from connectors.contracts.crm import Loyalty, ReceiptExport, ReceiptKind
from tests.contract.scenarios.base import ORDER, Given, Scenario, nok, succeeded
from tests.contract.scenarios.orders import exported, refused


def purchase(given: Given) -> ReceiptExport:
    return ReceiptExport(
        reference="100234",
        kind=ReceiptKind.PURCHASE,
        order=ORDER,
        amount=nok("1250.00"),
        occurred_at=datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
        properties=given.get("properties", {}),
    )


def returned(given: Given) -> ReceiptExport:
    """One of the two sweaters."""
    return ReceiptExport(
        reference="100234-R1",
        kind=ReceiptKind.RETURN,
        order=ORDER,
        amount=nok("499.00"),
        occurred_at=datetime(2026, 11, 25, 9, 30, tzinfo=UTC),
        lines={1: Decimal(1)},
        properties=given.get("properties", {}),
    )


def buyer(given: Given) -> object:
    return ORDER.customer


def known(outcome: Outcome) -> None:
    succeeded(outcome)
    assert isinstance(outcome.result, Loyalty)
    assert outcome.result.external_id


def stranger(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result == Loyalty()


SCENARIOS = (
    Scenario(name="receipt", operation="export_receipt", build=purchase, expect=exported),
    Scenario(name="receipt of a return", operation="export_receipt", build=returned, expect=exported),
    Scenario(name="receipt refused", operation="export_receipt", build=purchase, expect=refused),
    Scenario(name="loyalty", operation="read_loyalty", build=buyer, expect=known, write=False),
    Scenario(
        name="loyalty of a stranger", operation="read_loyalty", build=buyer, expect=stranger, write=False
    ),
)
