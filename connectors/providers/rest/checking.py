"""What of a template could never be filled in, found before it is published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from connectors.contracts.common import Address, Customer, Line, OrderDocument
from connectors.order_json import plain_name
from connectors.providers.rest.templates import FIELD, FILTERS

_OPEN = ("properties", "external_ids", "sections", "tags")
_PARTS = {"customer": Customer, "billing": Address, "shipping": Address, "lines": Line}
#: Of a payment, besides the order's.
PAYMENT = ("kind", "amount", "total", "payment_method", "provider", "provider_id", "occurred_at", "reference")
#: Of a shipment, under the name "shipment", besides the order's.
SHIPMENT = tuple(
    f"shipment.{name}"
    for name in (
        "reference",
        "shipping_option",
        "warehouse",
        "carrier",
        "product",
        "consignment",
        "tracking_number",
        "tracking_url",
        "state",
        "tracking_state",
        "parcels",
    )
)
#: Of a parcel, within {"$each": "shipment.parcels"}.
_PARCEL = {"reference", "number", "weight", "length", "width", "height"}


def problems(template: Any, extra: tuple[str, ...] = (), place: str = "") -> Iterator[str]:
    """What of a template could never be filled in, each with its place and the cure. `extra` are further fields."""
    yield from _problems(template, extra, place, inside="")


def _problems(template: Any, extra: tuple[str, ...], place: str, inside: str) -> Iterator[str]:
    if isinstance(template, str):
        for found in FIELD.finditer(template):
            yield from _field_problems(found, extra, place, inside)
        if "{" in FIELD.sub("", template) or "}" in FIELD.sub("", template):
            yield f"{place}: {template[:60]!r} has braces that hold no field; write such as {{number}}"
    elif isinstance(template, Mapping):
        each = str(template.get("$each", "")) or inside
        if "$each" in template and plain_name(each) not in {"lines", *map(plain_name, extra)}:
            yield f"{place}: $each takes lines, not {each}"
        for name, item in template.items():
            if name != "$each":
                yield from _problems(item, extra, f"{place}.{name}" if place else str(name), each)
    elif isinstance(template, list):
        for number, item in enumerate(template):
            yield from _problems(item, extra, f"{place}.{number}", inside)


def _field_problems(found: re.Match[str], extra: tuple[str, ...], place: str, inside: str) -> Iterator[str]:
    name, word = found[1].strip(), found[3]
    own = _PARCEL if plain_name(inside).endswith("parcels") else _names_of("lines") if inside else set()
    known = _names() | set(extra) | own
    if word and word not in FILTERS:
        yield f"{place}: there is no filter {word}; use one of {', '.join(FILTERS)}"
    parts = [plain_name(part) for part in name.split(".")]
    if parts[0] in map(plain_name, _OPEN) or (
        parts[0] == "lines" and len(parts) > 1 and parts[1].isdecimal()
    ):
        return
    if ".".join(parts) not in map(plain_name, known):
        near = get_close_matches(name.lower(), sorted(known), n=3)
        cure = (
            f"did you mean {' or '.join(near)}?"
            if near
            else "use one such as number, total or customer.email"
        )
        yield f"{place}: there is no field {{{name}}}; {cure}"


def _names() -> set[str]:
    own = {item.name for item in fields(OrderDocument)} - {"id"}
    return own | {"reference"} | {f"{part}.{name}" for part in _PARTS for name in _names_of(part)}


def _names_of(part: str) -> set[str]:
    return {item.name for item in fields(_PARTS[part])}
