"""nShift Delivery (Unifaun). Reference: the API's RAML of 2016 and what clients of 2026 call, read on 2026-11-25.

One host serves live and test; a test shipment carries `test`, which prints TEST and tells the carrier nothing. Booking has
no idempotency key; the history finds a shipment by its order number, which is our reference. Documents can be fetched for
one hour. Prices and single tracking events are told by the nShift portal, which has a login of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from connectors.auth import Basic
from connectors.contracts.base import Answer, NotExecuted
from connectors.contracts.labels import join
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
from connectors.errors import Misconfigured, Rejected, RetryLater, Unknown
from connectors.providers.unifaun import answers, portal, words
from connectors.providers.unifaun.answers import Json
from connectors.providers.unifaun.bodies import shipment_body
from connectors.providers.unifaun.failures import read_error
from connectors.providers.unifaun.settings import PORTAL, UnifaunSettings

NOT_FOUND = 404
LABEL_BYTES = 25 * 1024 * 1024
#: Pages of the history that are read for one reference, which only one shipment has as a rule.
MOST_PAGES = 10


class Unifaun(CarrierProvider):
    slug, label, names = "unifaun", "nShift Delivery (Unifaun)", ("Unifaun",)
    aliases = ("nShift Delivery",)
    hosts = dict.fromkeys(("live", "test"), "https://api.unifaun.com/rs-extapi/v1")
    further_hosts = (PORTAL,)
    settings = UnifaunSettings
    auth = Basic("merchant_id", "api_token")
    check = ("GET", "/meta/lists/partners?language=en")
    states = words.ALL_STATES
    find_lag_s = 120
    books_returns = True
    label_formats = (PDF, ZPL)
    tracked_by = TrackedBy.REFERENCE
    guide = words.GUIDE

    def test_connection(self) -> Any:
        """Asks the portal too where a checkout is entered, for that is another login."""
        body = super().test_connection()
        if self.values.checkout_connection:
            self._session()
        return body

    def options(self, query: ShippingQuery) -> list[ShippingOption]:
        if not self.values.checkout_connection:
            raise Misconfigured(words.NO_CHECKOUT)
        place = f"{portal.OPTIONS}/{quote(self._session(), safe='')}"
        return portal.options(self._portal("POST", place, portal.options_body(query)), query)

    def pickup_points(self, query: ShippingQuery) -> list[PickupPoint]:
        kind = query.extra.get("AgentType") or self.values.agent_type
        if not kind:
            raise Misconfigured("Enter AgentType, whose pickup points are shown, such as POSTNORD")
        place = query.recipient
        street = {"street": place.line1} if place.line1 else {}
        body = self.get(
            "/addresses/agents", type=kind, countryCode=place.country, zip=place.postal_code, **street
        )
        return answers.pickup_points(body, query.limit)

    def book(self, booking: Booking) -> Booked:
        """The label comes with it, for nShift forgets it after an hour."""
        body = shipment_body(booking, self.values, self.config.is_test)
        item = answers.made(self.post("/shipments?returnFile=false", body), booking)
        booked = answers.booked(item, booking, datetime.now(UTC), self.values.tracking_key)
        return replace(booked, label=self.label_or_none(replace(booking, label_url=booked.label_url)))

    def fetch_label(self, booking: Booking) -> Label:
        place = f"/shipments/{self._id_of(booking)}/prints"
        try:
            numbers, kind = answers.prints(self.get(place), booking.label_format)
        except Rejected as error:
            if error.status != NOT_FOUND:
                raise
            numbers, kind = [], PDF
        if not numbers:
            raise Rejected(words.GONE.format(booking.consignment or booking.reference))
        accept = {"Accept": "application/octet-stream" if kind == ZPL else "application/pdf"}
        files = [
            self.send(
                "GET", f"{place}/{quote(n, safe='')}", write=False, headers=accept, max_bytes=LABEL_BYTES
            )
            for n in numbers
        ]
        return join([answers.label(file.body, kind) for file in files], RetryLater)

    def track(self, numbers: Sequence[str]) -> list[TrackingEvent]:
        """Event by event from the portal where it may be asked, else the state in nShift Delivery's own history."""
        tell = self._events if self.values.client_app_id else self._coarse_events
        told = [event for number in dict.fromkeys(numbers) for event in tell(number)]
        return sorted(told, key=lambda event: event.occurred_at)

    def cancel(self, booking: Booking) -> Booked:
        try:
            self.delete(f"/shipments/{self._id_of(booking)}")
        except Rejected as error:
            if not self._was_cancelled(booking):
                text = words.NOT_TAKEN_BACK.format(error.message)
                raise CannotCancel(text, code=error.code, status=error.status) from error
        return Booked(consignment=booking.consignment)

    def find(self, booking: Booking) -> Booked | None:
        """A cancelled shipment is no booking."""
        own = {
            answers.required(item, "id"): item
            for item in self._history(booking.reference)
            if not answers.is_cancelled(item) and not item.get("returnShipment")
        }
        if len(own) > 1:
            raise Unknown(
                f"nShift Delivery has several shipments with the order number {booking.reference}: {', '.join(own)}. "
                "Check there, then decide here."
            )
        key = self.values.tracking_key
        return next(
            (answers.booked(item, booking, answers.created(item), key) for item in own.values()), None
        )

    def settle(self, operation: str, request: Any) -> Any:
        """A cancellation can be seen in the history."""
        if operation == "cancel":
            done = self._was_cancelled(request)
            return Booked(consignment=request.consignment) if done else NotExecuted()
        return super().settle(operation, request)

    def read_error(self, answer: Answer) -> tuple[str, str]:
        return read_error(answer)

    def _id_of(self, booking: Booking) -> str:
        """nShift's own id, by which it was booked; looked up where it was lost."""
        found = booking.label_url or next(
            (answers.required(item, "id") for item in self._history(booking.reference)), ""
        )
        if not found:
            raise Rejected(f"nShift Delivery knows no shipment with the order number {booking.reference}")
        return quote(found, safe="")

    def _was_cancelled(self, booking: Booking) -> bool:
        own = self._history(booking.reference)
        named = [item for item in own if booking.label_url in ("", str(item.get("id")))]
        return bool(named) and all(map(answers.is_cancelled, named))

    def _history(self, reference: str) -> list[Json]:
        own: list[Json] = []
        for page in range(MOST_PAGES):
            body = self.get("/shipments-history", page=page, searchField="orderNo", searchValue=reference)
            found, pages = answers.history(body, reference)
            own += found
            if page + 1 >= pages:
                return own
        raise RetryLater(f"nShift's history has more than {MOST_PAGES} pages for {reference}")

    def _coarse_events(self, reference: str) -> list[TrackingEvent]:
        return answers.events(self._history(reference), reference)

    def _events(self, reference: str) -> list[TrackingEvent]:
        place = f"{portal.SHIPMENTS}/ByOrderNumber"
        for body in portal.search_bodies(reference, datetime.now(UTC)):
            ids = portal.found(self._portal("POST", place, body), reference)
            told = [self._portal("GET", f"{portal.SHIPMENTS}/{quote(item, safe='')}") for item in ids]
            if told:
                return [event for item in told for event in portal.events(item, reference)]
        return []

    def _session(self) -> str:
        connection = quote(self.values.checkout_connection, safe="")
        return portal.session_of(self._portal("POST", f"{portal.SESSIONS}/{connection}", {}))

    def _portal(self, method: str, path: str, body: Any = None) -> Any:
        if not (self.values.client_app_id and self.values.client_app_secret):
            raise Misconfigured("Enter Client App ID and Client App Secret, the client of the nShift portal")
        return self.call(method, self.values.oauth_resource + path, body, write=False, auth=portal.LOGIN)
