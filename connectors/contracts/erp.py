"""The ERP contract and the narrower contracts of order exporters and order exchanges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.contracts.base import Category, NotExecuted, Provider, operation
from connectors.contracts.common import Exported, OrderDocument
from connectors.errors import NotSupported


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


class ErpProvider(OrderExporter):
    """Contract of Category ERP."""

    category = Category.ERP

    @operation
    def read_inventory(self, cursor: str) -> StockPage:
        """Stock levels changed since `cursor` ("" is all), oldest change first."""
        raise NotSupported(f"{self.label} offers no stock levels")
