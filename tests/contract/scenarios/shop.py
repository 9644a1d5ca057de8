"""Scenarios of the e-commerce contract, and of whatever else orders come from."""

from __future__ import annotations

from decimal import Decimal

from connectors.calls import Outcome
from connectors.contracts.ecommerce import Fulfilment, Page
from connectors.contracts.erp import StockLevel
from tests.contract.scenarios.base import Given, Scenario, succeeded
from tests.contract.scenarios.orders import refused

LEVELS = (
    StockLevel(sku="WOOL-M", quantity=Decimal(12)),
    StockLevel(sku="SOCK-42", quantity=Decimal(0)),
)


def cursor(given: Given) -> str:
    return str(given.get("cursor", ""))


def levels(given: Given) -> tuple[StockLevel, ...]:
    return LEVELS


def fulfilment(given: Given) -> Fulfilment:
    values = {
        "reference": "100234-1",
        "order_external_id": "9001",
        "carrier": "Bring",
        "tracking_number": "70730000000000000018",
        "tracking_url": "https://track.example/70730000000000000018",
    }
    return Fulfilment(**{**values, **given})


def page(outcome: Outcome) -> Page:
    succeeded(outcome)
    assert isinstance(outcome.result, Page)
    return outcome.result


def imported(outcome: Outcome) -> None:
    items = page(outcome).items
    assert items
    assert all(order.external_id and order.lines for order in items)
    assert list(items) == sorted(items, key=lambda order: order.modified_at)


def continued(outcome: Outcome) -> None:
    assert page(outcome).more
    assert page(outcome).cursor


def ended(outcome: Outcome) -> None:
    assert not page(outcome).more


def gone(outcome: Outcome) -> None:
    assert any(order.cancelled for order in page(outcome).items)


IMPORTS = (
    Scenario(name="import", operation="import_orders", build=cursor, expect=imported, write=False),
    Scenario(name="import more", operation="import_orders", build=cursor, expect=continued, write=False),
    Scenario(name="import nothing", operation="import_orders", build=cursor, expect=ended, write=False),
    Scenario(name="import cancelled", operation="import_orders", build=cursor, expect=gone, write=False),
)
SCENARIOS = (
    Scenario(name="set inventory", operation="set_inventory", build=levels, expect=succeeded),
    Scenario(name="set inventory refused", operation="set_inventory", build=levels, expect=refused),
    Scenario(name="fulfil", operation="fulfil", build=fulfilment, expect=succeeded),
    Scenario(name="fulfil twice", operation="fulfil", build=fulfilment, expect=succeeded),
)
