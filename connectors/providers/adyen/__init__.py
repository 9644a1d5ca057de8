"""Adyen, Checkout API v72. Reference: docs.adyen.com/api-explorer/Checkout/72, read on 2026-11-25.

Captures, cancellations and refunds are only taken on ("received"); what became of them is told by webhook. Adyen cannot be
asked about a payment, neither by its id nor by our reference: only a repetition under the same key, which gives the first
answer again, tells whether something was taken on. A payment link, the hosted checkout here, can be read and expired.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from connectors.auth import HeaderKey
from connectors.contracts.base import Idempotency
from connectors.contracts.payment import Payment, PaymentResult, State
from connectors.errors import Misconfigured, Rejected
from connectors.providers.adyen import bodies
from connectors.providers.adyen.answers import AdyenAnswers, Json
from connectors.providers.adyen.events import SIGNATURE
from connectors.providers.adyen.registration import AdyenRegistration
from connectors.providers.adyen.words import ALERTS, EVENTS, GUIDE
from connectors.schema import Boolean, Secret, Settings, Text, Url
from tenants.money import Money

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


class Adyen(AdyenRegistration, AdyenAnswers):
    slug, label, names = "adyen", "Adyen", ("Adyen",)
    hosts = {"test": "https://checkout-test.adyen.com"}
    settings = AdyenSettings
    auth = HeaderKey("X-API-Key", "api_token")
    check = ("POST", f"{VERSION}/paymentMethods")
    # Kept for 31 days at least. A failure that Adyen marks as transient is not kept (its page on API idempotency).
    idempotency = Idempotency("header:Idempotency-Key", length=64, window_hours=31 * 24, errors_kept=False)
    webhook = SIGNATURE
    webhook_events = (*EVENTS, *ALERTS)
    webhook_answer = "[accepted]"
    multiple_captures = True
    can_be_asked = False
    takes_details = True
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
            told = self.post(f"{VERSION}/payments/details", bodies.details_body(client))
            if (
                isinstance(told, dict)
                and told.get("merchantReference", payment.reference) != payment.reference
            ):
                raise Rejected(
                    "The details are of another payment; hand over those that this one's return gave"
                )
            return self.read_payment(payment, told)
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
            return self.read_change(payment, self._post("/cancels", body))
        return self._modify(payment, "cancels")

    def refund(self, payment: Payment) -> PaymentResult:
        return self._modify(payment, "refunds", payment.amount)

    def _modify(self, payment: Payment, what: str, amount: Money | None = None) -> PaymentResult:
        if not payment.provider_id or payment.provider_id == payment.reference or _is_link(payment):
            raise Rejected("The shopper has not paid at Adyen yet, as far as its webhooks have told")
        body: dict[str, Any] = {"reference": payment.reference}
        if amount is not None:
            body["amount"] = bodies.amount(amount, self.minor)
        path = f"/payments/{quote(payment.provider_id, safe='')}/{what}"
        return self.read_change(payment, self._post(path, body))

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


def _is_link(payment: Payment) -> bool:
    return _LINK.fullmatch(payment.provider_id) is not None
