"""Scenarios of the e-commerce contract, and of whatever else orders come from."""

from __future__ import annotations

from decimal import Decimal

from connectors.calls import Outcome
from connectors.contracts.ecommerce import (
    Fulfilment,
    OrderKind,
    Page,
    PosProvider,
    ShopCancellation,
    ShopRefund,
    StatusUpdate,
)
from connectors.contracts.erp import StockLevel
from tests.contract.scenarios.base import Given, Scenario, nok, succeeded
from tests.contract.scenarios.orders import exported, refused

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


def status(given: Given) -> StatusUpdate:
    values = {"reference": "100234", "order_external_id": "9001", "status": "Completed"}
    return StatusUpdate(**{**values, **given})


def cancellation(given: Given) -> ShopCancellation:
    values = {"reference": "100234", "order_external_id": "9001", "reason": "The buyer called"}
    return ShopCancellation(**{**values, **given})


def refund(given: Given) -> ShopRefund:
    values = {
        "reference": "100234-R1",
        "order_external_id": "9001",
        "amount": nok("499.00"),
        "lines": {"7001": 1},
        "note": "Too small",
    }
    return ShopRefund(**{**values, **given})


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


def a_return(outcome: Outcome) -> None:
    returns = [order for order in page(outcome).items if order.kind is OrderKind.RETURN]
    assert returns
    assert all(line.quantity > 0 for order in returns for line in order.lines)


def gone(outcome: Outcome) -> None:
    assert any(order.cancelled for order in page(outcome).items)


ORDERS = (
    Scenario(name="import", operation="import_orders", build=cursor, expect=imported, write=False),
    Scenario(name="import more", operation="import_orders", build=cursor, expect=continued, write=False),
    Scenario(name="import nothing", operation="import_orders", build=cursor, expect=ended, write=False),
    Scenario(
        name="import cancelled",
        operation="import_orders",
        build=cursor,
        expect=gone,
        write=False,
        applies=lambda implementation: not issubclass(implementation, PosProvider),
    ),
)
LEVELS_OUT = (
    Scenario(name="set inventory", operation="set_inventory", build=levels, expect=succeeded),
    Scenario(name="set inventory refused", operation="set_inventory", build=levels, expect=refused),
)
RECEIPTS = (
    Scenario(name="import a return", operation="import_orders", build=cursor, expect=a_return, write=False),
)
SCENARIOS = (
    Scenario(name="fulfil", operation="fulfil", build=fulfilment, expect=succeeded),
    Scenario(name="fulfil twice", operation="fulfil", build=fulfilment, expect=succeeded),
    Scenario(name="show status", operation="update_order_status", build=status, expect=succeeded),
    Scenario(name="show status refused", operation="update_order_status", build=status, expect=refused),
    Scenario(name="cancel in the shop", operation="cancel_order", build=cancellation, expect=succeeded),
    Scenario(name="cancel in the shop twice", operation="cancel_order", build=cancellation, expect=succeeded),
    Scenario(name="cancel in the shop refused", operation="cancel_order", build=cancellation, expect=refused),
    Scenario(name="refund in the shop", operation="refund_order", build=refund, expect=exported),
    Scenario(name="refund in the shop twice", operation="refund_order", build=refund, expect=exported),
    Scenario(name="refund in the shop refused", operation="refund_order", build=refund, expect=refused),
)
