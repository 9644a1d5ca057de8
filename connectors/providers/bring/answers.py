"""What Bring's offers, pickup points and bookings say, in the words of the shipping contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.common import Address
from connectors.contracts.shipping import (
    Booked,
    BookedParcel,
    Booking,
    PickupPoint,
    ShippingOption,
)
from connectors.errors import Rejected, RetryLater, Unknown
from connectors.providers.bring.failures import errors_in, kind_of_code, told
from connectors.providers.bring.words import hours_field
from tenants.money import Money

Json = Mapping[str, Any]


def options(body: Any) -> list[ShippingOption]:
    """A product that is not available is left out by Bring, or comes with errors of its own."""
    with reading("Bring's list of products", RetryLater):
        products = [item for part in body["consignments"] for item in part.get("products") or []]
        return [_option(item) for item in products if not item.get("errors")]


def pickup_points(body: Any, language: str) -> list[PickupPoint]:
    with reading("Bring's list of pickup points", RetryLater):
        return [_pickup_point(item, hours_field(language)) for item in body["pickupPoint"]]


def booked(body: Any, booking: Booking) -> Booked:
    """Raises Rejected and the like for errors, which Bring also sends with status 200."""
    with reading("Bring's answer to the booking", Unknown):
        [consignment] = body["consignments"]
        confirmation = consignment.get("confirmation")
        _check_refusal(consignment, confirmation)
        links, times = confirmation["links"], confirmation.get("dateAndTimes") or {}
        return Booked(
            consignment=required(confirmation, "consignmentNumber"),
            parcels=_in_order(confirmation["packages"], booking),
            tracking_url=links.get("tracking") or "",
            label_url=links.get("labels") or "",
            delivery=_moment(times.get("expectedDelivery")),
        )


def _option(product: Json) -> ShippingOption:
    gui, expected = product.get("guiInformation") or {}, product.get("expectedDelivery") or {}
    days, day = expected.get("workingDays"), expected.get("expectedDeliveryDate")
    code = required(product, "id")
    return ShippingOption(
        product=code,
        name=gui.get("displayName") or gui.get("productName") or code,
        price=_price(product.get("price") or {}),
        delivery=date(*(int(day[part]) for part in ("year", "month", "day"))) if day else None,
        working_days=int(days) if days else None,
        description=gui.get("descriptionText") or "",
    )


def _price(price: Json) -> Money | None:
    """The merchant's own price where the user may see it, else the list price."""
    shown = price.get("netPrice") or price.get("listPrice")
    if not shown:
        return None
    return Money.of(shown["priceWithAdditionalServices"]["amountWithVAT"], shown["currencyCode"])


def _pickup_point(item: Json, hours: str) -> PickupPoint:
    """The visiting address; `address` may be a box for letters."""
    return PickupPoint(
        id=required(item, "id"),
        name=required(item, "name"),
        address=Address(
            name=item["name"],
            line1=item.get("visitingAddress") or item.get("address") or "",
            postal_code=item.get("visitingPostalCode") or item.get("postalCode") or "",
            city=item.get("visitingCity") or item.get("city") or "",
            country=item.get("countryCode") or "",
        ),
        opening_hours=item.get(hours) or "",
        latitude=_coordinate(item.get("latitude")),
        longitude=_coordinate(item.get("longitude")),
        distance=int(Decimal(item["distanceInKm"]) * 1000) if item.get("distanceInKm") else None,
    )


def _check_refusal(consignment: Json, confirmation: Any) -> None:
    errors = list(errors_in(consignment))
    if not errors:
        return
    code, text = told(errors)
    kind = Unknown if confirmation else kind_of_code(code, True) or Rejected
    raise kind(text or "Bring refused the booking without a reason", code=code, status=200)


def _in_order(packages: Sequence[Json], booking: Booking) -> tuple[BookedParcel, ...]:
    """By our references of the parcels, which Bring echoes; by their place where it does not."""
    numbers = [required(item, "packageNumber") for item in packages]
    echoed = {str(item.get("correlationId")): number for item, number in zip(packages, numbers, strict=True)}
    references = [parcel.reference for parcel in booking.parcels]
    if set(echoed) == set(references):
        numbers = [echoed[reference] for reference in references]
    return tuple(
        BookedParcel(reference=reference, number=number)
        for reference, number in zip(references, numbers, strict=False)
    )


def _moment(milliseconds: Any) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


def _coordinate(value: Any) -> float | None:
    return None if value in (None, "") else float(value)


def required(item: Json, name: str) -> str:
    if not item[name]:
        raise ValueError(f"{name} is empty")
    return str(item[name])
