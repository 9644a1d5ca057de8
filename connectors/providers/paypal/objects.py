"""PayPal's objects as they come: where in them things stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.providers.paypal.words import HOLDING
from tenants.money import Money

Json = Mapping[str, Any]


def unit_of(order: Json) -> Json:
    """The one purchase unit; ours have no more."""
    unit: Json = order["purchase_units"][0]
    return unit


def listed(order: Json, kind: str) -> list[Json]:
    """The order's "authorizations", "captures" or "refunds", oldest first."""
    found: list[Json] = list((unit_of(order).get("payments") or {}).get(kind) or [])
    return found


def authorization_of(order: Json) -> Json | None:
    """The newest one that holds money, else the newest."""
    found = listed(order, "authorizations")
    return next((item for item in reversed(found) if item["status"] in HOLDING), found[-1] if found else None)


def money_of(item: Json) -> Money:
    """The amount of an authorisation, capture or refund. Raises ValueError for one that is none."""
    amount = item["amount"]
    money = Money.of(amount["value"], amount["currency_code"])
    if money < Money.zero(money.currency):
        raise ValueError("an amount is negative")
    return money


def text_of(item: Json, name: str) -> str:
    """Raises ValueError for what is no text."""
    value = item[name]
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is no text")
    return value


def moment(text: Any) -> datetime:
    """A time of PayPal's. Raises ValueError or TypeError for what is none, or lacks its zone."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time has no zone")
    return found


def linked(item: Json, relation: str) -> str:
    """The id at the end of a link of an object, "" without such a link."""
    found = (link["href"] for link in item.get("links") or () if link["rel"] == relation)
    return str(next(found, "")).rpartition("/")[2]


def with_item(order: Json, kind: str, item: Json) -> Json:
    """The order as it is once it lists this object, in the place of what it listed by that id."""
    unit = unit_of(order)
    others = [known for known in listed(order, kind) if known["id"] != item["id"]]
    payments = {**(unit.get("payments") or {}), kind: [*others, item]}
    return {**order, "purchase_units": [{**unit, "payments": payments}]}
