"""The CRM contract: contacts both ways, receipts of purchases and returns, and what a member may use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from connectors.contracts.base import Category, Inbound, operation
from connectors.contracts.catalog import CustomerSink, CustomerSource
from connectors.contracts.common import Customer, Exported, OrderDocument, WebhookEvent
from connectors.errors import NotSupported
from tenants.money import Money


class ReceiptKind(StrEnum):
    PURCHASE = "purchase"
    RETURN = "return"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptExport:
    """A purchase or a return that is final. `reference` is ours, unique, and the same on every repetition.

    `lines` maps our line numbers to pieces; empty means all of the order. `amount` is what was paid or given back, tax
    included and positive in both cases.
    """

    reference: str
    kind: ReceiptKind
    order: OrderDocument
    amount: Money
    occurred_at: datetime
    lines: Mapping[int, Decimal] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """Something that a member may use. `value` is what it is worth where that is an amount, `percent` where it is a share
    of the price."""

    external_id: str
    name: str
    description: str = ""
    code: str = ""
    value: Money | None = None
    percent: Decimal | None = None
    valid_to: datetime | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loyalty:
    """What the CRM knows of a buyer. `points` are None where it keeps none."""

    external_id: str = ""
    member: bool = False
    points: Decimal | None = None
    level: str = ""
    promotions: tuple[Promotion, ...] = ()


class CrmProvider(CustomerSource, CustomerSink):
    """Contract of Category CRM."""

    category = Category.CRM

    @operation
    def export_receipt(self, export: ReceiptExport) -> Exported:
        """Tell of a purchase or a return, once."""
        raise NotSupported(f"{self.label} takes no receipts")

    @operation
    def read_loyalty(self, customer: Customer) -> Loyalty:
        """Points and promotions of a buyer; an empty Loyalty for a stranger."""
        raise NotSupported(f"{self.label} knows no loyalty")

    @operation
    def read_webhook(self, inbound: Inbound) -> Sequence[WebhookEvent]:
        """Read the events of a verified webhook; `data["read_by"]` is "import_customers" where one changed, so that the
        import of customers runs at once."""
        raise NotSupported(f"{self.label} sends no webhooks")
