"""What the simulated merchant sells at checkout: made-up deliveries of carriers that the sandbox knows too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Offer:
    """`price` is in whole units of the currency, tax included; `days` go by until the parcel is there."""

    code: str
    carrier: str
    kind: str
    name: str
    price: int
    days: int
    addons: tuple[str, ...] = ()


OFFERS = (
    Offer("pickup-point", "Bring", "pickup", "To a pickup point", 49, 2, ("EVARSLING",)),
    Offer("home-delivery", "PostNord", "delivery", "To your door", 129, 3),
    Offer("mailbox", "Bring", "mailbox", "Into the mailbox", 39, 4),
)
_BY_CODE = {offer.code: offer for offer in OFFERS}
_FREE_FROM = 200_000


def offer(code: str) -> Offer | None:
    return _BY_CODE.get(code)


def group(chosen: Offer, asked: Json, selection: str) -> Json:
    """The delivery group of a session that was asked for like this."""
    cart = asked["cart"]
    price = 0 if cart["total_value"] >= _FREE_FROM else chosen.price * 100
    return {
        "group_id": "group-1",
        "items": [{"sku": item["sku"], "quantity": item["quantity"]} for item in cart["items"]],
        "category": {
            "id": f"category-{chosen.code}",
            "name": chosen.name,
            "presented_category_name": chosen.name,
            "base_price": chosen.price * 100,
        },
        "pricing": {
            "currency": asked["purchase_currency"],
            "price": price,
            "price_components": [{"type": "PRICE_COMPONENT_TYPE_SHIPPING", "value": price}],
        },
        "shipping": _shipping(chosen),
        "selection": selection,
        "delivery_time": _times(chosen.days),
        "addresses": _addresses(chosen, asked),
    }


def _shipping(chosen: Offer) -> Json:
    return {
        "carrier": chosen.carrier,
        "product": chosen.code,
        "carrier_product_id": chosen.code,
        "delivery_type": chosen.kind,
        "addons": [{"code": code, "name": code.lower()} for code in chosen.addons],
        "delivery_addons": [],
        "route": {"shipping_legs": []},
        "supports": {"search": chosen.kind == "pickup"},
        "meta": {},
    }


def _times(days: int) -> Json:
    midnight = datetime.combine(datetime.now(UTC).date(), time(), UTC)
    sent, there = midnight + timedelta(days=1), midnight + timedelta(days=days + 1)
    promise = {"earliest": (there - timedelta(days=1)).isoformat(), "latest": there.isoformat()}
    return {
        "pickup_from_merchant": {"earliest": sent.isoformat(), "latest": sent.isoformat()},
        "carrier_delivery_promise": promise,
        "customer_delivery_promise": promise,
    }


def _addresses(chosen: Offer, asked: Json) -> Json:
    """Pickup points have the ids that the simulated Bring gives them: the postal code and the place's number."""
    place = asked.get("search_address") or {}
    told: Json = {"search_address": place}
    code = str(place.get("postal_code") or "")
    if chosen.kind == "pickup" and code:
        where = {"address_lines": ["Main Street 2"], "postal_code": code, "city": place.get("city", "")}
        told["location"] = {
            "external_id": f"{code}1",
            "name": f"Corner shop {code}",
            "location_type": "STORE",
            "address": {**where, "country": place.get("country", asked["purchase_country"])},
            "operational_hours": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "08-21"),
        }
    return told
