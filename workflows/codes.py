"""The codes that lists of steps may name, by what they are of; apps that know more of them say so when they are ready."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tenants.models import Market, Store

Codes = Callable[[], Iterable[str]]

_codes: dict[str, Codes] = {
    "markets": lambda: Market.objects.values_list("code", flat=True),
    "stores": lambda: Store.objects.values_list("code", flat=True),
    "warehouses": lambda: Store.objects.values_list("code", flat=True),
}


def register_codes(kind: str, codes: Codes) -> None:
    """Let steps be enabled and disabled for what `codes()` gives for the tenant in scope, such as shipment options."""
    _codes[kind] = codes


def codes_of(kind: str) -> list[str]:
    """Each code once, sorted; none of a kind that nobody knows."""
    return sorted(set(_codes[kind]())) if kind in _codes else []
