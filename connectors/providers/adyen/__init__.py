"""Adyen, Checkout API v72. Reference: docs.adyen.com/api-explorer/Checkout/72, read on 2026-11-25.

Captures, cancellations and refunds are only taken on ("received"); what became of them is told by webhook. Adyen cannot be
asked about a payment, neither by its id nor by our reference: only a repetition under the same key, which gives the first
answer again, tells whether something was taken on. A payment link, the hosted checkout here, can be read and expired.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlsplit

from connectors.auth import HeaderKey
from connectors.contracts.base import Answer, BadAnswer, Idempotency, reading
from connectors.contracts.payment import Payment, PaymentResult, State
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown
from connectors.providers.adyen import bodies
from connectors.providers.adyen.events import SIGNATURE, AdyenEvents
from connectors.providers.adyen.words import GUIDE, LINKS, RESULTS, TAKEN_ON, decline
from connectors.schema import Boolean, Secret, Settings, Text, Url
from tenants.money import Money
from tenants.secret_value import SecretValue

Json = Mapping[str, Any]

VERSION = "/v72"
_LIVE = "https://{}-checkout-live.adyenpayments.com/checkout"
#: Ids of payment links; those of payments have 16 characters.
_LINK = re.compile(r"PL[0-9A-F]{16,}")


class Prefix(Text):
    def convert(self, raw: Any) -> str:
        text = super().convert(raw)
        if not re.fullmatch(r"[A-Za-z0-9-]+", text):
            raise ValueError("must be the prefix alone, such as 1a2b3c4d5e6f7a8b-NordStore")
        return text


class AdyenSettings(Settings):
    api_token = Secret(
        "API Token", column="bearer_token", help="API key of a credential with the Checkout role."
    )
    merchant_id = Text("Merchant ID", column="merchant_id", help="The merchant account.")
    base_url = Url(
        "Base URL", column="host", required=False, help="Without the version; empty for Adyen's own hosts."
    )
    is_test = Boolean("Is Test", column="is_test", required=False, default=False)
    live_prefix = Prefix(
        "Live URL Prefix", key="LiveUrlPrefix", required=False, help="Customer Area > Developers > API URLs."
    )
    hmac_key = Secret(
        "HMAC Key", key="HmacKey", required=False, help="In hex, as Adyen shows it for the webhook."
    )
    multiple_captures = Boolean(
        "Multiple Captures",
        key="MultipleCaptures",
        required=False,
        default=False,
        help="Whether Adyen has enabled multiple partial captures for the account.",
    )


class Adyen(AdyenEvents):
    slug, label, names = "adyen", "Adyen", ("Adyen",)
    hosts = {"test": "https://checkout-test.adyen.com"}
    settings = AdyenSettings
    auth = HeaderKey("X-API-Key", "api_token")
    check = ("POST", f"{VERSION}/paymentMethods")
    # Kept for 31 days at least. A failure that Adyen marks as transient is not kept (its page on API idempotency).
    idempotency = Idempotency("header:Idempotency-Key", length=64, window_hours=31 * 24, errors_kept=False)
    webhook = SIGNATURE
    webhook_answer = "[accepted]"
    multiple_captures = True
    can_be_asked = False
    # Adyen's table of currencies departs from ISO 4217 here.
    exponents = {"CLP": 2, "CVE": 0, "IDR": 0, "ISK": 2}
    states = RESULTS
    #: By errorCode or by errorType.
    errors = {"704": Unknown, "security": Misconfigured, "configuration": Misconfigured}
    guide = GUIDE

    @classmethod
    def own_host(cls, values: Any) -> str:
        """The live system has a host for each company, and its Checkout there stands in a folder."""
        if values.base_url:
            base = re.sub(r"/v\d+$", "", values.base_url)
            parts = urlsplit(base)
            bare = not parts.path and (parts.hostname or "").endswith("-checkout-live.adyenpayments.com")
            return f"{base}/checkout" if bare else base
        return _LIVE.format(values.live_prefix) if values.live_prefix and not values.is_test else ""

    def check_body(self) -> Json:
        return self._account()

    def read_check(self, body: Any) -> None:
        if not isinstance(body, dict) or "paymentMethods" not in body:
            raise Misconfigured(
                "Adyen's answer lists no payment methods; is this the address of its Checkout API?"
            )

    def create_session(self, payment: Payment) -> PaymentResult:
        return self.read_link(self._post("/paymentLinks", bodies.link_body(payment, self.minor)))

    def authorize(self, payment: Payment) -> PaymentResult:
        """Pays with the token, or goes on with what the shopper's bank gave back where the token holds `details`."""
        client = bodies.client_data(payment)
        if "details" in client:
            return self.read_payment(
                payment, self.post(f"{VERSION}/payments/details", bodies.details_body(client))
            )
        body = bodies.payment_body(payment, client, self.minor)
        return self.read_payment(payment, self._post("/payments", body))

    def status(self, payment: Payment) -> PaymentResult | None:
        if not _is_link(payment):
            return None
        return self.read_link(self.get(self._link(payment)))

    def capture(self, payment: Payment) -> PaymentResult:
        result = self._modify(payment, "captures", payment.amount)
        rest = payment.authorized - payment.captured
        released = Money.zero(rest.currency) if rest <= payment.amount else rest - payment.amount
        return result if self.values.multiple_captures else replace(result, cancelled=released)

    def cancel(self, payment: Payment) -> PaymentResult:
        if _is_link(payment):
            return self._expire(payment)
        if payment.provider_id == payment.reference:
            body = {"paymentReference": payment.reference, "reference": payment.reference}
            return self._taken_on(payment, self._post("/cancels", body))
        return self._modify(payment, "cancels")

    def refund(self, payment: Payment) -> PaymentResult:
        return self._modify(payment, "refunds", payment.amount)

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
            state = State(self.states.get(word, State.UNKNOWN))
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

    def _modify(self, payment: Payment, what: str, amount: Money | None = None) -> PaymentResult:
        if not payment.provider_id or payment.provider_id == payment.reference or _is_link(payment):
            raise Rejected("The shopper has not paid at Adyen yet, as far as its webhooks have told")
        body: dict[str, Any] = {"reference": payment.reference}
        if amount is not None:
            body["amount"] = bodies.amount(amount, self.minor)
        path = f"/payments/{quote(payment.provider_id, safe='')}/{what}"
        return self._taken_on(payment, self._post(path, body))

    def _taken_on(self, payment: Payment, body: Json) -> PaymentResult:
        with reading("Adyen's answer", Unknown):
            return PaymentResult(
                provider_id=payment.provider_id,
                state=_state(TAKEN_ON, body["status"]),
                raw_state=str(body["status"]),
                operation_id=body["pspReference"],
            )

    def _expire(self, payment: Payment) -> PaymentResult:
        """A link that is no longer open cannot be expired; that it has expired before is what was wanted."""
        try:
            link = self.patch(self._link(payment), {"status": "expired"})
        except Rejected:
            link = self.get(self._link(payment))
            if self.read_link(link).state is not State.EXPIRED:
                raise
        result = self.read_link(link)
        return replace(result, state=State.CANCELLED) if result.state is State.EXPIRED else result

    def _post(self, path: str, body: Json) -> Any:
        return self.post(VERSION + path, {**self._account(), **body})

    def _account(self) -> dict[str, Any]:
        return {"merchantAccount": self.values.merchant_id}

    def _link(self, payment: Payment) -> str:
        return f"{VERSION}/paymentLinks/{quote(payment.provider_id, safe='')}"


def _error_of(answer: Answer) -> Json:
    try:
        body = answer.json()
    except BadAnswer:
        return {}
    return body if isinstance(body, dict) else {}


def _is_link(payment: Payment) -> bool:
    return _LINK.fullmatch(payment.provider_id) is not None


def _state(table: Mapping[str, StrEnum], word: Any) -> State:
    return State(table.get(word, State.UNKNOWN))


def _redirect(action: Json) -> str:
    """Where to send the shopper, if a plain link does; everything else is for Adyen's own client code."""
    plain_link = action.get("type") == "redirect" and action.get("method", "GET") == "GET"
    return str(action.get("url") or "") if plain_link else ""
