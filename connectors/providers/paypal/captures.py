"""Captures of an authorisation. What a try has done is found again by its mark, so that no other try does it twice."""

from __future__ import annotations

from dataclasses import replace

from connectors.contracts.base import NotExecuted
from connectors.contracts.payment import Payment, PaymentResult, State
from connectors.errors import Rejected
from connectors.providers.paypal.bodies import capture_mark
from connectors.providers.paypal.events import PaypalEvents
from connectors.providers.paypal.objects import Json, listed, money_of, with_item
from tenants.money import Money

#: Seconds within which an order may not show yet what was done about it.
LAG_S = 120


class PaypalCaptures(PaypalEvents):
    """Reading captures and finding ours."""

    def own_capture(self, order: Json, payment: Payment) -> Json | None:
        """The capture that an earlier try of this very operation has made."""
        mark = capture_mark(payment)
        ours = (item for item in listed(order, "captures") if item.get("invoice_id") == mark)
        standing = (item for item in ours if self.word("capture", item) is not State.DECLINED)
        return next((item for item in standing if money_of(item) == payment.amount), None)

    def captured(self, order: Json, capture: Json) -> PaymentResult:
        """Raises Rejected for a capture that PayPal has declined."""
        state = self.word("capture", capture)
        reason = (capture.get("status_details") or {}).get("reason") or ""
        if state is State.DECLINED:
            told = f"PayPal did not capture: {capture['status']} {reason}".rstrip()
            raise Rejected(told, code=reason or capture["status"])
        result = replace(
            self.read_order(with_item(order, "captures", capture)),
            operation_id=capture["id"],
            redirect_url="",
        )
        if state in {State.PENDING, State.UNKNOWN}:
            return replace(result, state=state, raw_state=str(capture.get("status")), reason=reason)
        return result

    def settle_capture(self, order: Json, payment: Payment) -> PaymentResult | NotExecuted | None:
        """By our mark, else by the totals. None where something was captured that we know nothing of."""
        made = self.own_capture(order, payment)
        if made is not None:
            return self.captured(order, made)
        currency, captures = payment.amount.currency, listed(order, "captures")
        nothing = Money.zero(currency)
        if payment.captured + payment.amount <= (self.sum_of("capture", captures, currency) or nothing):
            return self.read_order(order)
        possible = self.sum_of("capture", captures, currency, pending=True) or nothing
        return NotExecuted(LAG_S) if possible <= payment.captured else None
