"""PostNord. Reference: developer.postnord.com (Booking 3.5, Service Points 5, Transit Time 1, Track & Trace 5 and 7).

The key is in the address of every call. Booking has no idempotency key; tracking finds a shipment by customer number and
reference once PostNord has taken in the instruction. Live bookings are taken back in Sweden only. There are no prices
and no webhooks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from connectors.auth import QueryKey
from connectors.contracts.base import Answer, NotExecuted, reading
from connectors.contracts.shipping import (
    PDF,
    ZPL,
    Booked,
    Booking,
    CannotCancel,
    CarrierProvider,
    Label,
    PickupPoint,
    ShippingOption,
    ShippingQuery,
    TrackedBy,
    TrackingEvent,
)
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown
from connectors.providers.postnord import answers, checkout, tracking
from connectors.providers.postnord.bodies import deletion, instruction, paper, why_kept
from connectors.providers.postnord.failures import CLOSED, read_error
from connectors.providers.postnord.settings import PostNordSettings
from connectors.providers.postnord.words import GUIDE, STATES

LABEL_BYTES = 25 * 1024 * 1024
#: How long after a booking it may be that tracking does not find it; PostNord promises nothing.
TRACKING_LAG_S = 3600
_SUFFIXES = {PDF: "pdf", ZPL: "zpl"}


class PostNord(CarrierProvider):
    slug, label, names = "postnord", "PostNord", ("PostNord", "PostNordV2")
    hosts = {"live": "https://api2.postnord.com", "test": "https://atapi2.postnord.com"}
    settings = PostNordSettings
    auth = QueryKey("apikey", "api_token")
    check = ("GET", "/rest/shipment/v3/edi/labels/manage/health")
    states = STATES
    find_lag_s = TRACKING_LAG_S
    tells_prices = False
    books_returns, refuses_in_200, most_parcels = True, True, 100
    label_formats = (PDF, ZPL)
    tracked_by = TrackedBy.PARCEL
    guide = GUIDE

    def options(self, query: ShippingQuery) -> list[ShippingOption]:
        """Delivery dates only. A product that PostNord does not carry there is left out."""
        if not query.products:
            raise Misconfigured("Name the PostNord services to offer, such as 19, as Product of the options")
        if self.values.customer_key:
            return self._delivery_options(query)
        refusals: list[Rejected] = []
        found = [self._arrival(query, product, refusals) for product in query.products]
        if len(refusals) == len(query.products):
            raise refusals[0]
        return [option for option in found if option]

    def pickup_points(self, query: ShippingQuery) -> list[PickupPoint]:
        asked = checkout.near(query, self.values.point_types or "")
        body = self.get("/rest/businesslocation/v5/servicepoints/nearest/byaddress", **asked)
        return checkout.points(body, query.language)

    def book(self, booking: Booking) -> Booked:
        """A return has its label as PDF, for the customer prints it."""
        made, place = (PDF, "returns/edi") if booking.is_return else (booking.label_format, "edi")
        body = self.post(
            f"/rest/shipment/v3/{place}/labels/{_SUFFIXES[made]}",
            instruction(booking, self.values, **self._told(booking)),
            query={} if booking.is_return else paper(self.values, made),
            max_bytes=LABEL_BYTES,
        )
        return answers.booked(body, booking, made)

    def fetch_label(self, booking: Booking) -> Label:
        numbers = booking.numbers or tuple(filter(None, [booking.consignment]))
        if not numbers:
            raise Rejected(
                f"{booking.reference} has no number at PostNord to have a label for: book it first"
            )
        made = PDF if booking.is_return else booking.label_format
        body = self.call(
            "POST",
            f"/rest/shipment/v3/labels/ids/{_SUFFIXES[made]}",
            [{"id": number} for number in numbers],
            query=paper(self.values, made),
            write=False,
            max_bytes=LABEL_BYTES,
        )
        return answers.label(body, made)

    def track(self, numbers: Sequence[str]) -> list[TrackingEvent]:
        unique: dict[str, TrackingEvent] = {}
        for number in dict.fromkeys(numbers):
            body = self.get("/rest/shipment/v5/trackandtrace/findByIdentifier.json", id=number, locale="en")
            found = tracking.events(number, tracking.shipments(body), self.states)
            unique |= {event.id: event for event in found if event.id not in unique}
        return sorted(unique.values(), key=lambda event: event.occurred_at)

    def find(self, booking: Booking) -> Booked | None:
        customer, reference = (
            quote(text, safe="") for text in (self.values.customer_number, booking.reference)
        )
        path = f"/rest/shipment/v7/trackandtrace/customernumber/{customer}/reference/{reference}/public"
        found = tracking.shipments(self.get(path, locale="en"))
        own = [item for item in found if tracking.is_of(item, booking)]
        if len(own) > 1:
            raise Unknown(
                f"PostNord tracks several shipments with the reference {booking.reference}: check there, then decide here"
            )
        return next((tracking.found(item, booking, self.values.country) for item in own), None)

    def cancel(self, booking: Booking) -> Booked:
        reason = why_kept(booking, self.values.country)
        if reason:
            raise CannotCancel(reason)
        told = deletion(booking, self.values, **self._told(booking))
        try:
            body = self.post("/rest/shipment/v3/edi", told)
            with reading("PostNord's answer to the cancellation", Unknown):
                answers.confirmed(body)
        except Rejected as error:
            raise CannotCancel(error.message, code=error.code, status=error.status) from None
        return Booked(consignment=booking.consignment)

    def settle(self, operation: str, request: Any) -> Any:
        """A test booking is nowhere to be found, and to repeat it does no harm."""
        settled = super().settle(operation, request)
        return NotExecuted() if isinstance(settled, NotExecuted) and self.config.is_test else settled

    def test_connection(self) -> Any:
        """Health proves the key; PostNord tells in plain text whether it knows the customer number."""
        body = super().test_connection()
        asked = {"customerNumber": self.values.customer_number, "countryCode": self.values.country}
        answer = self.send("GET", "/rest/shipment/v1/validate/customernumber", write=False, query=asked)
        if "INVALID" in answer.text().upper():
            raise Misconfigured(
                f"PostNord does not know the customer number {self.values.customer_number} in {self.values.country}: "
                "correct Customer Number or Agreement Country"
            )
        return body

    def read_check(self, body: Any) -> None:
        with reading("PostNord's answer about its health", RetryLater):
            if body["status"] != "UP":
                raise RetryLater(f"PostNord says that its booking is {body['status']}: try again later")

    def kind_of(self, code: str, answer: Answer, writes: bool) -> type[ProviderError]:
        if answer.status == CLOSED:
            return Unknown if writes else RetryLater
        return super().kind_of(code, answer, writes)

    def read_error(self, answer: Answer) -> tuple[str, str]:
        return read_error(answer)

    def _arrival(self, query: ShippingQuery, product: str, refusals: list[Rejected]) -> ShippingOption | None:
        asked = checkout.journey(query, product, self.values.country, datetime.now(UTC).date())
        try:
            body = self.get("/rest/transport/v1/transittime/getTransitTimeInformation.json", **asked)
        except Rejected as error:
            refusals.append(error)
            return None
        return checkout.arrival(body, product)

    def _delivery_options(self, query: ShippingQuery) -> list[ShippingOption]:
        asked = checkout.wishes(query, self.values.customer_key, datetime.now(UTC))
        headers = {"Accept-Language": query.language or "en"}
        path = "/rest/shipment/v1/deliveryoptions/bywarehouse"
        return checkout.offers(self.call("POST", path, asked, write=False, headers=headers), query)

    def _told(self, booking: Booking) -> dict[str, Any]:
        point = self._point(booking) if booking.pickup_point else None
        return {"is_test": self.config.is_test, "now": datetime.now(UTC), "point": point}

    def _point(self, booking: Booking) -> PickupPoint:
        """PostNord wants the name and address of a service point too."""
        chosen = booking.choice.pickup_point if booking.choice else None
        if chosen and chosen.id == booking.pickup_point:
            return chosen
        asked = {"countryCode": booking.recipient.country, "ids": booking.pickup_point}
        body = self.get("/rest/businesslocation/v5/servicepoints/ids", returnType="json", **asked)
        found = checkout.points(body, "en")
        if not found:
            raise Rejected(
                f"PostNord has no service point {booking.pickup_point} in {booking.recipient.country}: choose another"
            )
        return found[0]
