"""GLS, by its group-wide API: ShipIT-Farm v1, Track And Trace v1, Authentication v2. Read on 2026-11-26.

One host has all three; the sandbox transmits no parcel data. ShipIT tells what is wrong in headers of its answer, `error`
and `message`, with an empty body. Booking has no idempotency key; ShipIT finds parcels by the sender's reference. Tracking
takes 10 parcels in a call and 500 calls a day. There are no prices, no dates of delivery and no webhooks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from connectors.auth import ClientCredentials
from connectors.contracts.base import Answer, NotExecuted
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
    TrackingQuota,
)
from connectors.errors import ProviderError, Rejected
from connectors.providers.gls import answers, bodies, failures, labels, shops, tracking
from connectors.providers.gls.settings import GlsSettings
from connectors.providers.gls.words import GUIDE, MEDIA_TYPE, STATES

SHIPIT = "/shipit-farm/v1/backend/rs"
TRACKING = "/track-and-trace-v1/tracking/simple/references"
#: How soon ShipIT lists what it has booked is not published; for so many seconds an empty list proves nothing.
FIND_LAG_S = 600
#: 500 calls a day for ten parcels each: with 400 parcels under way each is looked at every two hours.
QUOTA = TrackingQuota(numbers_per_call=10, calls_per_day=500, interval_s=7200)
_JSON = {"Accept": "application/json", "Content-Type": "application/json"}
_NOT_FOUND = 404


class Gls(CarrierProvider):
    slug, label, names = "gls", "GLS", ("Gls",)
    hosts = {"live": "https://api.gls-group.net", "test": "https://api-sandbox.gls-group.net"}
    settings = GlsSettings
    auth = ClientCredentials("/oauth2/v2/token", id="client_id", secret="client_secret", style="basic")  # noqa: S106
    headers = {"Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE}
    check = ("POST", f"{SHIPIT}/shipments/allowedservices")
    states = STATES
    errors = failures.KINDS
    tells_prices, books_returns, refuses_in_200 = False, True, True
    label_formats = (PDF, ZPL)
    find_lag_s = FIND_LAG_S
    tracked_by = TrackedBy.PARCEL
    tracking_quota = QUOTA
    without_cancel = "Keep the parcel back and throw the label away: GLS invoices parcels that it has scanned"
    guide = GUIDE

    def check_body(self) -> Any:
        place = {"CountryCode": self.values.country}
        return {"Source": place, "Destination": place, "ContactID": self.values.contact_id}

    def options(self, query: ShippingQuery) -> list[ShippingOption]:
        body = self._ask("shipments/allowedservices", bodies.route(query, self.values))
        return answers.options(body, query.products)

    def pickup_points(self, query: ShippingQuery) -> list[PickupPoint]:
        try:
            body = self._ask("parcelshop/address", bodies.shop_search(query, self.values))
        except Rejected as error:
            if error.status != _NOT_FOUND or not error.code:
                raise
            return []
        return shops.pickup_points(body, query)

    def book(self, booking: Booking) -> Booked:
        body = bodies.shipment(booking, self.values)
        return answers.booked(self.post(f"{SHIPIT}/shipments", body), booking, self.values.tracking_url)

    def fetch_label(self, booking: Booking) -> Label:
        """Printed again parcel by parcel, for a parcel is what GLS prints."""
        return labels.joined([self._reprinted(number, booking) for number in _numbers(booking)])

    def track(self, numbers: Sequence[str]) -> list[TrackingEvent]:
        most = self.tracking_quota.numbers_per_call
        asked = list(dict.fromkeys(numbers))
        told = [self._tracked(asked[at : at + most]) for at in range(0, len(asked), most)]
        return tracking.events([parcel for parcels in told for parcel in parcels], self.states)

    def cancel(self, booking: Booking) -> Booked:
        """Parcel by parcel. Those that GLS took back before it refused one are named in the refusal."""
        cancelled: list[str] = []
        for number in _numbers(booking):
            answers.check_cancelled(self._cancelled(number, cancelled), number, cancelled)
            cancelled.append(number)
        return Booked(consignment=booking.consignment)

    def find(self, booking: Booking) -> Booked | None:
        body = self._ask("tracking/parcels", bodies.look_up(booking, datetime.now(UTC)))
        return answers.found(body, booking, self.values.tracking_url)

    def settle(self, operation: str, request: Any) -> Any:
        """A cancellation may be repeated: a parcel that is cancelled already stays so."""
        return NotExecuted() if operation == "cancel" else super().settle(operation, request)

    def classify(self, answer: Answer, writes: bool) -> ProviderError | None:
        error = failures.hidden(answer, writes) or super().classify(answer, writes)
        if error is not None and error.code == failures.QUOTA:
            error.final, error.retry_after = True, failures.QUOTA_WAIT_S
        return error

    def read_error(self, answer: Answer) -> tuple[str, str]:
        return failures.read_error(answer)

    def _ask(self, path: str, body: Any) -> Any:
        """ShipIT's questions are POST too."""
        return self.call("POST", f"{SHIPIT}/{path}", body, write=False)

    def _reprinted(self, number: str, booking: Booking) -> Label:
        body = bodies.reprint(number, booking, self.values)
        return labels.printed(self._ask("shipments/reprintparcel", body), booking.label_format)

    def _cancelled(self, number: str, before: Sequence[str]) -> Any:
        try:
            return self.post(f"{SHIPIT}/shipments/cancel/{quote(number, safe='')}")
        except Rejected as error:
            text = answers.cannot_cancel(number, before, error.message)
            raise CannotCancel(text, code=error.code, status=error.status) from error

    def _tracked(self, numbers: Sequence[str]) -> list[Any]:
        path = f"{TRACKING}/{','.join(quote(number, safe='') for number in numbers)}"
        try:
            return tracking.parcels(self.call("GET", path, headers=_JSON))
        except Rejected as error:
            if error.status != _NOT_FOUND:
                raise
            return []


def _numbers(booking: Booking) -> tuple[str, ...]:
    return booking.numbers or (booking.consignment,)
