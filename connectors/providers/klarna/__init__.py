"""Klarna: Klarna Payments on the Hosted Payment Page, and Order Management. Reference: docs.klarna.com (Payments v1, HPP v1,
Order Management v1), read on 2026-11-25.

A payment is known by its hosted page until Klarna places the order there, and by the order from then on. Ids of captures and
refunds stand in headers. Only Order Management takes idempotency keys, and answers one as it first did whatever the body
says. Placing an order is recognised by its authorization token, which is good for an hour, and a session that nobody was
told of is none. Callbacks are not signed. There is no look-up by our reference.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from connectors.auth import Basic
from connectors.contracts.base import Idempotency, Limits, NotExecuted, reading
from connectors.contracts.common import WebhookEvent
from connectors.contracts.payment import Payment, PaymentEvent, PaymentResult, State
from connectors.errors import Rejected, RetryLater, Unknown
from connectors.providers.klarna.answers import Json, KlarnaAnswers
from connectors.providers.klarna.bodies import moved, order_body, page_body
from connectors.providers.klarna.words import GUIDE, PAGE, REGIONS, STOPPED
from connectors.schema import Choice, Secret, Settings, Text, Url
from connectors.signing import Unsigned
from tenants.secret_value import SecretValue

ORDERS, SESSIONS, HOSTED = "/ordermanagement/v1/orders", "/payments/v1/sessions", "/hpp/v1/sessions"
NOBODY = "00000000-0000-0000-0000-000000000000"


class KlarnaSettings(Settings):
    merchant_id = Text("Merchant ID", column="merchant_id", help="User name of the API key: K…_… or PK…_….")
    api_token = Secret("API Token", column="bearer_token", help="Password of the API key.")
    region = Choice(
        "Region",
        choices=tuple(REGIONS),
        required=False,
        default="Europe",
        help="Where the account is; it decides the host.",
    )
    base_url = Url(
        "Base URL", column="host", required=False, help="Only to use another host than the region's."
    )


class Klarna(KlarnaAnswers):
    slug, label = "klarna", "Klarna"
    names, aliases = ("Klarna", "KlarnaCheckout"), ("Klarna Payments",)
    hosts = {"live": "https://api.klarna.com", "test": "https://api.playground.klarna.com"}
    settings = KlarnaSettings
    auth = Basic("merchant_id", "api_token")
    check = ("GET", f"{SESSIONS}/{NOBODY}")
    idempotency = Idempotency("header:Klarna-Idempotency-Key", window_hours=24, windows={"authorize": 1})
    limits = Limits(per_second=40, remaining="X-Ratelimit-Remaining", reset="X-Ratelimit-Reset")
    webhook = Unsigned()
    multiple_captures = True
    guide = GUIDE

    @classmethod
    def own_host(cls, values: Any) -> str:
        host = str(values.base_url or "")
        return host.replace("api", REGIONS[values.region], 1) if host in cls.hosts.values() else host

    def test_connection(self) -> Any:
        """Nothing can be read without its id: with good credentials, a session that nobody made is not found."""
        try:
            return super().test_connection()
        except Rejected as error:
            if error.status != 404:
                raise
            return None

    def create_session(self, payment: Payment) -> PaymentResult:
        session = self.post(SESSIONS, order_body(payment, self.minor, self.config.public_url))
        with reading("Klarna's payment session", Unknown):
            url = f"{self.config.host}{SESSIONS}/{_segment(session['session_id'])}"
            secret = SecretValue(session["client_token"])
        page = self.post(HOSTED, page_body(payment, url, self.config.public_url))
        with reading("Klarna's hosted page", Unknown):
            return PaymentResult(
                provider_id=f"{PAGE}{page['session_id']}",
                state=State.PENDING,
                raw_state="WAITING",
                redirect_url=page["redirect_url"],
                client_secret=secret,
            )

    def authorize(self, payment: Payment) -> PaymentResult:
        """Places the order that the shopper has confirmed in the shop's own widget."""
        if not payment.token:
            raise Rejected(
                "Klarna needs the authorization token of its widget; or let the shopper pay on the hosted page"
            )
        body = order_body(payment, self.minor, self.config.public_url)
        placed = self.post(f"/payments/v1/authorizations/{_segment(payment.token)}/order", body)
        with reading("Klarna's placed order", Unknown):
            return self.read_placed(placed, payment)

    def status(self, payment: Payment) -> PaymentResult:
        return self._look(payment.provider_id, held=bool(payment.authorized))[0]

    def capture(self, payment: Payment) -> PaymentResult:
        order_id, replaces = self._placed(payment)
        body = moved(payment, "captured_amount", self.minor)
        answer = self.send("POST", f"{ORDERS}/{_segment(order_id)}/captures", body, write=True)
        return PaymentResult(
            provider_id=order_id,
            state=State.CAPTURED,
            operation_id=self.created(answer, "Capture-Id"),
            captured=payment.captured + payment.amount,
            replaces=replaces,
        )

    def cancel(self, payment: Payment) -> PaymentResult:
        """Ends a page or an order without captures, or releases what the captures leave."""
        found, order = self._look(payment.provider_id, held=True)
        if order is None:
            return self._close_page(payment, found)
        if found.state in {State.CANCELLED, State.EXPIRED}:
            return found
        act = "release-remaining-authorization" if order["captured_amount"] else "cancel"
        self.carried_out(self.send("POST", f"{ORDERS}/{_segment(found.provider_id)}/{act}", write=True))
        if found.authorized and found.captured:
            return replace(found, cancelled=found.authorized - found.captured)
        return replace(found, state=State.CANCELLED, raw_state="CANCELLED", cancelled=None)

    def refund(self, payment: Payment) -> PaymentResult:
        order_id, replaces = self._placed(payment)
        body = moved(payment, "refunded_amount", self.minor)
        answer = self.send("POST", f"{ORDERS}/{_segment(order_id)}/refunds", body, write=True)
        return PaymentResult(
            provider_id=order_id,
            state=State.REFUNDED,
            operation_id=self.created(answer, "Refund-Id"),
            refunded=payment.refunded + payment.amount,
            replaces=replaces,
        )

    def confirm(self, event: WebhookEvent) -> list[WebhookEvent]:
        """Our reference is read from the order too: a callback may name anything. It comes only once."""
        result, order = self._look(event.provider_id, held=event.type == STOPPED)
        if order is None and result.raw_state == "COMPLETED":
            raise RetryLater("Klarna's page is completed and does not show its order yet")
        stopped = event.type == STOPPED and result.state is State.CANCELLED
        alert = {"alert": "Klarna stopped this order for suspected fraud: do not ship it"} if stopped else {}
        told = PaymentEvent(
            id=event.id,
            type=event.type,
            provider_id=result.provider_id,
            reference=str((order or {}).get("merchant_reference2") or ""),
            state=result.state,
            occurred_at=event.occurred_at,
            data=alert,
            result=result,
        )
        return [told]

    def settle(self, operation: str, request: Payment) -> PaymentResult | NotExecuted | None:
        """A page whose answer was lost is known to nobody; a placed order cannot be looked for."""
        if operation == "create_session":
            return NotExecuted()
        return None if operation == "authorize" else super().settle(operation, request)

    def _look(self, provider_id: str, *, held: bool) -> tuple[PaymentResult, Json | None]:
        """What a page or an order stands at, with the order; the order of a page where one was placed there."""
        if not provider_id.startswith(PAGE):
            return self._order(provider_id, held, "")
        page = self.get(f"{HOSTED}/{_segment(provider_id.removeprefix(PAGE))}")
        with reading("Klarna's hosted page", RetryLater):
            if not page.get("order_id"):
                return self.read_page(page, provider_id), None
            return self._order(page["order_id"], held, provider_id)

    def _order(self, order_id: str, held: bool, replaces: str) -> tuple[PaymentResult, Json]:
        order = self.get(f"{ORDERS}/{_segment(order_id)}")
        with reading("Klarna's order", RetryLater):
            return self.read_order(order, held=held, replaces=replaces), order

    def _placed(self, payment: Payment) -> tuple[str, str]:
        """The order's id, and the page that it takes the place of."""
        if not payment.provider_id.startswith(PAGE):
            return payment.provider_id, ""
        found, order = self._look(payment.provider_id, held=True)
        if order is None:
            raise Rejected("The shopper has not paid on Klarna's page yet")
        return found.provider_id, payment.provider_id

    def _close_page(self, payment: Payment, found: PaymentResult) -> PaymentResult:
        if found.state in {State.CANCELLED, State.EXPIRED}:
            return found
        path = f"{HOSTED}/{_segment(payment.provider_id.removeprefix(PAGE))}"
        self.carried_out(self.send("DELETE", path, write=True))
        return replace(found, state=State.CANCELLED, raw_state="DISABLED")


def _segment(vendor_id: str) -> str:
    return quote(vendor_id, safe="")
