"""What Adyen's answers say, in the words of the payment contract."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from connectors.contracts.base import Answer, BadAnswer, reading
from connectors.contracts.payment import Payment, PaymentResult, State
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown
from connectors.providers.adyen.events import AdyenEvents
from connectors.providers.adyen.words import LINKS, RESULTS, TAKEN_ON, decline
from tenants.money import Money
from tenants.secret_value import SecretValue

Json = Mapping[str, Any]


class AdyenAnswers(AdyenEvents):
    """The reading half of Adyen."""

    # Adyen's table of currencies departs from ISO 4217 here.
    exponents = {"CLP": 2, "CVE": 0, "IDR": 0, "ISK": 2}
    states = RESULTS
    #: By errorCode or by errorType.
    errors = {"704": Unknown, "security": Misconfigured, "configuration": Misconfigured}

    def kind_of(self, code: str, answer: Answer, writes: bool) -> type[ProviderError]:
        """Adyen says of some refusals that they pass; a try of ours with this key may still be at work then."""
        given = self.errors.get(code) or self.errors.get(str(_error_of(answer).get("errorType")))
        kind = given or super().kind_of(code, answer, writes)
        transient = answer.headers.get("transient-error", "").lower() == "true"
        if kind is Unknown or (kind is Rejected and transient):
            return Unknown if writes else RetryLater
        return kind

    def read_error(self, answer: Answer) -> tuple[str, str]:
        error = _error_of(answer)
        message = error.get("message") or error.get("detail") or error.get("title") or ""
        return str(error.get("errorCode") or ""), str(message)

    def read_payment(self, payment: Payment, body: Json) -> PaymentResult:
        """While the shopper has something to do, Adyen may name no payment yet: ours stands in until it does."""
        with reading("Adyen's answer to the payment", Unknown):
            word, action = body["resultCode"], body.get("action")
            state = _state(RESULTS, word)
            held = state is State.AUTHORIZED
            if held and not body.get("pspReference"):
                raise ValueError("an authorised payment without pspReference")
            return PaymentResult(
                provider_id=body.get("pspReference") or payment.reference,
                state=state,
                raw_state=str(word),
                authorized=self._authorized(payment, body) if held else None,
                redirect_url=_redirect(action) if action else "",
                client_secret=SecretValue(json.dumps(action)) if action else None,
                reason=decline(body) if state is State.DECLINED else "",
            )

    def read_link(self, link: Json) -> PaymentResult:
        with reading("Adyen's payment link", Unknown):
            state = _state(LINKS, link["status"])
            return PaymentResult(
                provider_id=link["id"], state=state, raw_state=str(link["status"]), redirect_url=link["url"]
            )

    def _authorized(self, payment: Payment, body: Json) -> Money:
        if body["resultCode"] == "Authorised" and not body.get("amount"):
            return payment.amount
        return self.money(body["amount"]["value"], body["amount"]["currency"])

    def read_change(self, payment: Payment, body: Json) -> PaymentResult:
        with reading("Adyen's answer", Unknown):
            return PaymentResult(
                provider_id=payment.provider_id,
                state=_state(TAKEN_ON, body["status"]),
                raw_state=str(body["status"]),
                operation_id=body["pspReference"],
            )


def _error_of(answer: Answer) -> Json:
    try:
        body = answer.json()
    except BadAnswer:
        return {}
    return body if isinstance(body, dict) else {}


def _state(table: Mapping[str, State], word: Any) -> State:
    return table.get(word, State.UNKNOWN)


def _redirect(action: Json) -> str:
    """Where to send the shopper, if a plain link does; everything else is for Adyen's own client code."""
    plain_link = action.get("type") == "redirect" and action.get("method", "GET") == "GET"
    return str(action.get("url") or "") if plain_link else ""
