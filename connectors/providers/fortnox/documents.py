"""Finding orders and invoices by our reference, and whether an order is Fortnox's business at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.common import OrderDocument
from connectors.errors import LeftAlone, Misconfigured, Rejected, RetryLater
from connectors.providers.fortnox.api import Json
from connectors.providers.fortnox.bodies import reference
from connectors.providers.fortnox.masters import Masters, numbers

_GROUP = "FortnoxPaymentMethods"
#: Payments that brought no money and will bring none.
_VAIN = frozenset({"declined", "failed", "cancelled", "expired"})


class Documents(Masters):
    def check_payments(self, order: OrderDocument) -> None:
        """Raises LeftAlone for an order that was paid in a way that is not Fortnox's business."""
        used = {str(row["payment_method"]) for row in order.sections.get("payments", ()) if _counts(row)}
        if used:
            self.modes(*sorted(used))

    def modes(self, *methods: str) -> list[str]:
        """The codes of the modes of payment. Raises LeftAlone where a method has none, Misconfigured where all have none."""
        known = {name.casefold(): str(value or "") for name, value in self.values.payment_methods.items()}
        if not known:
            raise Misconfigured(
                f"No payment method is to be exported: add a property with the Key Group {_GROUP} for each one, such as"
                f" {methods[0]}"
            )
        missing = [name for name in methods if name.casefold() not in known]
        if missing:
            raise LeftAlone(
                f"Not exported to Fortnox: {', '.join(missing)} is not among the properties with the Key Group {_GROUP}"
            )
        return [known[name.casefold()] for name in methods]

    def reference(self, order: OrderDocument) -> str:
        return reference(order, self.values.reference_prefix)

    def order_of(self, order: OrderDocument) -> Json | None:
        """The order's list entry. Raises Rejected where there are several, or only a cancelled one."""
        return self._found("orders", "Orders", self.reference(order))

    def invoice_by(self, ours: str, *, what: str = "invoices") -> Json | None:
        return self._found("invoices", "Invoices", ours, what=what)

    def invoice_number(self, order: OrderDocument) -> str | None:
        """Of the invoice that was made of the order, else of the one with our reference."""
        there = self.order_of(order) if self.values.export_as == "Order" else None
        if there is not None:
            made_of_it = _given(self.one(_path("orders", there), "Order").get("InvoiceReference"))
            if made_of_it:
                return made_of_it
        found = self.invoice_by(self.reference(order))
        return _number(found) if found else None

    def invoice(self, number: str) -> Json:
        return self.one(f"/3/invoices/{number}", "Invoice")

    def book(self, invoice: Json) -> str:
        """Book an invoice where that is wanted; what was done, for the result."""
        if self.values.bookkeep != "Everything" or invoice.get("Booked") is True:
            return ""
        self.done(f"/3/invoices/{_number(invoice)}/bookkeep", "Invoice")
        return "booked"

    def is_unbooked(self, invoice: Json) -> bool:
        return self.values.bookkeep == "Everything" and invoice.get("Booked") is not True

    def _found(self, path: str, name: str, ours: str, *, what: str = "") -> Json | None:
        """The filter finds whatever contains the reference."""
        what = what or path
        with reading(f"Fortnox's {path}", RetryLater):
            rows = self.rows(f"/3/{path}", name, externalinvoicereference1=ours)
            same = [row for row in rows if str(row["ExternalInvoiceReference1"]).strip() == ours]
            standing = [row for row in same if row["Cancelled"] is not True]
        if len(standing) > 1:
            raise Rejected(f"Fortnox has several {what} for {ours}: {numbers(standing)}; cancel all but one")
        if same and not standing:
            raise Rejected(
                f"Fortnox has cancelled {what} for {ours}: {numbers(same)}. If it is still wanted, make it there with {ours}"
                " as external invoice reference"
            )
        return standing[0] if standing else None


def _path(path: str, row: Json) -> str:
    return f"/3/{path}/{_number(row)}"


def number_of(row: Json) -> str:
    """The document's number. Raises RetryLater for a record without one."""
    return _number(row)


def given(value: Any) -> str:
    """A number of another document; "" where Fortnox writes none as 0."""
    return _given(value)


def _number(row: Json) -> str:
    with reading("Fortnox's document", RetryLater):
        number = str(row["DocumentNumber"]).strip()
        if not number.isdecimal():
            raise ValueError("its number is none")
        return number


def _given(value: Any) -> str:
    text = str(value or "").strip()
    return "" if text == "0" else text


def _counts(payment: Mapping[str, Any]) -> bool:
    return str(payment.get("state", "")).lower() not in _VAIN
