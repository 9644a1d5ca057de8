"""The e-commerce contract: a shop whose orders are imported and whose stock and fulfilments are set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from connectors.contracts.base import Category, Inbound, Provider, operation
from connectors.contracts.common import Address, Customer, Exported, WebhookEvent
from connectors.contracts.erp import StockLevel
from connectors.errors import NotSupported
from tenants.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedLine:
    """One line of a shop's order; prices include tax, `tax_rate` is in percent. `external_id` is the shop's line id.

    `properties` are what the connector's Field Mapping names beyond the fields here, such as Brand.
    """

    sku: str
    name: str
    quantity: Decimal
    unit_price: Money
    discount: Money
    tax_rate: Decimal
    external_id: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPayment:
    """A payment that the shop has taken or reserved."""

    method: str
    provider_id: str
    authorized: Money
    captured: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedOrder:
    """A shop's order. `external_id` is the shop's id and unique per connector; `raw` keeps what has no field here.

    `store` is the code of our store that the connector routes it to. `shipping_total` includes tax and is after discount.
    """

    external_id: str
    number: str
    placed_at: datetime
    modified_at: datetime
    currency: str
    customer: Customer
    billing: Address
    shipping: Address
    lines: tuple[ImportedLine, ...]
    shipping_total: Money
    shipping_tax_rate: Decimal = Decimal(0)
    shipping_method: str = ""
    total: Money
    store: str = ""
    cancelled: bool = False
    payments: tuple[ImportedPayment, ...] = ()
    tags: tuple[str, ...] = ()
    properties: Mapping[str, Any] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of an import. `cursor` continues after it; `more` tells whether there is something left now. `unread` tells
    staff of each thing that could not be read, and what becomes of it.

    Once a page's cursor comes back, its items are stored: what the source has to be told then may be told.
    """

    items: tuple[ImportedOrder, ...]
    cursor: str
    more: bool
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilment:
    """What was sent of a shop's order. `lines` maps the shop's line id to pieces; empty means everything."""

    reference: str
    order_external_id: str
    carrier: str
    tracking_number: str
    tracking_url: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)


class OrderImporter(Provider):
    """Anything that orders come from: a shop, a queue, a URL."""

    @operation
    def import_orders(self, cursor: str) -> Page:
        """Orders changed since `cursor` ("" is the beginning), oldest change first."""
        raise NotSupported(f"{self.label} offers no orders")


class ShopProvider(OrderImporter):
    """Contract of Category E-Commerce."""

    category = Category.ECOMMERCE

    @operation
    def set_inventory(self, levels: Sequence[StockLevel]) -> Exported:
        """Set available stock to the given absolute quantities."""
        raise NotSupported(f"{self.label} takes no stock levels")

    @operation
    def fulfil(self, fulfilment: Fulfilment) -> Exported:
        """Tell the shop that goods have left, with tracking."""
        raise NotSupported(f"{self.label} takes no fulfilments")

    @operation
    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        """Read the events of a verified webhook; an order event carries `data["order"]` as ImportedOrder."""
        raise NotSupported(f"{self.label} sends no webhooks")
