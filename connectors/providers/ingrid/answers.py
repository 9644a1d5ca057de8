"""What a session of Ingrid says, in the words of the shipping contract.

A session has one delivery group, or several where the merchant's rules split the cart. Any field may be missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import add
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.common import Address
from connectors.contracts.shipping import (
    CheckoutSession,
    DeliveryChoice,
    DeliveryType,
    PickupPoint,
    ShippingOption,
)
from connectors.errors import ProviderError, RetryLater, Unknown
from connectors.providers.ingrid.words import COMPLETE, DELIVERIES, FELL_BACK, PLACES
from tenants.money import Money

Json = Mapping[str, Any]


def session(body: Any, kind: type[ProviderError] = RetryLater) -> CheckoutSession:
    with reading("Ingrid's session", kind):
        found = body["session"]
        groups = [group for group in found.get("delivery_groups") or [] if group.get("shipping")]
        return CheckoutSession(
            id=required(found, "checkout_session_id"),
            options=tuple(_option(group) for group in groups),
            widget=body.get("html_snippet") or "",
            choice=_choice(found["checkout_session_id"], groups) if groups else None,
            is_complete=required(found, "status").upper() == COMPLETE,
        )


def completed(body: Any) -> DeliveryChoice:
    """Raises Unknown for an answer that does not say that the session is complete, and with which delivery."""
    told = session(body, Unknown)
    if not told.is_complete or told.choice is None:
        raise Unknown(
            f"Ingrid's answer does not say that the session {told.id} was completed with a delivery"
        )
    return told.choice


def _option(group: Json) -> ShippingOption:
    product, place, when = _product(group), _place(group), _expected(group)
    return ShippingOption(
        product=product,
        name=_name(group) or product,
        price=_price(group),
        delivery=when.date() if when else None,
        carrier=group["shipping"].get("carrier") or "",
        services=_services(group),
        offer=(group.get("category") or {}).get("id") or "",
        type=_type(group),
        pickup_points=(place,) if place else (),
    )


def _choice(session_id: str, groups: Sequence[Json]) -> DeliveryChoice:
    """Of several groups the first decides, unless they are to be sent in different ways: then no product books them."""
    first, products = groups[0], list(dict.fromkeys(map(_product, groups)))
    prices = [price for price in map(_price, groups) if price is not None]
    return DeliveryChoice(
        session=session_id,
        carrier=first["shipping"].get("carrier") or "",
        product=products[0] if len(products) == 1 else "",
        services=_services(first),
        name=" + ".join(dict.fromkeys(filter(None, map(_name, groups)))),
        type=_type(first),
        price=reduce(add, prices) if len(prices) == len(groups) else None,
        pickup_point=_place(first),
        delivery=max(filter(None, map(_expected, groups)), default=None),
        order_id=", ".join(dict.fromkeys(group["tos_id"] for group in groups if group.get("tos_id"))),
        note="; ".join(_notes(groups, products)),
    )


def _notes(groups: Sequence[Json], products: Sequence[str]) -> list[str]:
    """The selection is a word, or an object in some versions, which then tells nothing of a fallback."""
    words = [group.get("selection") for group in groups]
    notes = [FELL_BACK[word] for word in words if isinstance(word, str) and word in FELL_BACK]
    if len(products) > 1:
        notes.append(
            f"Ingrid split the cart into {len(groups)} deliveries ({', '.join(products)}): book them by hand"
        )
    return list(dict.fromkeys(notes))


def _product(group: Json) -> str:
    return required(group["shipping"], "carrier_product_id")


def _name(group: Json) -> str:
    category = group.get("category") or {}
    return str(category.get("presented_category_name") or category.get("name") or "")


def _services(group: Json) -> tuple[str, ...]:
    """Add-ons of the carrier by its codes, and those that the shopper chose by the merchant's ids."""
    shipping = group["shipping"]
    codes = [item.get("code") or item.get("name") for item in shipping.get("addons") or []]
    chosen = [
        item.get("external_addon_id") or item.get("id") for item in shipping.get("delivery_addons") or []
    ]
    return tuple(dict.fromkeys(str(code) for code in [*codes, *chosen] if code))


def _price(group: Json) -> Money | None:
    pricing = group.get("pricing") or {}
    return Money.from_minor(pricing["price"], pricing["currency"]) if pricing.get("currency") else None


def _type(group: Json) -> DeliveryType | None:
    place = (group.get("addresses") or {}).get("location") or {}
    if place.get("location_type") == "LOCKER":
        return DeliveryType.LOCKER
    return DELIVERIES.get(group["shipping"].get("delivery_type") or "")


def _expected(group: Json) -> datetime | None:
    """The end of what was promised to the shopper, else of the carrier's promise."""
    times = group.get("delivery_time") or {}
    promises = (times.get(f"{whose}_delivery_promise") or {} for whose in ("customer", "carrier"))
    told = next((promise["latest"] for promise in promises if promise.get("latest")), None)
    moment = datetime.fromisoformat(told) if told else None
    if moment is not None and moment.tzinfo is None:
        raise ValueError(f"{told} has no time zone")
    return moment


def _place(group: Json) -> PickupPoint | None:
    """Where the shopper picks it up; a place without an id is none that could be booked."""
    place = (group.get("addresses") or {}).get("location") or {}
    if not place.get("external_id"):
        return None
    address = place.get("address") or {}
    where = address.get("coordinates") or {}
    return PickupPoint(
        id=str(place["external_id"]),
        name=place.get("name") or str(place["external_id"]),
        address=_address(place.get("name") or "", address),
        opening_hours=_hours(place.get("operational_hours") or {}),
        latitude=_degrees(where.get("lat")),
        longitude=_degrees(where.get("lng")),
        type=PLACES.get(place.get("location_type") or "", DeliveryType.PICKUP_POINT),
    )


def _address(name: str, told: Json) -> Address:
    lines = told.get("address_lines") or [
        f"{told.get('street') or ''} {told.get('street_number') or ''}".strip()
    ]
    return Address(
        name=name,
        line1=lines[0],
        line2=", ".join(lines[1:]),
        postal_code=told.get("postal_code") or "",
        city=told.get("city") or "",
        region=told.get("region") or "",
        country=told.get("country") or "",
    )


def _hours(told: Json) -> str:
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    named = [f"{day.capitalize()} {told[day]}" for day in days if told.get(day)]
    return ", ".join(named or told.get("free_text") or [])


def _degrees(value: Any) -> float | None:
    return None if value is None else float(value)


def required(item: Json, name: str) -> str:
    if not item[name]:
        raise ValueError(f"{name} is empty")
    return str(item[name])
