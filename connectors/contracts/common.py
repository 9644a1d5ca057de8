"""Plain data that several contracts share: the order as exporters receive it, addresses, lines, results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from tenants.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address with its contact. `country` is ISO 3166-1 alpha-2; `phone` is E.164 where known."""

    name: str = ""
    company: str = ""
    line1: str = ""
    line2: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    number: str = ""
    email: str = ""
    phone: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One order line. Prices include tax; `tax_rate` is in percent; `total` is after discount, tax included."""

    number: int
    sku: str
    name: str
    quantity: Decimal
    unit_price: Money
    discount: Money
    tax_rate: Decimal
    tax: Money
    total: Money
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDocument:
    """An order as exporters and steps see it. `sections` holds what other apps add (payments, shipments), and as "store_ids"
    the external ids of the order's store where it has some."""

    id: int
    number: str
    order_type: str
    status: str
    market: str
    market_groups: tuple[str, ...] = ()
    store: str = ""
    currency: str
    placed_at: datetime
    customer: Customer
    billing: Address
    shipping: Address
    lines: tuple[Line, ...]
    shipping_total: Money
    discount_total: Money
    tax_total: Money
    total: Money
    tags: tuple[str, ...] = ()
    properties: Mapping[str, Any] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)
    sections: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """Outcome of an export. `external_id` is the receiver's id; `changes` are order fields that it answered with."""

    external_id: str = ""
    message: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """One event of an inbound webhook. `id` is the vendor's event id and drops duplicates; `data` is for the reader.

    `body` is what this event alone can be read from again, where the vendor sends several in one body. With a `problem` it
    could not be read, and is only kept for staff.
    """

    id: str
    type: str
    provider_id: str = ""
    reference: str = ""
    state: Any = None
    occurred_at: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    body: bytes = b""
    problem: str = ""
