"""Payments, registered on the order's invoices, and refunds on its credit notes.

Tripletex keeps no reference of ours with a payment. What of an invoice is still to be paid tells whether one whose answer
was lost was registered, as long as nobody else has registered any.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.contracts.base import NotExecuted, reading
from connectors.contracts.common import Exported
from connectors.contracts.erp import Movement, PaymentExport, PaymentExporter
from connectors.errors import LeftAlone, Misconfigured, Rejected, RetryLater
from connectors.providers.tripletex.api import LAG, NORWAY, Json, id_of
from connectors.providers.tripletex.credits import Credits
from connectors.providers.tripletex.documents import amount_of, number_of
from connectors.providers.tripletex.settings import METHODS

_CENT = Decimal("0.01")
#: By so much an invoice may have been rounded there.
_ROUNDING = Decimal("0.50")


class Payments(Credits, PaymentExporter):
    def export_payment(self, export: PaymentExport) -> Exported:
        kind = self._payment_type(export)
        documents = self._documents(export)
        shares = _shares(export, documents)
        for document, amount in shares:
            self.done(f"/invoice/{id_of(document)}/:payment", **_registration(export, kind, document, amount))
        numbers = ", ".join(number_of(document) for document, _ in shares)
        return Exported(external_id=numbers, message=f"registered on {_what(export)} {numbers}")

    def settle_payment(self, export: PaymentExport) -> Any:
        """None where several payments, or somebody else, may have made what is there: then a person has to look."""
        documents = self._documents(export)
        moved = sum((_moved(document) for document in documents), Decimal(0))
        if moved == 0 or (_is_alone(export) and moved == export.total.amount - export.amount.amount):
            return NotExecuted(proved_after_s=LAG)
        if _is_alone(export) and moved == export.total.amount:
            return Exported(
                external_id=", ".join(map(number_of, documents)),
                message="found there after its answer was lost",
            )
        return None

    def _documents(self, export: PaymentExport) -> list[Json]:
        made = [invoice for _, invoice in self.made_invoices(export.order)]
        if export.kind is Movement.CAPTURE:
            return made
        credited = self.credit_notes(export.order, made)
        if not credited:
            raise Rejected(
                f"Tripletex has no credit note for {self.reference(export.order)}; run CreateCreditNote before this"
            )
        return credited

    def _payment_type(self, export: PaymentExport) -> Json:
        wanted = self._named(export.payment_method)
        fields = "id,description,displayName,currencyCode"
        types = list(self.rows("/invoice/paymentType", fields=fields))
        for row in types:
            if wanted.casefold() in _names(row):
                return row
        known = ", ".join(str(row.get("description")) for row in types)
        raise Misconfigured(
            f"Tripletex has no payment type {wanted} for {export.payment_method}; correct the property with the Key Group"
            f" {METHODS}: there are {known or 'none'}"
        )

    def _named(self, method: str) -> str:
        """Raises LeftAlone where a method has no payment type, Misconfigured where all have none."""
        known = {name.casefold(): str(value or "") for name, value in self.values.payment_methods.items()}
        if not known:
            raise Misconfigured(
                f"No payment method is to be exported: add a property with the Key Group {METHODS} for each one, such as"
                f" {method}, with the id or name of its payment type in Tripletex"
            )
        if not known.get(method.casefold()):
            raise LeftAlone(
                f"Not exported to Tripletex: {method} has no value among the properties with the Key Group {METHODS}"
            )
        return known[method.casefold()]


def _shares(export: PaymentExport, documents: Sequence[Json]) -> list[tuple[Json, Decimal]]:
    """How much of the amount goes on which document. Raises Rejected rather than to pay one twice."""
    left, shares = export.amount.amount, []
    for document in documents:
        if _currency(document) != export.amount.currency:
            raise Rejected(
                f"The payment is in {export.amount.currency}, Tripletex's {_what(export)} in {_currency(document)}"
            )
        share = min(left, abs(_open(document)))
        if share > 0 and (_open(document) > 0) == (export.kind is Movement.CAPTURE):
            shares.append((document, share))
            left -= share
    if left > _ROUNDING or not shares:
        numbers = ", ".join(map(number_of, documents))
        raise Rejected(
            f"Of {_what(export)} {numbers} in Tripletex {export.amount.amount - left} {export.amount.currency} is open, this"
            f" payment is of {export.amount.amount}. Look there whether somebody has registered it already"
        )
    last, share = shares[-1]
    return [*shares[:-1], (last, share + left)]


def _registration(export: PaymentExport, kind: Json, document: Json, share: Decimal) -> dict[str, Any]:
    """In the currency of the payment type's account, and in that of the invoice. Money that is paid out is negative."""
    amount = share if export.kind is Movement.CAPTURE else -share
    same = str(kind.get("currencyCode") or export.amount.currency) == export.amount.currency
    return {
        "paymentDate": export.occurred_at.astimezone(NORWAY).date(),
        "paymentTypeId": id_of(kind),
        "paidAmount": amount if same else (amount * _rate(document)).quantize(_CENT, ROUND_HALF_UP),
        "paidAmountCurrency": amount,
    }


def _rate(document: Json) -> Decimal:
    """From the invoice's currency to that of the books, as Tripletex has booked the invoice."""
    total = amount_of(document, "amountCurrency")
    if not total:
        raise Rejected(f"Invoice {number_of(document)} in Tripletex is of nothing; there is nothing to pay")
    return amount_of(document, "amount") / total


def _is_alone(export: PaymentExport) -> bool:
    """Whether no other payment of the order has moved money that way."""
    field = {Movement.CAPTURE: "captured", Movement.REFUND: "refunded"}[export.kind]
    rows = export.order.sections.get("payments", ())
    return len([row for row in rows if Decimal(str(row.get(field) or 0))]) <= 1


def _moved(document: Json) -> Decimal:
    return abs(amount_of(document, "amountCurrency") - _open(document))


def _open(document: Json) -> Decimal:
    return amount_of(document, "amountCurrencyOutstanding")


def _currency(document: Json) -> str:
    with reading("Tripletex's invoice", RetryLater):
        return str(document["currency"]["code"])


def _names(row: Json) -> Iterable[str]:
    return {str(row.get(name) or "").strip().casefold() for name in ("id", "description", "displayName")}


def _what(export: PaymentExport) -> str:
    return {Movement.CAPTURE: "invoice", Movement.REFUND: "credit note"}[export.kind]
