"""Vipps MobilePay, ePayment API v1. Reference: developer.vippsmobilepay.com/docs/APIs/epayment-api, read on 2026-11-25.

The shopper approves in the app. Our reference is the payment's id there; after a payment that came to nothing each
further attempt takes a reference of its own. The state says AUTHORIZED for ever, so the amounts tell what became of it.
Vipps takes 5 changes a minute of one payment, and 120 questions.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from connectors.auth import Auth, HeaderKeys, Token
from connectors.contracts.base import Idempotency, NotExecuted, Request
from connectors.contracts.payment import Payment, PaymentResult, State
from connectors.errors import Rejected
from connectors.providers.vipps.bodies import amount_body, opening_reference, payment_body, taken_over
from connectors.providers.vipps.events import VippsEvents
from connectors.providers.vipps.registration import VippsRegistration
from connectors.providers.vipps.signature import VippsSignature
from connectors.providers.vipps.words import GUIDE, REGISTERED
from connectors.schema import Secret, Settings, Text

#: Who calls; Vipps wants this of everyone who is not a merchant, at most 30 characters each.
SYSTEM = {
    "Vipps-System-Name": "crossdock",
    "Vipps-System-Version": "0.1",
    "Vipps-System-Plugin-Name": "crossdock-vipps",
    "Vipps-System-Plugin-Version": "0.1",
}
_KEYS = HeaderKeys({"Ocp-Apim-Subscription-Key": "subscription_key", "Merchant-Serial-Number": "merchant_id"})
_CREDENTIALS = HeaderKeys({"client_id": "client_id", "client_secret": "api_token"})

ENDED = frozenset({State.DECLINED, State.EXPIRED, State.CANCELLED})
_OPENING = frozenset({"authorize", "create_session"})
#: Further than this nobody looks for the attempts of one payment.
MOST_ATTEMPTS = 20


class VippsLogin(Auth):
    """A token for the keys of one sales unit, asked for with headers alone. Calls carry the subscription key too."""

    def apply(self, headers: MutableMapping[str, str], values: Any, token: Token | None) -> None:
        _KEYS.apply(headers, values, token)
        if token is not None:
            headers["Authorization"] = f"Bearer {token.access.reveal()}"

    def token_request(self, config: Any) -> Request:
        headers = dict(SYSTEM)
        for scheme in (_CREDENTIALS, _KEYS):
            scheme.apply(headers, config.values, None)
        return Request(method="POST", path="/accesstoken/get", headers=headers, authenticated=False)


class VippsSettings(Settings):
    merchant_id = Text(
        "Merchant ID", column="merchant_id", help="Merchant serial number (MSN) of the sales unit."
    )
    client_id = Text("Client ID", column="client_app_id", help="client_id of the sales unit's API keys.")
    api_token = Secret(
        "API Token", column="bearer_token", help="Client secret (client_secret) of the sales unit's API keys."
    )
    subscription_key = Secret(
        "Subscription Key", help="Ocp-Apim-Subscription-Key of the sales unit's API keys."
    )
    webhook_secret = Secret(
        "Webhook Secret",
        required=False,
        help="The secret that Vipps answered when the webhook was registered.",
    )


class Vipps(VippsRegistration, VippsEvents):
    slug, label, names = "vipps", "Vipps MobilePay", ("Vipps", "Vipps E-Payment")
    aliases = ("Vipps ePayment",)
    hosts = {"live": "https://api.vipps.no", "test": "https://apitest.vipps.no"}
    settings = VippsSettings
    auth = VippsLogin()
    check = ("GET", "/webhooks/v1/webhooks")
    headers = SYSTEM
    # How long keys are kept is not published; after a day the payment is read instead.
    idempotency = Idempotency("header:Idempotency-Key", length=50, window_hours=24)
    webhook = VippsSignature(key="webhook_secret")
    webhook_events = REGISTERED
    guide = GUIDE

    def create_session(self, payment: Payment) -> PaymentResult:
        """Also where a token is known: this is for a shopper who is at the shop's page now."""
        return self.authorize(replace(payment, token=""))

    def authorize(self, payment: Payment) -> PaymentResult:
        """Takes the payment that is there, also one that the shop has opened; else asks the shopper, by a push message
        where the token is a phone number."""
        return self._standing(payment) or self._open(payment)

    def status(self, payment: Payment) -> PaymentResult:
        return self._ask(payment.provider_id or payment.reference)

    def capture(self, payment: Payment) -> PaymentResult:
        return self._change(payment, "capture", {"modificationAmount": amount_body(payment, self.minor)})

    def cancel(self, payment: Payment) -> PaymentResult:
        """Before the shopper has approved it ends the payment, after a partial capture it releases the rest."""
        return self._change(payment, "cancel")

    def refund(self, payment: Payment) -> PaymentResult:
        return self._change(payment, "refund", {"modificationAmount": amount_body(payment, self.minor)})

    def find(self, payment: Payment) -> PaymentResult | None:
        """The newest attempt; those before it came to nothing."""
        found, payment = None, replace(payment, provider_id="")
        for _ in range(MOST_ATTEMPTS):
            newer = self._look(opening_reference(payment))
            if newer is None or newer.state not in ENDED:
                return newer or found
            found, payment = newer, replace(payment, provider_id=newer.provider_id)
        return found

    def settle(self, operation: str, request: Payment) -> PaymentResult | NotExecuted | None:
        """A lost opening is looked for under the reference that it had."""
        if operation not in _OPENING:
            settled: PaymentResult | NotExecuted | None = super().settle(operation, request)
            return settled
        if operation == "create_session":
            request = replace(request, token="")
        return self._standing(request) or self._look(opening_reference(request)) or NotExecuted()

    def _standing(self, payment: Payment) -> PaymentResult | None:
        """The payment that is there already. One of ours that came to nothing is followed by another attempt."""
        if not payment.provider_id:
            theirs = taken_over(payment)
            return self._ask(theirs) if theirs else None
        current = self._ask(payment.provider_id)
        return None if current.state in ENDED else current

    def _open(self, payment: Payment) -> PaymentResult:
        return self.read_opened(self.post("/epayment/v1/payments", payment_body(payment, self.minor)))

    def _change(self, payment: Payment, verb: str, body: Any = None) -> PaymentResult:
        path = _path(payment.provider_id or payment.reference)
        return self.read_payment(self.post(f"{path}/{verb}", body))

    def _ask(self, reference: str) -> PaymentResult:
        return self.read_payment(self.get(_path(reference)))

    def _look(self, reference: str) -> PaymentResult | None:
        """None only where Vipps itself says so: a 404 of some other server proves nothing."""
        try:
            return self._ask(reference)
        except Rejected as error:
            if error.status == 404 and error.code:
                return None
            raise


def _path(reference: str) -> str:
    return f"/epayment/v1/payments/{quote(reference, safe='')}"
