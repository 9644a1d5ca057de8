"""Bring (Posten Bring). Reference: developer.bring.com/api, read on 2026-11-25.

One host serves live and test; a test booking carries `testIndicator`, is not carried out and is never tracked. Booking has
no idempotency key. Tracking finds a shipment by the reference of its sender, once Bring has taken in its own advance
notice; correlation ids are only echoed. There is no call that cancels: unused labels lapse.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from connectors.auth import HeaderKeys
from connectors.contracts.base import Answer, Inbound, Limits, NotExecuted, reading
from connectors.contracts.common import WebhookEvent
from connectors.contracts.download import download
from connectors.contracts.shipping import (
    Booked,
    Booking,
    CarrierProvider,
    Label,
    PickupPoint,
    Registered,
    ShippingOption,
    ShippingQuery,
    TrackingEvent,
    TrackingRegistration,
)
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown
from connectors.providers.bring import answers, pushing, tracking
from connectors.providers.bring.bodies import booking_body, guide_body, street_of
from connectors.providers.bring.failures import kind_of_code, read_error
from connectors.providers.bring.words import GUIDE, STATES, pickup_country
from connectors.schema import Secret, Settings, Text
from connectors.signing import Unsigned

NOT_FOUND, CONFLICT = 404, 409
LABEL_BYTES = 25 * 1024 * 1024
#: Booked shipments are in Tracking within minutes as a rule; until then not to be found there proves nothing.
TRACKING_LAG_S = 1800


class BringSettings(Settings):
    merchant_id = Text(
        "Merchant ID", column="merchant_id", help="X-MyBring-API-Uid: the e-mail address of the Mybring user."
    )
    api_token = Secret(
        "API Token", column="bearer_token", help="X-MyBring-API-Key: the API key of the Mybring user."
    )
    customer_number = Text(
        "Customer Number", help="As Mybring shows it, such as PARCELS_NORWAY-10001234567, or 5, 6, 7 to test."
    )


class Bring(CarrierProvider):
    slug, label, names = "bring", "Bring", ("Bring",)
    hosts = {"live": "https://api.bring.com", "test": "https://api.bring.com"}
    settings = BringSettings
    auth = HeaderKeys({"X-MyBring-API-Uid": "merchant_id", "X-MyBring-API-Key": "api_token"})
    check = ("GET", "/booking/api/customers")
    limits = Limits(per_second=18)
    states = STATES
    errors = {"authentication": Misconfigured}
    webhook = Unsigned()
    find_lag_s = TRACKING_LAG_S
    books_returns, refuses_in_200, most_parcels = True, True, 50
    without_cancel = "Throw the label away: Bring's labels lapse when they are not used"
    guide = GUIDE

    def options(self, query: ShippingQuery) -> list[ShippingOption]:
        if not query.products:
            raise Misconfigured("Name the Bring products to offer, such as 5800, as Product of the options")
        body = guide_body(query, self.values.customer_number)
        return answers.options(self.call("POST", "/shippingguide/api/v2/products", body, write=False))

    def pickup_points(self, query: ShippingQuery) -> list[PickupPoint]:
        """Nearest by car first; none where Bring has no pickup points at all."""
        country = pickup_country(query.recipient.country)
        if not country:
            return []
        postal_code = quote(query.recipient.postal_code.replace(" ", ""), safe="")
        path = f"/pickuppoint/api/pickuppoint/{country}/postalCode/{postal_code}.json"
        place = street_of(query.recipient.line1)
        return answers.pickup_points(self.get(path, numberOfResponses=query.limit, **place), query.language)

    def book(self, booking: Booking) -> Booked:
        body = booking_body(
            booking, self.values.customer_number, self.config.is_test, round(time.time() * 1000)
        )
        return answers.booked(self.post("/booking/api/booking", body), booking)

    def fetch_label(self, booking: Booking) -> Label:
        if not booking.label_url:
            raise Rejected(
                f"Bring's answer with the label of {booking.consignment or booking.reference} was lost and Bring gives "
                "it only once: print the label in Mybring, under Booking > Shipments"
            )
        answer = download(self, booking.label_url, max_bytes=LABEL_BYTES, headers=self._client)
        if not answer.body.startswith(b"%PDF"):
            raise RetryLater("Bring sent something else than a PDF as label", status=answer.status)
        return Label(content=answer.body)

    def track(self, numbers: Sequence[str]) -> list[TrackingEvent]:
        found = [item for number in dict.fromkeys(numbers) for item in self._tracked(number)]
        return tracking.events(found, self.states)

    def find(self, booking: Booking) -> Booked | None:
        own = {
            item["consignmentId"]: item
            for item in self._tracked(booking.reference)
            if tracking.is_of(item, booking)
        }
        if len(own) > 1:
            raise Unknown(
                f"Bring tracks several shipments with the reference {booking.reference}: {', '.join(own)}. Check there, "
                "then decide here."
            )
        return next((tracking.found(item, booking) for item in own.values()), None)

    def register_tracking(self, registration: TrackingRegistration) -> Registered:
        """Event Cast changes no registration, so the one that is renewed makes room; what happens between is in Tracking."""
        try:
            return self._registered(registration)
        except Rejected as error:
            if error.status != CONFLICT:
                raise
        listed = self.get(pushing.PATH, limit=pushing.LISTED)
        standing = pushing.standing(listed, registration, self.config.public_url)
        if standing is not None and standing.id != registration.renews:
            return standing
        if not registration.renews:
            return pushing.registered_before(registration)
        self._unregister(registration.renews)
        return self._registered(registration)

    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        with reading("Bring's callback", Rejected):
            body = inbound.json()
        return [pushing.hint(body)]

    def confirm(self, event: WebhookEvent) -> list[WebhookEvent]:
        """The scans that Tracking knows, by the ids that they have there, so that none is kept twice."""
        scans = self.track((event.provider_id,))
        return [replace(event, data={"tracking": scans})] if scans else []

    def settle(self, operation: str, request: Any) -> Any:
        """A test booking is nowhere to be found, and to repeat it does no harm."""
        settled = super().settle(operation, request)
        return NotExecuted() if isinstance(settled, NotExecuted) and self.config.is_test else settled

    def send(self, method: str, path: str, data: Any = None, *, write: bool, **extra: Any) -> Answer:
        headers = {**self._client, **extra.pop("headers", {})}
        return super().send(method, path, data, write=write, headers=headers, **extra)

    def kind_of(self, code: str, answer: Answer, writes: bool) -> type[ProviderError]:
        return kind_of_code(code, writes) or super().kind_of(code, answer, writes)

    def read_error(self, answer: Answer) -> tuple[str, str]:
        return read_error(answer)

    @property
    def _client(self) -> Mapping[str, str]:
        """Who is calling: our origin only, for the rest of our address is a secret."""
        parts = urlsplit(self.config.public_url or "https://crossdock.example")
        return {"X-Bring-Client-URL": f"{parts.scheme}://{parts.netloc}"}

    def _registered(self, registration: TrackingRegistration) -> Registered:
        body = pushing.registration_body(registration, self.config.public_url)
        return pushing.registered(self.post(pushing.PATH, body))

    def _unregister(self, push_id: str) -> None:
        try:
            self.delete(f"{pushing.PATH}/{quote(push_id, safe='')}")
        except Rejected as error:
            if error.status != NOT_FOUND:
                raise

    def _tracked(self, number: str) -> list[Mapping[str, Any]]:
        """Consignments that a consignment, a package or a sender's reference leads to."""
        try:
            body = self.get("/tracking/api/v2/tracking.json", q=number, lang="en")
        except Rejected as error:
            if error.code == "404":
                return []
            raise
        return tracking.tracked(body)
