"""Carriers that these tests can rely on, and the depot that answers them over real sockets."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.auth import Bearer
from connectors.contracts.base import Inbound
from connectors.contracts.common import WebhookEvent
from connectors.contracts.shipping import (
    Booked,
    BookedParcel,
    Booking,
    CannotCancel,
    CarrierProvider,
    CheckoutSession,
    DeliveryChoice,
    Label,
    PickupPoint,
    Registered,
    SessionCompletion,
    ShippingOption,
    ShippingQuery,
    TrackedBy,
    TrackingEvent,
    TrackingQuota,
    TrackingRegistration,
    TrackingState,
)
from connectors.schema import Secret, Settings, Text
from connectors.signing import HmacSha256
from tenants.money import Money
from tests.faultserver import Behaviour, Exchange

PDF = b"%PDF-1.4 a label"


class Handcart(CarrierProvider):
    """Books, and can do nothing else: no key, no look-up, no label."""

    slug, label, names = "handcart", "Handcart", ("Handcart",)

    def book(self, booking: Booking) -> Booked:
        parcels = [{"reference": parcel.reference, "weight": parcel.weight} for parcel in booking.parcels]
        data = {
            "reference": booking.reference,
            "product": booking.product,
            "to": booking.recipient.city,
            "from": booking.sender.city,
            "parcels": parcels,
            "services": booking.services,
            "point": booking.pickup_point,
            "extra": booking.extra,
        }
        return _booked(self.post("/bookings", data))


class Trolley(Handcart):
    """Everything that the contract has, without keys: the look-up by our reference settles."""

    slug, label, names = "trolley", "Trolley", ("Trolley",)
    webhook = HmacSha256(header="X-Trolley-Signature", key="webhook_key")
    auth = Bearer("api_token")
    states = {
        "moving": TrackingState.IN_TRANSIT,
        "stuck": TrackingState.EXCEPTION,
        "there": TrackingState.DELIVERED,
    }

    class settings(Settings):
        api_token = Secret("API Token", column="bearer_token")
        customer_number = Text("Customer Number")
        webhook_key = Secret("Webhook key", key="WebhookKey", required=False)

    def find(self, booking: Booking) -> Booked | None:
        found = self.get("/bookings", reference=booking.reference)
        return _booked(found) if found else None

    def fetch_label(self, booking: Booking) -> Label:
        return Label(content=self.send("GET", booking.label_url, write=False).body)

    def track(self, numbers: Sequence[str]) -> list[TrackingEvent]:
        return [self._event(item) for number in numbers for item in self.get("/track", q=number)["events"]]

    def cancel(self, booking: Booking) -> Booked:
        self.post(f"/bookings/{booking.consignment}/cancel")
        return Booked(consignment=booking.consignment)

    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        body = inbound.json()
        told = [self._event(item) for item in body["events"]]
        number = body["consignment"]
        return [WebhookEvent(id=body["id"], type="scan", provider_id=number, data={"tracking": told})]

    def _event(self, item: dict[str, Any]) -> TrackingEvent:
        return TrackingEvent(
            id=item["id"],
            parcel=item.get("parcel", ""),
            state=self.states.get(item["state"], TrackingState.UNKNOWN),
            raw_state=item["state"],
            occurred_at=datetime.fromisoformat(item["at"]),
            place="Oslo",
        )


def _option(item: dict[str, Any]) -> ShippingOption:
    """Prices are without tax."""
    return ShippingOption(
        product=item["product"],
        name=item["product"],
        price=Money.of(item["price"], "NOK"),
        tax_included=False,
        delivery=date(2026, 11, 30),
    )


def _booked(data: dict[str, Any]) -> Booked:
    return Booked(
        consignment=data["consignment"],
        parcels=tuple(BookedParcel(**parcel) for parcel in data["parcels"]),
        tracking_url=f"https://track.example/{data['consignment']}",
        label_url=f"/labels/{data['consignment']}",
    )


class Caravan(Trolley):
    """Brings things back, sells at checkout, pushes, and takes two questions of three parcels a day."""

    slug, label, names = "caravan", "Caravan", ("Caravan",)
    books_returns, most_parcels = True, 3
    tracked_by = TrackedBy.PARCEL
    tracking_quota = TrackingQuota(numbers_per_call=3, calls_per_day=2)

    def options(self, query: ShippingQuery) -> list[ShippingOption]:
        body = self.post("/rates", {"products": query.products, "grams": query.parcels[0].weight})
        return [_option(item) for item in body["rates"]]

    def pickup_points(self, query: ShippingQuery) -> list[PickupPoint]:
        place = query.recipient
        return [PickupPoint(id="P1", name=f"Kiosk in {place.city}", address=place)]

    def cancel(self, booking: Booking) -> Booked:
        raise CannotCancel("it has left the depot")

    def register_tracking(self, registration: TrackingRegistration) -> Registered:
        body = self.post("/pushes", {"q": registration.consignment, "renews": registration.renews})
        return Registered(id=body["id"], expires_at=datetime.fromisoformat(body["until"]))

    def track(self, numbers: Sequence[str]) -> list[TrackingEvent]:
        body = self.get("/track", q=",".join(numbers))
        return [replace(self._event(item), number=item["parcel"]) for item in body["events"]]


class Bazaar(CarrierProvider):
    """A delivery checkout that books nothing."""

    slug, label, names = "bazaar", "Bazaar", ("Bazaar",)

    def open_session(self, query: ShippingQuery) -> CheckoutSession:
        return CheckoutSession(id=query.session or "s-1", widget="<div id=bazaar></div>")

    def read_session(self, session: str) -> CheckoutSession:
        return CheckoutSession(id=session)

    def complete_session(self, completion: SessionCompletion) -> DeliveryChoice:
        self.post("/sessions", {"session": completion.session, "order": completion.order_number})
        return DeliveryChoice(
            session=completion.session,
            carrier="Trolley",
            product="bz-home",
            name="At your door",
            order_id="tos-1",
        )


class Sledge(Trolley):
    """Its look-up lags half an hour behind what it books."""

    slug, label, names = "sledge", "Sledge", ("Sledge",)
    find_lag_s = 1800


class Depot:
    """What the carrier's server does. `faults` are taken by the next requests to book, one each, and `label_faults` by
    those for a label. While it is `lagging`, the look-up knows nothing of what was booked; it does not track the
    `lost` numbers."""

    def __init__(self) -> None:
        self.bookings: dict[str, dict[str, Any]] = {}
        self.booked: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.cancelled: list[str] = []
        self.events: list[dict[str, Any]] = []
        self.faults: list[Behaviour] = []
        self.label_faults: list[Behaviour] = []
        self.label = PDF
        self.lagging = False
        self.rates: list[dict[str, Any]] = []
        self.rate_faults: list[Behaviour] = []
        self.lost: set[str] = set()
        self.pushed_until = datetime(2096, 12, 20, 10, tzinfo=UTC)
        self.pushes: list[dict[str, Any]] = []
        self.refuses_pushes = False
        self._lock = Lock()

    def __call__(self, exchange: Exchange) -> None:
        place = urlsplit(exchange.request.path)
        with self._lock:
            name = f"{exchange.request.method} {place.path.split('/')[1]}"
            self.asked[name] += 1
            if name == "POST bookings" and not place.path.endswith("/cancel"):
                self._book(exchange)
            elif name == "POST bookings":
                self.cancelled.append(place.path.split("/")[2])
                _reply(exchange, {})
            elif name == "GET bookings":
                found = self.bookings.get(parse_qs(place.query)["reference"][0])
                _reply(exchange, None if self.lagging else found)
            elif name == "POST rates" and self.rate_faults:
                self.rate_faults[0](exchange)
            elif name == "POST rates":
                _reply(exchange, {"rates": self.rates})
            elif name == "POST pushes":
                self._push(exchange)
            elif name == "POST sessions":
                _reply(exchange, {})
            elif name == "GET labels" and self.label_faults:
                self.label_faults.pop(0)(exchange)
            elif name == "GET labels":
                exchange.reply(200, self.label, {"Content-Type": "application/pdf"})
            elif set(parse_qs(place.query)["q"]) & self.lost:
                exchange.reply(404, b"{}", {"Content-Type": "application/json"})
            else:
                _reply(exchange, {"events": self.events})

    @property
    def doubles(self) -> list[str]:
        """References that were booked more than once."""
        return [reference for reference, times in self.booked.items() if times > 1]

    def _book(self, exchange: Exchange) -> None:
        """A fault decides itself whether the booking is made before it strikes."""
        fault = self.faults.pop(0) if self.faults else None
        if fault is None or getattr(fault, "after", False):
            self._make(exchange.request.json())
        if fault is not None:
            fault(exchange)
        else:
            _reply(exchange, self.bookings[exchange.request.json()["reference"]])

    def _push(self, exchange: Exchange) -> None:
        self.pushes.append(exchange.request.json())
        if self.refuses_pushes:
            exchange.reply(422, b"{}", {"Content-Type": "application/json"})
        else:
            _reply(exchange, {"id": f"push-{len(self.pushes)}", "until": self.pushed_until.isoformat()})

    def _make(self, data: dict[str, Any]) -> None:
        reference = data["reference"]
        self.booked[reference] += 1
        number = f"70{len(self.bookings) + 1:04d}"
        parcels = [
            {"reference": parcel["reference"], "number": f"{number}-{parcel['reference']}"}
            for parcel in data["parcels"]
        ]
        self.bookings[reference] = {"consignment": number, "parcels": parcels, "asked": data}


def after(fault: Behaviour) -> Behaviour:
    """The booking is made, then this happens."""

    def behave(exchange: Exchange) -> None:
        fault(exchange)

    behave.after = True  # type: ignore[attr-defined]
    return behave


def _reply(exchange: Exchange, body: Any) -> None:
    raw = b"" if body is None else json.dumps(body).encode()
    exchange.reply(200, raw, {"Content-Type": "application/json"})
