"""The delivery choice of a checkout session, as the shipment keeps it: JSON without the vendor's markup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from connectors.contracts.common import Address
from connectors.contracts.plain import plain
from connectors.contracts.shipping import DeliveryChoice, DeliveryType, PickupPoint
from tenants.money import Money

_LATER = frozenset({"type", "price", "pickup_point", "delivery", "services"})


def choice_document(choice: DeliveryChoice) -> dict[str, Any]:
    found: dict[str, Any] = plain(choice)
    return {**found, "currency": choice.price.currency if choice.price else ""}


def read_choice(document: Mapping[str, Any]) -> DeliveryChoice:
    """Of what `choice_document` made, earlier versions included, which knew less."""
    named = [item.name for item in fields(DeliveryChoice) if item.name not in _LATER]
    texts = {name: document.get(name, "") for name in named}
    price, when, point = document["price"], document["delivery"], document["pickup_point"]
    return DeliveryChoice(
        **texts,
        services=tuple(document["services"]),
        type=DeliveryType(document["type"]) if document["type"] else None,
        price=Money.of(price, document["currency"]) if price is not None else None,
        delivery=datetime.fromisoformat(when) if when else None,
        pickup_point=_point(point) if point else None,
    )


def _point(document: Mapping[str, Any]) -> PickupPoint:
    kind, address = DeliveryType(document["type"]), Address(**document["address"])
    return PickupPoint(**{**document, "type": kind, "address": address})
