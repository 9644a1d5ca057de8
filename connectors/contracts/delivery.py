"""What checkout asks carriers for: options with price and estimate, pickup points, checkout sessions.

Weights in grams, lengths in millimetres, countries in ISO 3166-1 alpha-2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from connectors.contracts.common import Address, Customer
from tenants.money import Money

if TYPE_CHECKING:
    from connectors.contracts.parcels import Parcel


class DeliveryType(StrEnum):
    """How the recipient gets it; "" in an option says that the carrier does not tell."""

    HOME = "home"
    PICKUP_POINT = "pickup_point"
    LOCKER = "locker"
    MAILBOX = "mailbox"
    STORE = "store"


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine:
    """One line of a cart. Prices include tax; grams and millimetres of one piece, 0 for not measured."""

    sku: str
    name: str
    quantity: int
    unit_price: Money
    discount: Money
    weight: int = 0
    length: int = 0
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    """`total` includes tax, is after discounts and without shipping. `id` is the shop's."""

    id: str
    total: Money
    lines: tuple[CartLine, ...] = ()
    discount: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingQuery:
    """What checkout asks: where from, where to, which parcels, which of the carrier's products.

    `products` and `services` are the carrier's codes. `limit` is how many pickup points are wanted. `session` is the id
    of the checkout session that this goes on with. `customer` and `cart` are there for sessions, and may be missing.
    """

    sender: Address
    recipient: Address
    parcels: tuple[Parcel, ...]
    products: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    currency: str = ""
    language: str = ""
    limit: int = 10
    ship_on: date | None = None
    session: str = ""
    cart: Cart | None = None
    customer: Customer | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


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
    type: DeliveryType = DeliveryType.PICKUP_POINT


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingOption:
    """One offer. `price` is None where the carrier has no rate; `tax_included` tells whether it includes tax.

    `product` and `services` are what to book it by; `offer` is the carrier's id of this very offer, where it has one;
    `carrier` is who drives where the provider stands for several. `delivery` is the expected date.
    """

    product: str
    name: str
    price: Money | None = None
    tax_included: bool = True
    tax_rate: Decimal | None = None
    delivery: date | None = None
    working_days: int | None = None
    description: str = ""
    carrier: str = ""
    services: tuple[str, ...] = ()
    offer: str = ""
    type: DeliveryType | None = None
    pickup_points: tuple[PickupPoint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryChoice:
    """What the shopper chose in a checkout session; kept on the shipment.

    `carrier`, `product` and `services` are the checkout's words, by which a shipping option books it ("Checkout Codes").
    `order_id` is the checkout's id of the order's transport, once the session is complete. `note` tells staff what they
    should look at, such as that the checkout could not keep to what was chosen.
    """

    session: str
    carrier: str = ""
    product: str = ""
    services: tuple[str, ...] = ()
    name: str = ""
    type: DeliveryType | None = None
    price: Money | None = None
    pickup_point: PickupPoint | None = None
    delivery: datetime | None = None
    order_id: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutSession:
    """A delivery checkout at the vendor. `widget` is HTML of the vendor for the shop's page: it goes out in the answer of
    our API and nowhere else, is never stored, logged or shown in the admin. `choice` is what is chosen so far."""

    id: str
    options: tuple[ShippingOption, ...] = ()
    widget: str = field(default="", repr=False)
    choice: DeliveryChoice | None = None
    is_complete: bool = False
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCompletion:
    """The order of a checkout session was placed. `reference` is that of our shipment."""

    session: str
    order_number: str
    reference: str
    recipient: Address
    customer: Customer | None = None
