"""Scenarios of warehouse systems."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from connectors.calls import Outcome
from connectors.contracts.warehouse import InboundDelivery, InboundLine, WarehouseState
from tests.contract.scenarios.base import Given, Scenario, succeeded
from tests.contract.scenarios.catalog import continued, page
from tests.contract.scenarios.orders import export, exported, refused
from tests.contract.scenarios.shop import cursor


def inbound(given: Given) -> InboundDelivery:
    return InboundDelivery(
        reference="PO-501",
        supplier="Ullvarefabrikken",
        expected_on=date(2026, 12, 1),
        lines=(
            InboundLine(number=1, sku="WOOL-M", quantity=Decimal(40)),
            InboundLine(number=2, sku="SOCK-42", quantity=Decimal(100)),
        ),
    )


def standing(outcome: Outcome) -> None:
    items = page(outcome).items
    assert items
    assert all(item.reference and item.external_id and item.word for item in items)


def shipped(outcome: Outcome) -> None:
    assert any(item.state is WarehouseState.SHIPPED for item in page(outcome).items)


def strange(outcome: Outcome) -> None:
    """A state that the vendor's table does not have never becomes success."""
    assert page(outcome).items
    assert all(item.state is WarehouseState.UNKNOWN for item in page(outcome).items)


def arrived(outcome: Outcome) -> None:
    assert any(line.received for item in page(outcome).items for line in item.lines)


def back(outcome: Outcome) -> None:
    items = page(outcome).items
    assert items
    assert all(item.reference and item.external_id and item.lines for item in items)


SCENARIOS = (
    Scenario(name="cancel", operation="cancel_order", build=export, expect=succeeded),
    Scenario(name="cancel refused", operation="cancel_order", build=export, expect=refused),
    Scenario(name="states", operation="import_order_states", build=cursor, expect=standing, write=False),
    Scenario(
        name="states shipped", operation="import_order_states", build=cursor, expect=shipped, write=False
    ),
    Scenario(
        name="states unknown", operation="import_order_states", build=cursor, expect=strange, write=False
    ),
    Scenario(
        name="states continued", operation="import_order_states", build=cursor, expect=continued, write=False
    ),
    Scenario(name="announce", operation="export_inbound", build=inbound, expect=exported),
    Scenario(name="announce refused", operation="export_inbound", build=inbound, expect=refused),
    Scenario(name="arrived", operation="import_inbound", build=cursor, expect=arrived, write=False),
    Scenario(name="came back", operation="import_returns", build=cursor, expect=back, write=False),
)
