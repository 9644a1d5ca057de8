"""What Vipps' payments and problems say, in the words of the payment contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from connectors.contracts.base import Answer, BadAnswer
from connectors.contracts.payment import PaymentProvider, PaymentResult, State
from connectors.errors import ProviderError, ReadBack, Rejected, RetryLater
from connectors.providers.vipps.words import ERRORS, REASONS
from tenants.money import Money

Json = Mapping[str, Any]

#: The detail of a problem that holds Vipps' own code.
_CODE = "ErrorCode"
_LOCKED = 423


class Totals(NamedTuple):
    """The amounts of a payment so far; what was cancelled was never captured."""

    authorized: Money
    captured: Money
    refunded: Money
    cancelled: Money


class VippsAnswers(PaymentProvider):
    """The reading half of Vipps."""

    multiple_captures = True
    currencies = frozenset({"DKK", "EUR", "NOK"})
    states = {
        "CREATED": State.PENDING,
        "AUTHORIZED": State.AUTHORIZED,
        "ABORTED": State.DECLINED,
        "EXPIRED": State.EXPIRED,
        "TERMINATED": State.CANCELLED,
    }
    errors = ERRORS

    def read_error(self, answer: Answer) -> tuple[str, str]:
        """The number among the details, else the end of the type. What stands in front of Vipps answers otherwise."""
        try:
            problem = answer.json()
            details = dict(_details(problem))
            code = details.pop(_CODE, "") or str(problem.get("type") or "").rstrip("/").rpartition("/")[2]
            text = str(problem.get("detail") or problem.get("title") or problem.get("message") or "")
        except (BadAnswer, AttributeError, LookupError, TypeError, ValueError):
            return "", ""
        fields = "; ".join(f"{name}: {reason}" for name, reason in details.items())
        return code, f"{text} ({fields})" if text and fields else text or fields

    def kind_of(self, code: str, answer: Answer, writes: bool) -> type[ProviderError]:
        if answer.status == _LOCKED:
            return RetryLater
        kind = super().kind_of(code, answer, writes)
        return Rejected if kind is ReadBack and not writes else kind

    def read_opened(self, body: Json) -> PaymentResult:
        """A payment that waits for the shopper; a push message needs no page to send him to."""
        return PaymentResult(
            provider_id=_text(body["reference"]),
            state=State.PENDING,
            raw_state="CREATED",
            redirect_url=body.get("redirectUrl") or "",
        )

    def read_payment(self, body: Json) -> PaymentResult:
        """A payment as it is read, or as it stands after a change."""
        told = _text(body["state"])
        totals = self.read_totals(body["aggregate"])
        state = State(self.states.get(told, State.UNKNOWN))
        if state is State.AUTHORIZED:
            state = _by_amounts(totals)
        return PaymentResult(
            provider_id=_text(body["reference"]),
            state=state,
            raw_state=told,
            authorized=totals.authorized,
            captured=totals.captured,
            refunded=totals.refunded,
            cancelled=totals.cancelled,
            redirect_url=(body.get("redirectUrl") or "") if state is State.PENDING else "",
            reason=REASONS.get(told, ""),
        )

    def read_totals(self, aggregate: Json) -> Totals:
        return Totals(*(self.read_amount(aggregate[f"{name}Amount"]) for name in Totals._fields))

    def read_amount(self, amount: Json) -> Money:
        """Raises ValueError for what is no whole number of minor units."""
        value = amount["value"]
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ValueError("an amount is no whole number")
        return self.money(value, amount["currency"])


def _by_amounts(totals: Totals) -> State:
    """What has become of an approved payment. The rest of a partial capture may still be held, or be released."""
    if totals.captured:
        return State.REFUNDED if totals.captured <= totals.refunded else State.CAPTURED
    if totals.cancelled and totals.authorized <= totals.cancelled:
        return State.CANCELLED
    return State.AUTHORIZED if totals.authorized else State.UNKNOWN


def _details(problem: Json) -> Iterator[tuple[str, str]]:
    for item in problem.get("extraDetails") or ():
        yield str(item["name"]), str(item["reason"])


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("not a text")
    return value
