"""Scenarios of the contracts that take something out: orders, payments, invoices, and services that answer with
changed fields."""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.calls import Ending, Outcome
from connectors.contracts.erp import Movement, OrderExport, PaymentExport, ShipmentExport
from connectors.errors import Rejected
from tenants.money import Money
from tests.contract.scenarios.base import ORDER, Given, Scenario, succeeded


def export(given: Given) -> OrderExport:
    return OrderExport(reference="100234", order=ORDER, properties=given.get("properties", {}))


def payment(given: Given) -> PaymentExport:
    """Half of the order, after a first half."""
    return PaymentExport(
        reference="payment:p1:capture:125000",
        order=ORDER,
        kind=Movement.CAPTURE,
        amount=Money.of("625.00", "NOK"),
        total=Money.of("1250.00", "NOK"),
        payment_method="Card",
        provider="stripe",
        provider_id="pi_1",
        occurred_at=datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
        properties=given.get("properties", {}),
    )


SHIPMENT = {
    "reference": "b7c1",
    "shipping_option": "Home delivery",
    "warehouse": "OSL",
    "carrier": "Bring",
    "product": "5800",
    "consignment": "70430000000000001",
    "tracking_number": "370430000000000001",
    "tracking_url": "https://track.example/370430000000000001",
    "state": "booked",
    "tracking_state": "in_transit",
    "parcels": [{"reference": "1", "number": "370430000000000001", "weight": "1.200"}],
}


def shipment(given: Given) -> ShipmentExport:
    return ShipmentExport(
        reference="shipment:b7c1:booked:in_transit",
        order=ORDER,
        shipment=SHIPMENT,
        properties=given.get("properties", {}),
    )


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
PAYMENTS = (
    Scenario(name="export payment", operation="export_payment", build=payment, expect=succeeded),
    Scenario(name="export payment refused", operation="export_payment", build=payment, expect=refused),
)
SHIPMENTS = (
    Scenario(name="export shipment", operation="export_shipment", build=shipment, expect=succeeded),
    Scenario(name="export shipment refused", operation="export_shipment", build=shipment, expect=refused),
)
INVOICES = (
    Scenario(name="export invoice", operation="export_invoice", build=export, expect=exported),
    Scenario(name="export invoice refused", operation="export_invoice", build=export, expect=refused),
    Scenario(name="invoice found", operation="find_invoice", build=export, expect=exported, write=False),
)
