"""Scenarios of credit notes and paid invoices."""

from __future__ import annotations

from decimal import Decimal

from connectors.calls import Outcome
from connectors.contracts.books import CreditNoteExport
from tests.contract.scenarios.base import ORDER, Given, Scenario, nok
from tests.contract.scenarios.catalog import continued, page
from tests.contract.scenarios.orders import exported, refused
from tests.contract.scenarios.shop import cursor


def credit_note(given: Given) -> CreditNoteExport:
    """One of the two sweaters."""
    return CreditNoteExport(
        reference="100234-C1",
        order=ORDER,
        amount=nok("499.00"),
        invoice=str(given.get("invoice", "")),
        lines={1: Decimal(1)},
        reason="Too small",
        properties=given.get("properties", {}),
    )


def stood(outcome: Outcome) -> None:
    items = page(outcome).items
    assert items
    assert all(item.reference and item.invoice for item in items)
    assert any(item.outstanding.amount == 0 for item in items)


CREDIT_NOTES = (
    Scenario(name="credit", operation="export_credit_note", build=credit_note, expect=exported),
    Scenario(name="credit refused", operation="export_credit_note", build=credit_note, expect=refused),
    Scenario(
        name="credit found", operation="find_credit_note", build=credit_note, expect=exported, write=False
    ),
)
PAID_INVOICES = (
    Scenario(name="paid", operation="import_paid_invoices", build=cursor, expect=stood, write=False),
    Scenario(
        name="paid continued", operation="import_paid_invoices", build=cursor, expect=continued, write=False
    ),
)
