"""What PayPal's orders, authorisations, captures, refunds and errors say, in the words of the payment contract."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from connectors.contracts.base import Answer, BadAnswer
from connectors.contracts.payment import PaymentProvider, PaymentResult, State
from connectors.errors import Misconfigured, ReadBack, Unknown
from connectors.providers.paypal.objects import (
    Json,
    authorization_of,
    listed,
    moment,
    money_of,
    text_of,
    unit_of,
)
from connectors.providers.paypal.words import CURRENCIES, STATES, decline
from tenants.money import Money, exponent

_APPROVAL = ("approve", "payer-action")


class PaypalAnswers(PaymentProvider):
    """The reading half of PayPal."""

    multiple_captures = True
    approves_first = True
    # Currencies of which PayPal takes whole amounts only (developer.paypal.com, currency codes).
    exponents = {"HUF": 0, "TWD": 0}
    currencies = CURRENCIES
    states = STATES
    errors = {
        "ORDER_ALREADY_AUTHORIZED": ReadBack,
        "ORDER_ALREADY_CAPTURED": ReadBack,
        "AUTHORIZATION_ALREADY_CAPTURED": ReadBack,
        "PREVIOUSLY_CAPTURED": ReadBack,
        "PREVIOUSLY_VOIDED": ReadBack,
        "CAPTURE_FULLY_REFUNDED": ReadBack,
        "DUPLICATE_INVOICE_ID": ReadBack,
        "PREVIOUS_REQUEST_IN_PROGRESS": Unknown,
        "ORDER_COMPLETION_IN_PROGRESS": Unknown,
        "INVALID_ACCOUNT_STATUS": Misconfigured,
        "PERMISSION_DENIED": Misconfigured,
        "NOT_AUTHORIZED": Misconfigured,
        "PAYEE_ACCOUNT_INVALID": Misconfigured,
        "PAYEE_ACCOUNT_LOCKED_OR_CLOSED": Misconfigured,
        "PAYEE_ACCOUNT_RESTRICTED": Misconfigured,
        "PAYEE_ACCOUNT_NOT_VERIFIED": Misconfigured,
        "AUTH_CAPTURE_NOT_ENABLED": Misconfigured,
    }

    def amount(self, money: Money) -> dict[str, str]:
        """An amount as PayPal takes it. Raises Rejected for what it cannot express."""
        units, places = self.minor(money), self.exponents.get(money.currency, exponent(money.currency))
        return {"currency_code": money.currency, "value": f"{Decimal(units).scaleb(-places):f}"}

    def read_error(self, answer: Answer) -> tuple[str, str]:
        try:
            error = dict(answer.json())
            detail = dict((error.get("details") or [{}])[0])
        except (BadAnswer, LookupError, TypeError, ValueError):
            return "", ""
        code = str(detail.get("issue") or error.get("name") or error.get("error") or "")
        text = str(detail.get("description") or error.get("message") or error.get("error_description") or "")
        field, known = detail.get("field"), error.get("debug_id")
        text = text or (f"PayPal says {code}" if code else "")
        told = decline(code) or (f"{text} ({field})" if text and field else text)
        return code, f"{told} (PayPal's debug id {known})" if told and known else told

    def read_order(self, order: Json) -> PaymentResult:
        """An order with everything that was done about it."""
        unit = unit_of(order)
        authorization, captures = authorization_of(order), listed(order, "captures")
        refunds = listed(order, "refunds")
        state, raw = self._state(order, authorization, captures, refunds)
        currency = _currency(unit, [*captures, *refunds, *([authorization] if authorization else [])])
        captured = self.sum_of("capture", captures, currency)
        authorized = _held(self.word("authorization", authorization), authorization, captured)
        return PaymentResult(
            provider_id=text_of(order, "id"),
            state=state,
            raw_state=raw,
            authorized=authorized,
            captured=captured,
            refunded=self.sum_of("refund", refunds, currency),
            cancelled=self._released(authorization, captures, authorized, captured),
            redirect_url=_approval(order) if state is State.PENDING else "",
            reason=_reason(authorization) if state in {State.DECLINED, State.PENDING} else "",
        )

    def word(self, kind: str, item: Json | None) -> State:
        """What the status of an object of a kind says; UNKNOWN also for none at all."""
        return (
            State(self.states.get(f"{kind} {item.get('status')}", State.UNKNOWN)) if item else State.UNKNOWN
        )

    def ended(self, authorization: Json) -> State:
        """As `word`, and whether a voided authorisation had been over by then."""
        state = self.word("authorization", authorization)
        over, changed = authorization.get("expiration_time"), authorization.get("update_time")
        late = bool(over and changed) and moment(over) <= moment(changed)
        return State.EXPIRED if state is State.CANCELLED and late else state

    def sum_of(
        self, kind: str, items: Iterable[Json], currency: str, *, pending: bool = False
    ) -> Money | None:
        """What was moved by captures or refunds; with `pending` also what may yet be. None without a currency."""
        counted = {State.CAPTURED, State.REFUNDED, *([State.PENDING, State.UNKNOWN] if pending else [])}
        moved = [money_of(item) for item in items if self.word(kind, item) in counted]
        return sum(moved, Money.zero(currency)) if currency else None

    def _state(
        self, order: Json, authorization: Json | None, captures: Sequence[Json], refunds: Sequence[Json]
    ) -> tuple[State, str]:
        """The payment's state and PayPal's word for it; one word that we do not know makes all of it unknown."""
        known = [("capture", item) for item in captures] + [("refund", item) for item in refunds]
        known += [("authorization", authorization)] if authorization else []
        for kind, item in known:
            if self.word(kind, item) is State.UNKNOWN:
                return State.UNKNOWN, str(item.get("status"))
        raw = str((authorization or order).get("status"))
        taken = [self.word("capture", item) for item in captures]
        if State.CAPTURED in taken:
            return State.CAPTURED, raw
        if State.REFUNDED in taken:
            return State.REFUNDED, raw
        if State.PENDING in taken:
            return State.PENDING, "PENDING"
        if authorization is None:
            return self.word("order", order), raw
        state = self.ended(authorization)
        return (State.UNKNOWN if state is State.CAPTURED else state), raw

    def _released(
        self, authorization: Json | None, captures: Sequence[Json], held: Money | None, captured: Money | None
    ) -> Money | None:
        """What a void or a last capture has let go."""
        if held is None or captured is None or not captured < held:
            return None
        voided = self.word("authorization", authorization) is State.CANCELLED
        last = any(item.get("final_capture") is True for item in captures) and bool(captured)
        return held - captured if voided or last else None


def _approval(order: Json) -> str:
    links = order.get("links") or ()
    return next((str(link["href"]) for link in links if link["rel"] in _APPROVAL), "")


def _held(state: State, authorization: Json | None, captured: Money | None) -> Money | None:
    """What was reserved; an order that is captured at once reserves what it takes."""
    if authorization is None:
        return captured or None
    return None if state in {State.DECLINED, State.PENDING, State.UNKNOWN} else money_of(authorization)


def _reason(authorization: Json | None) -> str:
    reason = ((authorization or {}).get("status_details") or {}).get("reason")
    if not authorization or not (reason or authorization.get("status") == "DENIED"):
        return ""
    return f"PayPal says: {authorization['status']}{f', {reason}' if reason else ''}"


def _currency(unit: Json, items: Sequence[Json]) -> str:
    source = unit.get("amount") or next((item["amount"] for item in items), None)
    return str(source["currency_code"]) if source else ""
