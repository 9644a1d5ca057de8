"""The contract of warehouse systems: what becomes of orders there, what arrives, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from connectors.contracts.base import Category, Inbound, NotExecuted, operation
from connectors.contracts.catalog import CatalogPage, ProductSink
from connectors.contracts.common import Exported, WebhookEvent
from connectors.contracts.erp import OrderExport, OrderExporter, StockSource
from connectors.errors import NotSupported


class WarehouseState(StrEnum):
    """How far a warehouse is with an order; UNKNOWN changes nothing."""

    ACCEPTED = "accepted"
    PICKING = "picking"
    PICKED = "picked"
    PARTLY_SHIPPED = "partly_shipped"
    SHIPPED = "shipped"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseParcel:
    number: str
    carrier: str = ""
    tracking_url: str = ""
    is_return: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseOrder:
    """How an order stands. `reference` is our order number, `word` the warehouse's own state, `shipped` the pieces that
    left by our line numbers."""

    reference: str
    external_id: str
    word: str
    state: WarehouseState
    shipped: Mapping[int, Decimal] = field(default_factory=dict)
    parcels: tuple[WarehouseParcel, ...] = ()
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundLine:
    """One row of goods that are expected. `received` is how many came."""

    number: int
    sku: str
    quantity: Decimal
    received: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundDelivery:
    """Goods that are on their way to the warehouse. `reference` is ours, `warehouse` the code of our store that they go
    to. `word` is the warehouse's own state; `closed` tells that no more is expected of it."""

    reference: str
    lines: tuple[InboundLine, ...]
    supplier: str = ""
    warehouse: str = ""
    expected_on: date | None = None
    external_id: str = ""
    word: str = ""
    closed: bool = False
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedLine:
    """Pieces of one line of our order that came back."""

    number: int
    sku: str
    quantity: Decimal
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseReturn:
    """Goods that came back. `reference` is our order number, `external_id` the warehouse's id of the return."""

    reference: str
    external_id: str
    lines: tuple[ReturnedLine, ...]
    received_at: datetime | None = None
    word: str = ""


class WmsProvider(OrderExporter, StockSource, ProductSink):
    """Contract of Category WMS: orders are put with `export_order`, articles with `export_products`."""

    category = Category.WMS

    @operation
    def cancel_order(self, export: OrderExport) -> Exported:
        """Take an order back. Raises Rejected where the warehouse has begun with it."""
        raise NotSupported(f"{self.label} takes no order back")

    @operation
    def import_order_states(self, cursor: str) -> CatalogPage[WarehouseOrder]:
        """Orders whose state changed since `cursor` ("" is the beginning), oldest change first."""
        raise NotSupported(f"{self.label} does not tell how orders stand")

    @operation
    def export_inbound(self, delivery: InboundDelivery) -> Exported:
        """Announce goods. Sending the same again changes nothing."""
        raise NotSupported(f"{self.label} takes no inbound deliveries")

    @operation
    def import_inbound(self, cursor: str) -> CatalogPage[InboundDelivery]:
        """Inbound deliveries of which something was received since `cursor`."""
        raise NotSupported(f"{self.label} does not tell what arrived")

    @operation
    def import_returns(self, cursor: str) -> CatalogPage[WarehouseReturn]:
        """Returns received since `cursor`."""
        raise NotSupported(f"{self.label} tells of no returns")

    @operation
    def read_webhook(self, inbound: Inbound) -> Sequence[WebhookEvent]:
        """Read the events of a verified webhook; what they tell of is read again at the vendor."""
        raise NotSupported(f"{self.label} sends no webhooks")

    def settle(self, operation: str, request: Any) -> Any:
        """Announcing goods and taking an order back come to the same however often they are done."""
        if operation in {"export_inbound", "cancel_order"}:
            return NotExecuted()
        return super().settle(operation, request)
