"""Stripe. Reference: docs.stripe.com/api in version 2022-11-15, read on 2026-11-23.

Requests are forms, answers are JSON. A capture is single-shot: what it leaves is released at once, and the charge counts
the released part among its refunds. A hosted checkout has no PaymentIntent before the shopper pays, and while it is open
it is expired, not cancelled. This version has no search: a payment of unknown id is looked for among the newest ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from connectors.auth import Bearer
from connectors.contracts.base import Answer, Idempotency, Limits
from connectors.contracts.payment import Payment, PaymentResult, State
from connectors.errors import Misconfigured, Rejected, Unknown
from connectors.providers.stripe.bodies import intent_body, metadata, session_body
from connectors.providers.stripe.events import StripeEvents, reference_of
from connectors.providers.stripe.registration import StripeRegistration
from connectors.providers.stripe.words import EVENTS, GUIDE
from connectors.schema import Secret, Settings, Text
from connectors.signing import StripeSignature

PAGE, PAGES = 100, 50
#: How much earlier than ours Stripe's clock may put a payment, in seconds.
CLOCK_SLACK = 900


class StripeSettings(Settings):
    api_token = Secret(
        "API Token", column="bearer_token", help="Secret or restricted key: sk_test_… or sk_live_…"
    )
    client_id = Text(
        "Client ID",
        column="client_app_id",
        required=False,
        help="Account id acct_…, only to act for a connected account of your platform.",
    )
    webhook_secret = Secret(
        "Webhook Signing Secret", required=False, help="whsec_…, which Stripe shows for the webhook endpoint."
    )


class Stripe(StripeRegistration, StripeEvents):
    slug, label, names = "stripe", "Stripe", ("Stripe",)
    hosts = {"live": "https://api.stripe.com", "test": "https://api.stripe.com"}
    settings = StripeSettings
    auth = Bearer("api_token")
    check = ("GET", "/v1/payment_intents?limit=1")
    encoding = "form"
    headers = {"Stripe-Version": "2022-11-15"}
    idempotency = Idempotency("header:Idempotency-Key", length=255, window_hours=24)
    limits = Limits(per_second=100)
    webhook = StripeSignature(key="webhook_secret")
    webhook_events = EVENTS
    guide = GUIDE

    def create_session(self, payment: Payment) -> PaymentResult:
        return self.read_session(self.post("/v1/checkout/sessions", session_body(payment, self.minor)))

    def authorize(self, payment: Payment) -> PaymentResult:
        """Confirms the PaymentIntent that the shop's own page has made, or creates one."""
        if not payment.provider_id:
            return self.read_intent(self.post("/v1/payment_intents", intent_body(payment, self.minor)))
        confirmation = {"payment_method": payment.token or None, "return_url": payment.return_url or None}
        return self.read_intent(self.post(f"{self._intent_path(payment)}/confirm", confirmation))

    def status(self, payment: Payment) -> PaymentResult:
        session = self._session_of(payment)
        if session and (session["status"] == "open" or not session.get("payment_intent")):
            return self.read_session(session)
        found = self._with_refunds(self.get(self._intent_path(payment, session)))
        return replace(found, replaces=payment.provider_id) if session else found

    def capture(self, payment: Payment) -> PaymentResult:
        path = f"{self._intent_path(payment)}/capture"
        return self.read_intent(self.post(path, {"amount_to_capture": self.minor(payment.amount)}))

    def cancel(self, payment: Payment) -> PaymentResult:
        session = self._session_of(payment)
        if session and session["status"] == "open":
            body = self.post(f"/v1/checkout/sessions/{_segment(session['id'])}/expire")
            return replace(self.read_session(body), state=State.CANCELLED)
        return self.read_intent(self.post(f"{self._intent_path(payment, session)}/cancel"))

    def refund(self, payment: Payment) -> PaymentResult:
        intent = self._intent_id(payment)
        body = {"payment_intent": intent, "amount": self.minor(payment.amount), "metadata": metadata(payment)}
        result = self.read_refund(self.post("/v1/refunds", body))
        if result.state is State.DECLINED:
            raise Rejected(
                f"Stripe did not refund: {result.reason or result.raw_state}", code=result.raw_state
            )
        return replace(result, provider_id=intent)

    def find(self, payment: Payment) -> PaymentResult | None:
        for intent in self._newest("/v1/payment_intents", payment, filtered=True):
            if reference_of(intent) == payment.reference:
                return self._with_refunds(intent)
        for session in self._newest("/v1/checkout/sessions", payment):
            if reference_of(session) == payment.reference:
                return self.read_session(session)
        return None

    def send(self, method: str, path: str, data: Any = None, *, write: bool, **extra: Any) -> Answer:
        self._check_key()
        account = self.values.client_id
        if account:
            extra["headers"] = {"Stripe-Account": account, **extra.get("headers", {})}
        return super().send(method, path, data, write=write, **extra)

    def _check_key(self) -> None:
        """Raises Misconfigured for a key of the other mode, before Stripe could act on it."""
        key = self.values.api_token.reveal() if self.values.api_token else ""
        if key.startswith("pk_"):
            raise Misconfigured(
                "API Token holds a publishable key (pk_…); Stripe's secret key (sk_…) belongs there"
            )
        if ("_live_" if self.config.is_test else "_test_") in key[:12]:
            mode, tick = ("live", "clear") if self.config.is_test else ("test", "tick")
            raise Misconfigured(
                f"API Token holds a key of Stripe's {mode} mode: {tick} Is Test, or use the other key"
            )

    def _newest(self, path: str, payment: Payment, *, filtered: bool = False) -> Iterator[Mapping[str, Any]]:
        """Newest first, back to when the payment was made or sent. Raises Unknown rather than give up in the middle."""
        begun, until = self.sent_between or (payment.created_at, None)
        since = _seconds(begun) - CLOCK_SLACK if begun else 0
        query: dict[str, Any] = {"limit": PAGE}
        if filtered and since:
            query["created[gte]"] = since
        if filtered and until:
            query["created[lte]"] = _seconds(until) + CLOCK_SLACK
        for _ in range(PAGES):
            page = self.get(path, **query)
            items = page["data"]
            yield from items
            if not items or not page["has_more"] or items[-1]["created"] < since:
                return
            query["starting_after"] = items[-1]["id"]
        raise Unknown(
            f"Stripe holds too much to look through for this payment; search there for {payment.reference}"
        )

    def _with_refunds(self, intent: Mapping[str, Any]) -> PaymentResult:
        charge = intent.get("latest_charge") if intent["status"] == "succeeded" else None
        return self.read_intent(intent, self.get(f"/v1/charges/{_segment(charge)}") if charge else None)

    def _session_of(self, payment: Payment) -> Mapping[str, Any] | None:
        """The hosted checkout, where the payment is still known by it only."""
        if not payment.provider_id.startswith("cs_"):
            return None
        session: Mapping[str, Any] = self.get(f"/v1/checkout/sessions/{_segment(payment.provider_id)}")
        return session

    def _intent_id(self, payment: Payment, session: Mapping[str, Any] | None = None) -> str:
        session = session or self._session_of(payment)
        intent = session.get("payment_intent") if session else payment.provider_id
        if not intent:
            raise Rejected("The shopper has not paid at Stripe yet")
        return str(intent)

    def _intent_path(self, payment: Payment, session: Mapping[str, Any] | None = None) -> str:
        return f"/v1/payment_intents/{_segment(self._intent_id(payment, session))}"


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _segment(vendor_id: str) -> str:
    return quote(vendor_id, safe="")
