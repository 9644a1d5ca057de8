"""Ingrid Delivery Checkout, the API of checkout sessions. Reference: developer.ingrid.com/delivery_checkout.

A session is created when the shopper comes to the delivery, updated as cart and address change, and completed once the
order is placed; its answer holds the widget in which the shopper chooses. Only what is selected is told, never all that
could be. Nothing is keyed: a completion whose answer was lost is settled by reading the session, which tells whether it
is complete. Ingrid's order of the transport is made after that, so its id may come later than the completion. There is
no undo. Ingrid's own booking and tracking are other APIs; here the carrier of the chosen option books.
"""

from __future__ import annotations

from typing import Any

from connectors.contracts.base import Answer, NotExecuted, reading
from connectors.contracts.shipping import (
    CarrierProvider,
    CheckoutSession,
    DeliveryChoice,
    SessionCompletion,
    ShippingQuery,
)
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown
from connectors.providers.ingrid import answers, bodies
from connectors.providers.ingrid.failures import GONE, MAY_BE_COMPLETE, NOBODY, REFUSALS, read_error
from connectors.providers.ingrid.key import EncodedKey
from connectors.providers.ingrid.words import GUIDE
from connectors.schema import Secret, Settings, Text

BASE = "/v1/delivery_checkout"
#: Nobody's session: asked for to see whether the key is good.
NO_SESSION = "crossdock-connection-test"


class IngridSettings(Settings):
    api_token = Secret(
        "API Token",
        column="bearer_token",
        help="The private key of the site, as issued or already in base64.",
    )
    locale = Text(
        "Locale",
        key="Locale",
        required=False,
        default="en-US",
        help="Language of the widget, such as sv-SE, where Ingrid does not speak the shop's.",
    )


class Ingrid(CarrierProvider):
    slug, label, names = "ingrid", "Ingrid", ("Ingrid",)
    hosts = {"live": "https://api.ingrid.com", "test": "https://api-stage.ingrid.com"}
    settings = IngridSettings
    auth = EncodedKey("api_token")
    check = ("GET", f"{BASE}/session.get")
    headers = {"Accept": "application/json"}
    timeout_ms = 10_000
    errors = {
        "unauthenticated": Misconfigured,
        "permission_denied": Misconfigured,
        "unimplemented": Misconfigured,
        "resource_exhausted": RetryLater,
        **dict.fromkeys(REFUSALS, Rejected),
    }
    unlogged = frozenset({"html_snippet"})
    guide = GUIDE

    def open_session(self, query: ShippingQuery) -> CheckoutSession:
        if not query.session:
            return self._created(query)
        body = bodies.update_body(query, self.values.locale)
        try:
            session = answers.session(self.call("POST", f"{BASE}/session.update", body, write=False))
        except Rejected as error:
            if error.code not in GONE:
                raise
            return self._created(query)
        return self._created(query) if session.is_complete else session

    def read_session(self, session: str) -> CheckoutSession:
        return answers.session(self.get(f"{BASE}/session.get", checkout_session_id=session))

    def complete_session(self, completion: SessionCompletion) -> DeliveryChoice:
        try:
            body = self.post(f"{BASE}/session.complete", bodies.completion_body(completion))
        except Rejected as error:
            return self._completed_before(completion, error)
        choice = answers.completed(body)
        return choice if choice.order_id else self._with_order(choice)

    def settle(self, operation: str, request: Any) -> Any:
        """A complete session is never completed again, even where it does not tell what was chosen."""
        if operation != "complete_session":
            return super().settle(operation, request)
        session = self.read_session(request.session)
        if not session.is_complete:
            return NotExecuted()
        if session.choice is None:
            raise Unknown(
                f"Ingrid completed the session {session.id} without a delivery. Check there, then decide here."
            )
        return session.choice

    def test_connection(self) -> Any:
        """A good key gets to hear, in Ingrid's words, that there is no such session."""
        try:
            return self.get(self.check[1], checkout_session_id=NO_SESSION)
        except Rejected as error:
            if error.code not in NOBODY:
                raise
            return {"answered": error.message}

    def read_error(self, answer: Answer) -> tuple[str, str]:
        return read_error(answer)

    def _created(self, query: ShippingQuery) -> CheckoutSession:
        body = bodies.create_body(query, self.values.locale)
        session = answers.session(self.call("POST", f"{BASE}/session.create", body, write=False))
        with reading("Ingrid's new session", RetryLater):
            if not session.widget:
                raise ValueError("it has no widget")
        return session

    def _completed_before(self, completion: SessionCompletion, error: Rejected) -> DeliveryChoice:
        """What was chosen in a session that the shop, or a forgotten try, had completed. Raises `error` otherwise."""
        if error.code not in MAY_BE_COMPLETE:
            raise error
        session = self.read_session(completion.session)
        if not session.is_complete or session.choice is None:
            raise error
        return session.choice

    def _with_order(self, choice: DeliveryChoice) -> DeliveryChoice:
        """Its order is made a little later; without it the completion stands all the same."""
        try:
            again = self.read_session(choice.session).choice
        except ProviderError:
            return choice
        return again if again and again.order_id else choice
