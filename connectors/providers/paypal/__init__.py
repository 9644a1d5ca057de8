"""PayPal. Reference: Orders v2 (2.13), Payments v2 (2.5), Webhooks v1 (1.11) as described in 2024, read on 2026-11-25.

A payment is an order of intent AUTHORIZE, known by the order's id: the order lists its authorisation, captures and
refunds, so each operation reads it first. The shopper approves it on PayPal's page; then `authorize` reserves the money.
A void knows no key and is not repeated blindly. PayPal has no search by our reference.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from connectors.auth import ClientCredentials
from connectors.contracts.base import Idempotency, NotExecuted, reading
from connectors.contracts.payment import Payment, PaymentResult, State
from connectors.errors import Misconfigured, Rejected, Unknown
from connectors.providers.paypal.bodies import capture_body, order_body, reference_of
from connectors.providers.paypal.objects import Json, authorization_of, money_of, unit_of, with_item
from connectors.providers.paypal.refunds import PaypalRefunds
from connectors.providers.paypal.registration import PaypalRegistration
from connectors.providers.paypal.signature import PaypalSignature
from connectors.providers.paypal.words import AGAIN, DECLINES, EVENTS, GUIDE, HOLDING
from connectors.schema import Secret, Settings, Text

_ORDERS = "/v2/checkout/orders"
_AUTHORIZATIONS = "/v2/payments/authorizations"


class PaypalSettings(Settings):
    client_id = Text("Client ID", column="client_app_id", help="Client ID of your app at PayPal.")
    api_token = Secret("API Token", column="bearer_token", help="Secret of your app at PayPal.")
    base_url = Text(
        "Base URL", column="host", required=False, help="An address, or the word sandbox or production."
    )
    merchant_id = Text(
        "Merchant ID",
        column="merchant_id",
        required=False,
        help="PayPal's id of your account. With it, orders that the shop's page made for another payee are refused.",
    )
    webhook_id = Secret(
        "Webhook ID", key="WebhookId", required=False, help="Which PayPal shows for the webhook of your app."
    )


class Paypal(PaypalRegistration, PaypalRefunds):
    slug, label, names = "paypal", "PayPal", ("PayPal",)
    hosts = {"live": "https://api-m.paypal.com", "test": "https://api-m.sandbox.paypal.com"}
    host_words = {"sandbox": "test", "production": "live"}
    settings = PaypalSettings
    auth = ClientCredentials("/v1/oauth2/token", id="client_id", secret="api_token", style="basic")  # noqa: S106
    check = ("GET", "/v1/notifications/webhooks")
    headers = {"Prefer": "return=representation", "Content-Type": "application/json"}
    # Orders are remembered for 6 hours, captures and refunds for 45 days; a repetition tells what became of the first try.
    idempotency = Idempotency(
        "header:PayPal-Request-Id",
        length=108,
        window_hours=6,
        errors_kept=False,
        operations=("create_session", "authorize", "capture", "refund"),
        windows={"capture": 45 * 24, "refund": 45 * 24},
    )
    webhook = PaypalSignature(key="webhook_id")
    webhook_events = EVENTS
    guide = GUIDE

    def read_check(self, body: Any) -> None:
        with reading("PayPal's list of webhooks"):
            known = {webhook["id"] for webhook in body["webhooks"]}
        if self.values.webhook_id and self.values.webhook_id.reveal() not in known:
            raise Misconfigured(
                "WebhookId names no webhook of this app; copy it from the app's page at PayPal"
            )

    def create_session(self, payment: Payment) -> PaymentResult:
        with reading("PayPal's order", Unknown):
            return self.read_order(self.post(_ORDERS, order_body(payment, self.amount)))

    def authorize(self, payment: Payment) -> PaymentResult:
        """Of an order that the shopper has approved, opened here or by the shop's own page; else one is opened."""
        if not (payment.provider_id or payment.token):
            return self.create_session(payment)
        order = self._order(payment)
        with reading("PayPal's order", Unknown):
            return self._authorize(self._checked(order, payment), payment)

    def status(self, payment: Payment) -> PaymentResult:
        order = self._order(payment)
        with reading("PayPal's order", Unknown):
            return self.read_order(order)

    def capture(self, payment: Payment) -> PaymentResult:
        order = self._order(payment)
        with reading("PayPal's capture", Unknown):
            made = self.own_capture(order, payment)
            if made is None:
                body = capture_body(payment, self.amount)
                made = self.post(f"{self._authorization_path(order)}/capture", body)
            return self.captured(order, made)

    def cancel(self, payment: Payment) -> PaymentResult:
        """Nothing is held, and none will be, of an order that was not authorised: it ends by itself."""
        order = self._order(payment)
        with reading("PayPal's order", Unknown):
            authorization = authorization_of(order)
            if authorization is None:
                result = self.read_order(order)
                given_up = result.state is State.PENDING
                return replace(result, state=State.CANCELLED, redirect_url="") if given_up else result
            if authorization["status"] in HOLDING:
                voided = self.post(f"{self._authorization_path(order)}/void", keyed=False)
                order = with_item(order, "authorizations", voided or {**authorization, "status": "VOIDED"})
            return self.read_order(order)

    def refund(self, payment: Payment) -> PaymentResult:
        order = self._order(payment)
        with reading("PayPal's refund", Unknown):
            return self.give_back(order, payment)

    def settle(self, operation: str, request: Payment) -> PaymentResult | NotExecuted | None:
        """By the order itself. One whose id we never got holds no money: nobody has its link."""
        if operation == "register_webhook" or not (request.provider_id or request.token):
            return NotExecuted()
        order = self._order(request)
        with reading("PayPal's order", Unknown):
            if operation == "capture":
                return self.settle_capture(order, request)
            if operation == "refund":
                return self.settle_refund(order, request)
            found = self.read_order(order)
            if operation == "cancel":
                gone = found.state in {State.CANCELLED, State.EXPIRED} or found.cancelled
                return found if gone else NotExecuted()
            done = authorization_of(order) or found.captured
            return found if done and _reference_in(order) == request.reference else NotExecuted()

    def _order(self, payment: Payment) -> Json:
        order_id = payment.provider_id or payment.token
        if not order_id:
            raise Rejected("The payment has no order at PayPal yet")
        order: Json = self.get(f"{_ORDERS}/{quote(order_id, safe='')}")
        return order

    def _checked(self, order: Json, payment: Payment) -> Json:
        """An order comes from the shopper's browser. Raises Rejected for one that is not about this payment."""
        unit, payee = unit_of(order), unit_of(order).get("payee") or {}
        told = money_of(unit)
        if len(order["purchase_units"]) != 1 or told != payment.amount:
            raise Rejected(f"The order at PayPal is about {told}, this payment about {payment.amount}")
        ours = self.values.merchant_id
        if ours and payee and payee.get("merchant_id") != ours:
            raise Rejected("The order at PayPal pays somebody else than the account of Merchant ID")
        if order["status"] == "COMPLETED" and _reference_in(order) != payment.reference:
            raise Rejected("The order at PayPal was paid for something else")
        return order

    def _authorize(self, order: Json, payment: Payment) -> PaymentResult:
        if order["status"] != "APPROVED":
            return self.read_order(order)
        path = f"{_ORDERS}/{quote(order['id'], safe='')}"
        self._mark(path, unit_of(order), payment)
        try:
            answer = self.post(f"{path}/authorize", {})
        except Rejected as error:
            return self._refused(order, error)
        if _reference_in(answer) not in ("", payment.reference):
            raise Unknown("The order at PayPal was given to another payment meanwhile")
        return self.read_order(answer)

    def _refused(self, order: Json, error: Rejected) -> PaymentResult:
        """The order waits for another try of the shopper. Raises the error where it is about something else."""
        if error.code in DECLINES:
            state, reason = State.DECLINED, error.message
            return PaymentResult(provider_id=order["id"], state=state, raw_state=error.code, reason=reason)
        if error.code not in AGAIN:
            raise error
        result = self.read_order(self.get(f"{_ORDERS}/{quote(order['id'], safe='')}"))
        if not result.redirect_url:
            raise error
        return result

    def _mark(self, path: str, unit: Json, payment: Payment) -> None:
        """Give an order of the shop's own page our reference, so that it pays nothing else."""
        known = unit.get("custom_id")
        if known != payment.reference:
            place = f"/purchase_units/@reference_id=='{unit.get('reference_id') or 'default'}'/custom_id"
            change = {"op": "replace" if known else "add", "path": place, "value": payment.reference}
            self.patch(path, [change], keyed=False)

    def _authorization_path(self, order: Json) -> str:
        authorization = authorization_of(order)
        if authorization is None:
            raise Rejected("Nothing is authorised at PayPal: the shopper has not approved the payment yet")
        return f"{_AUTHORIZATIONS}/{quote(authorization['id'], safe='')}"


def _reference_in(order: Json) -> str:
    """Our reference in an order, or in its authorisation where the answer is about that only."""
    return reference_of(unit_of(order).get("custom_id") or (authorization_of(order) or {}).get("custom_id"))
