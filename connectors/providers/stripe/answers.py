"""What Stripe's objects, errors and events say, in the words of the payment contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connectors.contracts.base import Answer, BadAnswer
from connectors.contracts.payment import PaymentProvider, PaymentResult, State
from connectors.errors import Misconfigured, ProviderError, ReadBack, Rejected, RetryLater, Unknown
from connectors.providers.stripe.words import REFUNDS, SESSIONS, decline
from tenants.money import Money, exponent
from tenants.secret_value import SecretValue

Json = Mapping[str, Any]


class StripeAnswers(PaymentProvider):
    """The reading half of Stripe."""

    # Two decimals for currencies that have lost theirs, none for the ariary (docs.stripe.com/currencies, special cases).
    exponents = {"ISK": 2, "UGX": 2, "MGA": 0}
    states = {
        "requires_payment_method": State.PENDING,
        "requires_confirmation": State.PENDING,
        "requires_action": State.PENDING,
        "processing": State.PENDING,
        "requires_capture": State.AUTHORIZED,
        "succeeded": State.CAPTURED,
        "canceled": State.CANCELLED,
    }
    errors = {
        "payment_intent_unexpected_state": ReadBack,
        "charge_already_captured": ReadBack,
        "charge_already_refunded": ReadBack,
        "lock_timeout": RetryLater,
        "rate_limit": RetryLater,
        "idempotency_error": Unknown,
        "idempotency_key_in_use": Unknown,
        "api_key_expired": Misconfigured,
        "platform_api_key_expired": Misconfigured,
        "secret_key_required": Misconfigured,
    }

    def minor(self, money: Money) -> int:
        units = super().minor(money)
        if exponent(money.currency) == 3 and units % 10:
            raise Rejected(f"Stripe takes {money.currency} in steps of 0.010; {money} is between two of them")
        return units

    def read_error(self, answer: Answer) -> tuple[str, str]:
        try:
            error = dict(answer.json()["error"])
        except (BadAnswer, KeyError, TypeError, ValueError):
            return "", ""
        code = error.get("decline_code") or error.get("code") or error.get("type") or ""
        message = decline(error) if error.get("type") == "card_error" else error.get("message") or ""
        return str(code), str(message)

    def kind_of(self, code: str, answer: Answer, writes: bool) -> type[ProviderError]:
        kind = super().kind_of(code, answer, writes)
        repeatable = answer.status == 409 or answer.headers.get("Stripe-Should-Retry") == "true"
        return RetryLater if kind is Rejected and repeatable else kind

    def classify(self, answer: Answer, writes: bool) -> ProviderError | None:
        error = super().classify(answer, writes)
        if error is not None:
            error.final = answer.headers.get("Stripe-Should-Retry") == "false"
            # Another try of ours with this key is still at work over there: this answer is none to that one.
            error.answered = error.code != "idempotency_key_in_use"
        return error

    def read_intent(self, intent: Json, charge: Json | None = None) -> PaymentResult:
        """A PaymentIntent; what was refunded is known only with its charge."""
        self.check_mode(intent)
        action = intent.get("next_action") or {}
        secret, failure = intent.get("client_secret"), intent.get("last_payment_error")
        state = self._intent_state(intent)
        result = PaymentResult(
            provider_id=intent["id"],
            state=state,
            raw_state=intent["status"],
            captured=self.money(intent.get("amount_received") or 0, intent["currency"]),
            redirect_url=(action.get("redirect_to_url") or {}).get("url") or "",
            client_secret=SecretValue(secret) if secret else None,
            reason=decline(failure) if failure and state is State.DECLINED else "",
        )
        if state is State.AUTHORIZED:
            return replace(result, authorized=self.money(intent["amount_capturable"], intent["currency"]))
        return self._captured(result, intent, charge) if state is State.CAPTURED else result

    def _captured(self, result: PaymentResult, intent: Json, charge: Json | None) -> PaymentResult:
        authorized = self.money(intent["amount"], intent["currency"])
        captured = result.captured or Money.zero(authorized.currency)
        refunded = self._refunded(charge) if charge else None
        state = State.REFUNDED if refunded and captured <= refunded else State.CAPTURED
        return replace(
            result, state=state, authorized=authorized, cancelled=authorized - captured, refunded=refunded
        )

    def read_session(self, session: Json) -> PaymentResult:
        """A hosted checkout. With manual capture a completed one is "unpaid": only its PaymentIntent tells more."""
        self.check_mode(session)
        status, paid = session["status"], session.get("payment_status") == "paid"
        intent = session.get("payment_intent") if status != "open" else None
        return PaymentResult(
            provider_id=intent or session["id"],
            state=State.CAPTURED if paid else SESSIONS.get(status, State.UNKNOWN),
            raw_state=status or "",
            captured=self.money(session["amount_total"], session["currency"]) if paid else None,
            redirect_url=session.get("url") or "",
        )

    def read_charge(self, charge: Json) -> PaymentResult:
        self.check_mode(charge)
        currency, done = charge["currency"], charge["captured"]
        captured, refunded = self.money(charge["amount_captured"], currency), self._refunded(charge)
        if done:
            state = State.REFUNDED if refunded and captured <= refunded else State.CAPTURED
        else:
            state = State.CANCELLED if charge["refunded"] else State.AUTHORIZED
        return PaymentResult(
            provider_id=charge.get("payment_intent") or "",
            state=state,
            raw_state=charge["status"],
            authorized=self.money(charge["amount"], currency),
            captured=captured,
            refunded=refunded,
            cancelled=self.money(charge["amount"] - charge["amount_captured"], currency) if done else None,
        )

    def read_refund(self, refund: Json) -> PaymentResult:
        return PaymentResult(
            provider_id=refund.get("payment_intent") or "",
            state=REFUNDS.get(refund.get("status") or "", State.UNKNOWN),
            raw_state=refund.get("status") or "",
            operation_id=refund["id"],
            reason=refund.get("failure_reason") or "",
        )

    def check_mode(self, item: Json) -> None:
        """Raises Misconfigured for an object of the other mode."""
        if item.get("livemode") is self.config.is_test:
            mode = "live" if item["livemode"] else "test"
            raise Misconfigured(f"Stripe sent something of its {mode} mode; Is Test says otherwise")

    def _intent_state(self, intent: Json) -> State:
        status = intent["status"]
        if status == "requires_payment_method" and intent.get("last_payment_error"):
            return State.DECLINED
        if status == "requires_capture" and not intent.get("amount_capturable"):
            return State.UNKNOWN
        if status == "canceled" and intent.get("cancellation_reason") == "automatic":
            return State.EXPIRED
        return State(self.states.get(status, State.UNKNOWN))

    def _refunded(self, charge: Json) -> Money:
        """What went back to the shopper: Stripe counts what was released uncaptured among the refunds."""
        released = charge["amount"] - charge["amount_captured"]
        return self.money(max(0, charge["amount_refunded"] - released), charge["currency"])
