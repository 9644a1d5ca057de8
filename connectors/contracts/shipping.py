"""The shipping contract. Weights in grams, lengths in millimetres, countries in ISO 3166-1 alpha-2, on every side of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from connectors.contracts.base import Category, Inbound, NotExecuted, Provider, operation
from connectors.contracts.common import Address, WebhookEvent
from connectors.errors import NotSupported
from tenants.money import Money


class TrackingState(StrEnum):
    """Normalised carrier states; UNKNOWN changes nothing."""

    PRE_TRANSIT = "pre_transit"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    READY_FOR_PICKUP = "ready_for_pickup"
    DELIVERED = "delivered"
    EXCEPTION = "exception"
    RETURNED = "returned"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One package: grams and millimetres; zero means not measured."""

    reference: str
    weight: int
    length: int = 0
    width: int = 0
    height: int = 0
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingQuery:
    """What checkout asks: where from, where to, which parcels, which of the carrier's products."""

    sender: Address
    recipient: Address
    parcels: tuple[Parcel, ...]
    products: tuple[str, ...] = ()
    currency: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingOption:
    """One offer. `price` includes tax and is None where the carrier has no rate; `delivery` is the expected date."""

    product: str
    name: str
    price: Money | None = None
    delivery: date | None = None
    working_days: int | None = None
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupPoint:
    """`distance` from the recipient in metres; `opening_hours` as a text in the language that was asked for."""

    id: str
    name: str
    address: Address
    opening_hours: str = ""
    latitude: float | None = None
    longitude: float | None = None
    distance: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A shipment to book. `reference` is ours and unique; `product` is the carrier's code; `consignment` once booked."""

    reference: str
    order_number: str
    product: str
    sender: Address
    recipient: Address
    parcels: tuple[Parcel, ...]
    services: tuple[str, ...] = ()
    pickup_point: str = ""
    is_return: bool = False
    consignment: str = ""
    label_url: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedParcel:
    reference: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """The carrier's answer. `parcels` are in the order of the booking."""

    consignment: str
    parcels: tuple[BookedParcel, ...] = ()
    tracking_url: str = ""
    label_url: str = ""
    label: Label | None = None
    delivery: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Label bytes as the carrier made them; `content_type` is application/pdf or application/zpl."""

    content: bytes
    content_type: str = "application/pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingEvent:
    """One scan. `raw_state` is the carrier's word; `id` drops duplicates."""

    id: str
    parcel: str
    state: TrackingState
    raw_state: str
    occurred_at: datetime
    description: str = ""
    place: str = ""


class CarrierProvider(Provider):
    """Contract of Category Shipping.

    `find_lag_s` is how many seconds after a try to book `find` may still not know a booking that was made.
    """

    category = Category.SHIPPING
    find_lag_s: ClassVar[float] = 0

    @operation
    def options(self, query: ShippingQuery) -> list[ShippingOption]:
        """Offers with price and delivery estimate; a product that is not available is left out."""
        raise _missing(self, "prices")

    @operation
    def pickup_points(self, query: ShippingQuery) -> list[PickupPoint]:
        """Pickup points near the recipient, nearest first."""
        raise _missing(self, "pickup points")

    @operation
    def book(self, booking: Booking) -> Booked:
        """Book with the carrier."""
        raise _missing(self, "booking")

    @operation
    def fetch_label(self, booking: Booking) -> Label:
        """Fetch the label of a booked shipment."""
        raise _missing(self, "labels")

    @operation
    def track(self, numbers: Sequence[str]) -> list[TrackingEvent]:
        """Tracking events of the given consignment or parcel numbers, oldest first."""
        raise _missing(self, "tracking")

    @operation
    def cancel(self, booking: Booking) -> Booked:
        """Cancel a booking at the carrier."""
        raise _missing(self, "cancelling")

    @operation
    def find(self, booking: Booking) -> Booked | None:
        """Look a booking up by our `reference`; None when the carrier knows none."""
        raise _missing(self, "a look-up by reference")

    @operation
    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        """Read the events of a verified webhook."""
        raise _missing(self, "webhooks")

    def settle(self, operation: str, request: Any) -> Booked | NotExecuted | None:
        if operation != "book" or "find" not in self.operations():
            return None
        return self.find(request) or NotExecuted(proved_after_s=self.find_lag_s)


def _missing(provider: Provider, what: str) -> NotSupported:
    return NotSupported(f"{provider.label} does not offer {what}")
