"""Which invoices of our orders were paid, by the time of their last change."""

from __future__ import annotations

from decimal import Decimal

from connectors.contracts.base import reading
from connectors.contracts.books import PaidInvoice, PaidInvoiceSource
from connectors.contracts.catalog import CatalogPage
from connectors.errors import RetryLater
from connectors.providers.dynamics365.catalog import Catalog
from connectors.providers.dynamics365.odata import Json
from tenants.money import Money

_FIELDS = "number,externalDocumentNumber,currencyCode,totalAmountIncludingTax,remainingAmount,status,lastModifiedDateTime"
#: States of an invoice that stands; drafts, canceled and corrective ones tell nothing of an order.
_OPEN, _PAID = "Open", "Paid"


class PaidInvoices(Catalog, PaidInvoiceSource):
    def import_paid_invoices(self, cursor: str) -> CatalogPage[PaidInvoice]:
        rows, after, more = self.changed("/salesInvoices", _FIELDS, cursor)
        with reading("Business Central's invoices", RetryLater):
            ours = [row for row in rows if _is_ours(row, self._prefix) and _stands(row)]
            company = "" if all(row["currencyCode"] for row in ours) else self.company_currency()
            items = tuple(self._paid(row, company) for row in ours)
        return CatalogPage(items=items, cursor=after, more=more)

    @property
    def _prefix(self) -> str:
        return str(self.values.external_number_prefix).strip().upper()

    def _paid(self, row: Json, company: str) -> PaidInvoice:
        """Business Central does not tell when an invoice was paid."""
        currency = str(row["currencyCode"] or company)
        return PaidInvoice(
            reference=str(row["externalDocumentNumber"]).removeprefix(self._prefix),
            invoice=str(row["number"]),
            total=Money.of(row["totalAmountIncludingTax"], currency),
            outstanding=Money.of(row["remainingAmount"], currency),
            external_id=str(row["number"]),
        )


def _is_ours(row: Json, prefix: str) -> bool:
    number = str(row["externalDocumentNumber"] or "")
    return number.startswith(prefix) and len(number) > len(prefix)


def _stands(row: Json) -> bool:
    """Paid only where state and amount agree."""
    rest = Decimal(row["remainingAmount"])
    return str(row["status"]) == (_OPEN if rest else _PAID)
