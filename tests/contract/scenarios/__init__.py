"""What every implementation of a contract has to show. A fixture cannot leave one out, nor add one of its own."""

from __future__ import annotations

from connectors.contracts.base import Provider
from connectors.contracts.ecommerce import OrderImporter, ShopProvider
from connectors.contracts.erp import (
    ErpProvider,
    InvoiceExporter,
    OrderExchange,
    OrderExporter,
    PaymentExporter,
    ShipmentExporter,
)
from connectors.contracts.feeds import FeedProvider
from connectors.contracts.notification import Notifier
from connectors.contracts.payment import PaymentProvider
from connectors.contracts.shipping import CarrierProvider
from connectors.contracts.validation import Validator
from connectors.contracts.webhooks import WebhookRegistrar
from tests.contract.scenarios import (
    feeds,
    notification,
    orders,
    payment,
    registration,
    shipping,
    shop,
    stock,
    validation,
)
from tests.contract.scenarios.base import Scenario

CONTRACTS: dict[type[Provider], tuple[Scenario, ...]] = {
    PaymentProvider: payment.SCENARIOS,
    OrderExporter: orders.EXPORTS,
    OrderExchange: orders.EXCHANGES,
    PaymentExporter: orders.PAYMENTS,
    ShipmentExporter: orders.SHIPMENTS,
    InvoiceExporter: orders.INVOICES,
    Notifier: notification.SCENARIOS,
    Validator: validation.SCENARIOS,
    CarrierProvider: shipping.SCENARIOS,
    OrderImporter: shop.IMPORTS,
    ShopProvider: shop.SCENARIOS,
    ErpProvider: stock.SCENARIOS,
    WebhookRegistrar: registration.SCENARIOS,
    FeedProvider: feeds.SCENARIOS,
}


def scenarios_of(implementation: type[Provider]) -> list[Scenario]:
    """The scenarios of every operation that the implementation says it has."""
    offered = implementation.operations()
    return [
        scenario
        for contract, scenarios in CONTRACTS.items()
        if issubclass(implementation, contract)
        for scenario in scenarios
        if scenario.operation in offered and scenario.applies(implementation)
    ]
