"""Scenarios of what an ERP offers beyond taking orders."""

from __future__ import annotations

from connectors.calls import Outcome
from connectors.contracts.erp import StockPage
from tests.contract.scenarios.base import Scenario, succeeded
from tests.contract.scenarios.shop import cursor


def page(outcome: Outcome) -> StockPage:
    succeeded(outcome)
    assert isinstance(outcome.result, StockPage)
    return outcome.result


def counted(outcome: Outcome) -> None:
    assert page(outcome).items
    assert all(level.sku for level in page(outcome).items)


def continued(outcome: Outcome) -> None:
    assert page(outcome).more
    assert page(outcome).cursor


SCENARIOS = (
    Scenario(name="stock", operation="read_inventory", build=cursor, expect=counted, write=False),
    Scenario(name="stock continued", operation="read_inventory", build=cursor, expect=continued, write=False),
)
