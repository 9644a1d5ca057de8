"""What is sent, and what became of it: parcels, bookings, labels, tracking.

Weights in grams, lengths in millimetres (see measures.py for carriers' units), countries in ISO 3166-1 alpha-2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from connectors.contracts.common import Address
from connectors.contracts.delivery import DeliveryChoice
from tenants.money import Money

PDF, ZPL = "application/pdf", "application/zpl"


class TrackingState(StrEnum):
    """Normalised carrier states; UNKNOWN changes nothing. What a carrier calls cancelled is an EXCEPTION."""

    PRE_TRANSIT = "pre_transit"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    READY_FOR_PICKUP = "ready_for_pickup"
    DELIVERED = "delivered"
    EXCEPTION = "exception"
    RETURNED = "returned"
    UNKNOWN = "unknown"


class TrackedBy(StrEnum):
    """Which numbers of a shipment a carrier's tracking is asked for; REFERENCE is ours."""

    CONSIGNMENT = "consignment"
    PARCEL = "parcel"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingQuota:
    """How much a carrier lets us ask: numbers in one call of `track`, calls in a day (None for no limit), and how many
    seconds lie between two looks at the same shipment at least."""

    numbers_per_call: int = 1
    calls_per_day: int | None = None
    interval_s: int = 1800


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
class Booking:
    """A shipment to book. `reference` is ours and unique; `product` is the carrier's code; `consignment` once booked.

    `sender` and `recipient` are those of the parcels' way: of a return (`is_return`) the customer is the sender.
    `return_of` is the consignment that a return brings back, "" where it is not known. `numbers` are the carrier's
    numbers of the parcels, in their order, once booked; `label_format` is one of the carrier's `label_formats`;
    `value` is what the goods are worth; `choice` is what the shopper chose in a checkout session; `extra` holds the
    shipping provider's Properties.
    """

    reference: str
    order_number: str
    product: str
    sender: Address
    recipient: Address
    parcels: tuple[Parcel, ...]
    services: tuple[str, ...] = ()
    pickup_point: str = ""
    is_return: bool = False
    return_of: str = ""
    consignment: str = ""
    numbers: tuple[str, ...] = ()
    label_url: str = ""
    label_format: str = PDF
    value: Money | None = None
    choice: DeliveryChoice | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedParcel:
    reference: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """The carrier's answer. `parcels` are in the order of the booking.

    A carrier that gives no number for the whole shipment has its id, else the first parcel's number, as `consignment`.
    `label_url` is whatever `fetch_label` needs to find the label again: an address or an id. What it leads to may lapse
    at `label_expires_at`.
    """

    consignment: str
    parcels: tuple[BookedParcel, ...] = ()
    tracking_url: str = ""
    label_url: str = ""
    label: Label | None = None
    label_expires_at: datetime | None = None
    delivery: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Label bytes as the carrier made them, of all parcels; `content_type` is PDF or ZPL. See labels.py to join several."""

    content: bytes
    content_type: str = PDF


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingEvent:
    """One scan. `raw_state` is the carrier's word; `id` drops duplicates.

    `parcel` is the parcel's number, or that of the consignment where it is about all. `number` is the one of those asked
    for that led to it: a carrier that takes several in one call has to set it. `expected` is when the parcel should
    arrive, as far as this scan tells.
    """

    id: str
    parcel: str
    state: TrackingState
    raw_state: str
    occurred_at: datetime
    number: str = ""
    description: str = ""
    place: str = ""
    expected: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingRegistration:
    """Asks a carrier to push the tracking of one shipment to the connector's own address (`config.public_url`), in the
    way that its webhook scheme verifies. `renews` is the carrier's id of an earlier registration that lapses soon or has
    lapsed; the new one takes its place."""

    reference: str
    consignment: str
    numbers: tuple[str, ...]
    renews: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """The carrier's id of a registration for pushed tracking, and until when it lasts (None: until delivery)."""

    id: str
    expires_at: datetime | None = None
