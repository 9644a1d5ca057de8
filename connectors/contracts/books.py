"""What books offer beyond invoices: credit notes, and which invoices were paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from connectors.contracts.base import NotExecuted, Provider, operation
from connectors.contracts.catalog import CatalogPage
from connectors.contracts.common import Exported, OrderDocument
from connectors.errors import NotSupported
from tenants.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNoteExport:
    """Money that is given back, to be credited in somebody's books once.

    `reference` is ours, of this credit note, and the same on every repetition. `invoice` is the receiver's number of the
    invoice that is credited, "" where none is known. `lines` maps our line numbers to pieces that are credited; empty
    credits `amount` (tax included) of the whole.
    """

    reference: str
    order: OrderDocument
    amount: Money
    invoice: str = ""
    lines: Mapping[int, Decimal] = field(default_factory=dict)
    reason: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidInvoice:
    """How an invoice stands. `reference` is our order number as the books keep it. `outstanding` of zero is paid.
    A credit note has `credit` set."""

    reference: str
    invoice: str
    total: Money
    outstanding: Money
    paid_at: datetime | None = None
    external_id: str = ""
    credit: bool = False


class CreditNoteExporter(Provider):
    """Anything that makes credit notes."""

    @operation
    def export_credit_note(self, export: CreditNoteExport) -> Exported:
        """Credit once; `external_id` is the credit note's number there."""
        raise NotSupported(f"{self.label} takes no credit notes")

    @operation
    def find_credit_note(self, export: CreditNoteExport) -> Exported | None:
        """Look the credit note up by our reference; None when the receiver has none."""
        raise NotSupported(f"{self.label} has no look-up of credit notes")

    def settle(self, operation: str, request: Any) -> Any:
        if operation != "export_credit_note" or "find_credit_note" not in self.operations():
            return super().settle(operation, request)
        return self.find_credit_note(request) or NotExecuted()


class PaidInvoiceSource(Provider):
    """Books that tell which invoices were paid."""

    @operation
    def import_paid_invoices(self, cursor: str) -> CatalogPage[PaidInvoice]:
        """Invoices whose standing changed since `cursor` ("" is the beginning), oldest change first."""
        raise NotSupported(f"{self.label} does not tell which invoices were paid")
