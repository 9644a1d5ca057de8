"""Refunds over several captures. What a try has done is found again by its mark, so that no other try does it twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote

from connectors.contracts.base import NotExecuted
from connectors.contracts.payment import Part, Payment, PaymentResult, State
from connectors.errors import ProviderError, ReadBack, Rejected, Unknown
from connectors.providers.paypal.bodies import refund_body, refund_mark
from connectors.providers.paypal.captures import LAG_S, PaypalCaptures
from connectors.providers.paypal.objects import Json, linked, listed, money_of
from tenants.money import Money


@dataclass(frozen=True, slots=True)
class Share:
    """What one capture gives of a refund; `done` is the refund where an earlier try has made it."""

    capture: str
    amount: Money
    done: Json | None


class PaypalRefunds(PaypalCaptures):
    """Refunding, newest captures first."""

    def give_back(self, order: Json, payment: Payment) -> PaymentResult:
        """Refund, whatever of it is already done. Raises ReadBack when less than the amount is left."""
        made: list[Json] = []
        for share in self.shares(order, payment):
            try:
                made.append(share.done or self._refund(share, payment))
            except ProviderError as error:
                return self._broken_off(order, made, error)
        return self._given(order, made)

    def shares(self, order: Json, payment: Payment) -> list[Share]:
        """The same on each try: what this refund has taken by then counts as still there."""
        mark, rest = refund_mark(payment), payment.amount
        ours = {linked(item, "up"): item for item in self._standing(order) if item.get("custom_id") == mark}
        plan = []
        for capture in reversed(listed(order, "captures")):
            amount = min(self._left(order, capture, mark), rest)
            if amount:
                plan.append(Share(capture["id"], amount, ours.get(capture["id"])))
                rest = rest - amount
        if rest:
            raise ReadBack(f"Only {payment.amount - rest} can still be refunded at PayPal")
        if 1 < len(plan):
            self._check_strangers(order, payment)
        return plan

    def settle_refund(self, order: Json, payment: Payment) -> PaymentResult | NotExecuted | None:
        """By our mark, else by the total. None where PayPal knows of refunds that we do not."""
        nothing = Money.zero(payment.amount.currency)
        ours = [item for item in self._standing(order) if item.get("custom_id") == refund_mark(payment)]
        done = sum((money_of(item) for item in ours), nothing)
        if payment.amount <= done:
            return self._given(order, ours)
        refunded = self.sum_of("refund", listed(order, "refunds"), payment.amount.currency) or nothing
        if payment.refunded + payment.amount <= refunded:
            return self.read_order(order)
        return NotExecuted(LAG_S) if self._strange(order, payment) <= payment.refunded else None

    def _refund(self, share: Share, payment: Payment) -> Json:
        body = refund_body(payment, share.amount, self.amount)
        path = f"/v2/payments/captures/{quote(share.capture, safe='')}/refund"
        refund: Json = self.post(path, body, part=share.capture)
        if self.word("refund", refund) is State.DECLINED:
            raise Rejected(f"PayPal did not refund {share.amount}: {refund['status']}", code=refund["status"])
        return refund

    def _given(self, order: Json, made: list[Json]) -> PaymentResult:
        """As far as one refund still waits, the whole does."""
        told = {self.word("refund", item): item["status"] for item in made}
        state = next((word for word in (State.UNKNOWN, State.PENDING) if word in told), State.REFUNDED)
        parts = [
            Part(operation_id=item["id"], amount=money_of(item), state=self.word("refund", item))
            for item in made
        ]
        return PaymentResult(
            provider_id=order["id"],
            state=state,
            raw_state=told[state],
            refunded=self._refunded(order, made),
            operation_id=parts[0].operation_id if len(parts) == 1 else "",
            parts=tuple(parts),
        )

    def _refunded(self, order: Json, made: list[Json]) -> Money | None:
        new = {item["id"]: item for item in made}
        known = [item for item in listed(order, "refunds") if item["id"] not in new]
        return self.sum_of("refund", [*known, *made], money_of(made[0]).currency)

    def _broken_off(self, order: Json, made: list[Json], error: ProviderError) -> PaymentResult:
        """What the first captures gave stands. Raises the error where there is nothing, or where it may pass."""
        if not made:
            raise error
        if isinstance(error, (Rejected, ReadBack)):
            return replace(self._given(order, made), reason=error.message)
        raise Unknown(
            error.message,
            code=error.code,
            status=error.status,
            retry_after=error.retry_after,
            answered=error.answered,
        )

    def _left(self, order: Json, capture: Json, mark: str) -> Money:
        """What a capture can give to the refund of this mark."""
        amount = money_of(capture)
        nothing = Money.zero(amount.currency)
        if self.word("capture", capture) not in {State.CAPTURED, State.REFUNDED}:
            return nothing
        others = [
            item
            for item in self._standing(order)
            if linked(item, "up") == capture["id"] and item.get("custom_id") != mark
        ]
        return max(nothing, amount - sum((money_of(item) for item in others), nothing))

    def _standing(self, order: Json) -> list[Json]:
        """The refunds that have not failed."""
        return [item for item in listed(order, "refunds") if self.word("refund", item) is not State.DECLINED]

    def _strange(self, order: Json, payment: Payment) -> Money:
        """What was or may be refunded otherwise than by this operation."""
        mark = refund_mark(payment)
        others = [item for item in listed(order, "refunds") if item.get("custom_id") != mark]
        return self.sum_of("refund", others, payment.amount.currency, pending=True) or Money.zero(
            payment.amount.currency
        )

    def _check_strangers(self, order: Json, payment: Payment) -> None:
        """Raises Unknown: a refund that we do not know could be an earlier try whose mark was lost."""
        strange = self._strange(order, payment)
        if payment.refunded < strange:
            raise Unknown(
                f"PayPal has refunded {strange} of this payment, of which {payment.refunded} is known here; wait for"
                " PayPal's webhooks, or look there"
            )
