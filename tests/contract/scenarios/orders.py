"""Scenarios of the contracts that take an order out: exporters, and services that answer with changed fields."""

from __future__ import annotations

from connectors.calls import Ending, Outcome
from connectors.contracts.erp import OrderExport
from connectors.errors import Rejected
from tests.contract.scenarios.base import ORDER, Given, Scenario, succeeded


def export(given: Given) -> OrderExport:
    return OrderExport(reference="100234", order=ORDER, properties=given.get("properties", {}))


def exported(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result.external_id


def refused(outcome: Outcome) -> None:
    """The receiver's own words reach staff."""
    assert outcome.ending is Ending.FAILED
    assert isinstance(outcome.error, Rejected)
    assert " " in outcome.message


def changed(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result.changes


def unchanged(outcome: Outcome) -> None:
    succeeded(outcome)
    assert not outcome.result.changes


EXPORTS = (
    Scenario(name="export", operation="export_order", build=export, expect=exported),
    Scenario(name="export refused", operation="export_order", build=export, expect=refused),
    Scenario(name="export found", operation="find_order", build=export, expect=exported, write=False),
)
EXCHANGES = (
    Scenario(name="exchange", operation="exchange_order", build=export, expect=changed),
    Scenario(name="exchange without changes", operation="exchange_order", build=export, expect=unchanged),
)
