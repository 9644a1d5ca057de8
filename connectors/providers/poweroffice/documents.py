"""Finding sales orders and invoices by our reference, and making the one of the other, which Go does in its own time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from connectors.contracts.base import NotExecuted, reading
from connectors.contracts.common import Exported, OrderDocument
from connectors.errors import Rejected, RetryLater, Unknown
from connectors.providers.poweroffice.api import LAG, Json, listed, short
from connectors.providers.poweroffice.masters import Masters

#: Seconds between the questions whether the invoice is there.
_ASK_AFTER = (0.5, 1, 2, 4, 8)
#: Seconds after which an invoice that is still being made is asked for again.
_LATER_S = 30.0
#: Nothing of an order was made longer than this before it was placed.
_BEFORE = timedelta(days=1)


class Documents(Masters):
    def reference(self, order: OrderDocument) -> str:
        return short(f"{self.values.reference_prefix}{order.number}".strip())

    def order_of(self, order: OrderDocument) -> Json | None:
        """The sales order, or the invoice that was made of it: both have the same Id."""
        ours = self.reference(order)
        customer = self.customer_of(order)
        draft = self.draft(ours, order, customer) if customer is not None else None
        return draft or self.invoice_by(ours)

    def draft(self, ours: str, order: OrderDocument, customer: Json) -> Json | None:
        """Sales orders cannot be looked for by reference, so those of the customer are compared."""
        with reading("PowerOffice Go's sales orders", RetryLater):
            rows = self.rows(
                "/SalesOrders",
                customerNos=str(customer["Number"]),
                onlyCreatedByCurrentIntegration="true",
                lastChangedDateTimeOffsetGreaterThan=(order.placed_at - _BEFORE).isoformat(),
            )
            return next((row for row in rows if row["ExternalImportReference"] == ours), None)

    def invoice_by(self, ours: str) -> Json | None:
        """The invoice or credit note that stands. Raises Rejected where all were reversed."""
        with reading("PowerOffice Go's invoices", RetryLater):
            rows = self.rows("/OutgoingInvoices", customMatchingReferences=listed([ours]))
            same = [row for row in rows if row["ExternalImportReference"] == ours]
            standing = [row for row in same if row["IsReversed"] is not True]
            if same and not standing:
                raise Rejected(
                    f"Invoice {same[0]['InvoiceNo']} of {ours} was reversed in PowerOffice Go. If it is still wanted,"
                    " make it there"
                )
            return standing[0] if standing else None

    def sent_state(self, identifier: str) -> Json:
        """How the invoicing of a sales order stands; {} where nothing is known of it."""
        answer = self.send("GET", "/SalesOrders/sentState", write=False, query={"id": identifier})
        if answer.status == 204:
            return {}
        with reading("PowerOffice Go's state of an invoice", RetryLater):
            return next((row for row in answer.json() if str(row["Id"]).lower() == identifier.lower()), {})

    def send_invoice(self, identifier: str, email: str) -> tuple[str, str]:
        """The number of the invoice that is made of a sales order, and what is to be said of it."""
        state = self.sent_state(identifier)
        if not number_in(state) and state.get("IsInvoiceBeingProcessed") is not True:
            self.post(f"/SalesOrders/{identifier}/createAndSendInvoice", self._wanted(email))
        return self._awaited(identifier)

    def settle_sending(self, document: Json) -> Any:
        """What became of a request to invoice. Raises Unknown while it is being carried out."""
        state = self.sent_state(str(document["Id"]))
        if number_in(state):
            return Exported(external_id=number_in(state), message="found there after its answer was lost")
        if state.get("IsInvoiceBeingProcessed") is True:
            raise _still_at_it()
        return NotExecuted() if state.get("LastErrorMessage") else NotExecuted(proved_after_s=LAG)

    def _wanted(self, email: str) -> dict[str, Any]:
        body = {"DeliveryType": self.values.invoice_delivery}
        return {**body, "EmailAddress": email} if email else body

    def _awaited(self, identifier: str) -> tuple[str, str]:
        for wait in (*_ASK_AFTER, None):
            state = self.sent_state(identifier)
            failure = str(state.get("LastErrorMessage") or "").strip()
            if number_in(state):
                return number_in(state), f"but not delivered: {failure}" if failure else ""
            if failure and state.get("IsInvoiceBeingProcessed") is not True:
                raise Rejected(f"PowerOffice Go could not make the invoice: {failure}")
            if wait is None or not self.door.pause(wait):
                break
        raise _still_at_it()


def _still_at_it() -> Unknown:
    return Unknown("PowerOffice Go is still making the invoice; it is asked again", retry_after=_LATER_S)


def number_in(state: Json) -> str:
    """The number of an invoice; "" before there is one."""
    number = state.get("InvoiceNo")
    return str(number) if number else ""
