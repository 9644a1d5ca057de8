"""The ERP contract and the narrower ones of exporters of orders, payments, shipments, invoices, and of exchanges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from connectors.contracts.base import Category, NotExecuted, Provider, operation
from connectors.contracts.common import Exported, OrderDocument
from connectors.errors import NotSupported
from connectors.schema import Choice
from tenants.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderExport:
    """An order to export. `reference` is ours and the same on every repetition; `properties` are the step's."""

    reference: str
    order: OrderDocument
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """Stock of one article at one location, in pieces (or the article's own unit)."""

    sku: str
    quantity: Decimal
    location: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockPage:
    """One page of stock levels. `cursor` continues after it; `more` tells whether there is something left now."""

    items: tuple[StockLevel, ...]
    cursor: str
    more: bool


class Movement(StrEnum):
    """What a payment did: money that was taken, or given back."""

    CAPTURE = "capture"
    REFUND = "refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentExport:
    """Money that moved, to be written into somebody's books once.

    `reference` is ours, of this movement, and the same on every repetition. `total` is what has moved of the payment by
    now, `amount` what of it is new. `payment_method` is the merchant's word, `provider` the implementation's slug,
    `provider_id` the payment there. `properties` are the step's.
    """

    reference: str
    order: OrderDocument
    kind: Movement
    amount: Money
    total: Money
    payment_method: str
    provider: str
    provider_id: str
    occurred_at: datetime
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentExport:
    """A shipment as it stands, to be told to somebody once. `reference` is ours, of this standing, and the same on every
    repetition; `shipment` is what the order's section "shipments" says of it. `properties` are the step's."""

    reference: str
    order: OrderDocument
    shipment: Mapping[str, Any]
    properties: Mapping[str, Any]


#: The owner of stock that is counted here.
HUB = "Crossdock"


def owner_setting(vendor: str) -> Choice:
    """The setting `stock_owner` of a connector that could exchange stock both ways: only its owner's numbers go out."""
    return Choice(
        "StockOwner",
        choices=(vendor, HUB),
        default=vendor,
        help=f"{vendor}: stock is only imported; {HUB}: stock is only exported.",
    )


class OrderExporter(Provider):
    """Anything that takes an order: an ERP, a WMS, a queue, a URL."""

    @operation
    def export_order(self, export: OrderExport) -> Exported:
        """Create or update the order at the receiver; repeating with the same reference never doubles it."""
        raise NotSupported(f"{self.label} takes no orders")

    @operation
    def find_order(self, export: OrderExport) -> Exported | None:
        """Look an exported order up by our reference; None when the receiver knows none."""
        raise NotSupported(f"{self.label} has no look-up by reference")

    def settle(self, operation: str, request: Any) -> Exported | NotExecuted | None:
        found: Exported | NotExecuted | None
        if operation != "export_order" or "find_order" not in self.operations():
            found = super().settle(operation, request)
            return found
        found = self.find_order(request)
        return found or NotExecuted()


class OrderExchange(Provider):
    """A service that is shown an order and may answer with changed fields."""

    @operation
    def exchange_order(self, export: OrderExport) -> Exported:
        """Send the order; `changes` of the result are written back."""
        raise NotSupported(f"{self.label} does not answer with order fields")


class PaymentExporter(Provider):
    """Anything that books payments."""

    @operation
    def export_payment(self, export: PaymentExport) -> Exported:
        """Book one movement of money; repeating with the same reference never doubles it."""
        raise NotSupported(f"{self.label} takes no payments")


class ShipmentExporter(Provider):
    """Anything that wants to know of shipments."""

    @operation
    def export_shipment(self, export: ShipmentExport) -> Exported:
        """Tell where one shipment stands; repeating with the same reference never doubles it."""
        raise NotSupported(f"{self.label} takes no shipments")


class InvoiceExporter(Provider):
    """Anything that makes the invoice of an order, or takes it."""

    @operation
    def export_invoice(self, export: OrderExport) -> Exported:
        """Invoice the order, once; `external_id` is the invoice's number there."""
        raise NotSupported(f"{self.label} takes no invoices")

    @operation
    def find_invoice(self, export: OrderExport) -> Exported | None:
        """Look the order's invoice up by our reference; None when the receiver has none."""
        raise NotSupported(f"{self.label} has no look-up of invoices")

    def settle(self, operation: str, request: Any) -> Exported | NotExecuted | None:
        found: Exported | NotExecuted | None
        if operation != "export_invoice" or "find_invoice" not in self.operations():
            found = super().settle(operation, request)
            return found
        found = self.find_invoice(request)
        return found or NotExecuted()


class StockSource(Provider):
    """Anything that knows how much there is of an article."""

    @operation
    def read_inventory(self, cursor: str) -> StockPage:
        """Stock levels changed since `cursor` ("" is all), oldest change first."""
        raise NotSupported(f"{self.label} offers no stock levels")


class StockSink(Provider):
    """Anything that is told how much there is of an article."""

    @operation
    def set_inventory(self, levels: Sequence[StockLevel]) -> Exported:
        """Set available stock to the given absolute quantities."""
        raise NotSupported(f"{self.label} takes no stock levels")


class ErpProvider(OrderExporter, StockSource):
    """Contract of Category ERP."""

    category = Category.ERP
