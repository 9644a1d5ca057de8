"""What every implementation of a contract has to show. A fixture cannot leave one out, nor add one of its own."""

from __future__ import annotations

from connectors.contracts.base import Provider
from connectors.contracts.books import CreditNoteExporter, PaidInvoiceSource
from connectors.contracts.catalog import (
    CustomerSink,
    CustomerSource,
    PriceSink,
    PriceSource,
    ProductSink,
    ProductSource,
)
from connectors.contracts.crm import CrmProvider
from connectors.contracts.ecommerce import OrderSource, PosProvider, ShopProvider
from connectors.contracts.erp import (
    InvoiceExporter,
    OrderExchange,
    OrderExporter,
    PaymentExporter,
    ShipmentExporter,
    StockSink,
    StockSource,
)
from connectors.contracts.feeds import FeedProvider
from connectors.contracts.notification import Notifier
from connectors.contracts.payment import PaymentProvider
from connectors.contracts.shipping import CarrierProvider
from connectors.contracts.validation import Validator
from connectors.contracts.warehouse import WmsProvider
from connectors.contracts.webhooks import WebhookRegistrar
from tests.contract.scenarios import (
    books,
    catalog,
    crm,
    feeds,
    notification,
    orders,
    payment,
    registration,
    shipping,
    shop,
    stock,
    validation,
    warehouse,
)
from tests.contract.scenarios.base import Scenario

CONTRACTS: dict[type[Provider], tuple[Scenario, ...]] = {
    PaymentProvider: payment.SCENARIOS,
    OrderExporter: orders.EXPORTS,
    OrderExchange: orders.EXCHANGES,
    PaymentExporter: orders.PAYMENTS,
    ShipmentExporter: orders.SHIPMENTS,
    InvoiceExporter: orders.INVOICES,
    CreditNoteExporter: books.CREDIT_NOTES,
    PaidInvoiceSource: books.PAID_INVOICES,
    Notifier: notification.SCENARIOS,
    Validator: validation.SCENARIOS,
    CarrierProvider: shipping.SCENARIOS,
    OrderSource: shop.ORDERS,
    ShopProvider: shop.SCENARIOS,
    PosProvider: shop.RECEIPTS,
    StockSource: stock.SCENARIOS,
    StockSink: shop.LEVELS_OUT,
    ProductSource: catalog.PRODUCT_SOURCE,
    PriceSource: catalog.PRICE_SOURCE,
    CustomerSource: catalog.CUSTOMER_SOURCE,
    ProductSink: catalog.PRODUCT_SINK,
    PriceSink: catalog.PRICE_SINK,
    CustomerSink: catalog.CUSTOMER_SINK,
    WmsProvider: warehouse.SCENARIOS,
    CrmProvider: crm.SCENARIOS,
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
