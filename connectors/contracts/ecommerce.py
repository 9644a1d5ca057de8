"""The e-commerce contract: a shop whose orders are imported and whose stock and fulfilments are set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from connectors.contracts.base import Category, Inbound, Provider, operation
from connectors.contracts.common import Address, Customer, Exported, WebhookEvent
from connectors.contracts.erp import StockSink
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


class OrderKind(StrEnum):
    """RETURN: goods that came back against money, with quantities and amounts that are positive all the same."""

    SALE = "sale"
    RETURN = "return"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedOrder:
    """A shop's order, or a till's receipt. `external_id` is the vendor's id and unique per connector; `raw` keeps what has
    no field here.

    `store` is the code of our store that the connector routes it to; where it is empty, `location` is the vendor's id of
    the place, which a store names among its external ids. `order_type` is what the connector asks for. `shipping_total`
    includes tax and is after discount. `return_of` is the vendor's id of the order that a return belongs to. `handed_over`
    tells that the goods have left, as over a counter.
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
    kind: OrderKind = OrderKind.SALE
    return_of: str = ""
    handed_over: bool = False
    location: str = ""
    order_type: str = ""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusUpdate:
    """A status that the shop is to show. `status` is ours; `shop_status` is the shop's word that the step names, or ""."""

    reference: str
    order_external_id: str
    status: str
    shop_status: str = ""
    comment: str = ""
    notify: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopCancellation:
    """An order that is called off. `restock` gives the goods back to the shop's stock."""

    reference: str
    order_external_id: str
    reason: str = ""
    restock: bool = True
    notify: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopRefund:
    """Money that was given back of a shop's order, tax included. `lines` maps the shop's line ids to pieces; `shipping` is
    the part of `amount` that is freight. `pay_out` has the shop pay it out itself, else it is only recorded there."""

    reference: str
    order_external_id: str
    amount: Money
    lines: Mapping[str, int] = field(default_factory=dict)
    shipping: Money | None = None
    note: str = ""
    restock: bool = False
    notify: bool = False
    pay_out: bool = False


class OrderSource(Provider):
    """Anything whose orders are imported: a shop, a till, a queue."""

    @operation
    def import_orders(self, cursor: str) -> Page:
        """Orders changed since `cursor` ("" is the beginning), oldest change first."""
        raise NotSupported(f"{self.label} offers no orders")

    @operation
    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        """Read the events of a verified webhook; an order event carries `data["order"]` as ImportedOrder."""
        raise NotSupported(f"{self.label} sends no webhooks")


class ShopProvider(OrderSource, StockSink):
    """Contract of Category E-Commerce."""

    category = Category.ECOMMERCE

    @operation
    def fulfil(self, fulfilment: Fulfilment) -> Exported:
        """Tell the shop that goods have left, with tracking."""
        raise NotSupported(f"{self.label} takes no fulfilments")

    @operation
    def update_order_status(self, update: StatusUpdate) -> Exported:
        """Show the status in the shop; the same again changes nothing."""
        raise NotSupported(f"{self.label} takes no statuses")

    @operation
    def cancel_order(self, cancellation: ShopCancellation) -> Exported:
        """Call the order off in the shop; one that is called off already is success."""
        raise NotSupported(f"{self.label} cannot be told of cancellations")

    @operation
    def refund_order(self, refund: ShopRefund) -> Exported:
        """Record a refund in the shop, once."""
        raise NotSupported(f"{self.label} cannot be told of refunds")


class PosProvider(OrderSource):
    """Contract of Category POS: receipts of tills are orders that come in. What else a till takes are contracts of their
    own: OrderExporter, StockSource, StockSink, ProductSink, PriceSink, CustomerSink."""

    category = Category.POS
