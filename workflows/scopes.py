"""Where a step runs: markets, stores, warehouses, shipment options and tags that it is enabled or disabled for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.contracts.common import OrderDocument

#: What a list may be of, and what one of it is called.
WORDS: Mapping[str, str] = {
    "markets": "market",
    "stores": "store",
    "warehouses": "warehouse",
    "shipment_options": "shipment option",
    "tags": "tag",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Lower-case codes by what they are of. No enabled ones mean all; a disabled one wins."""

    enabled: Mapping[str, frozenset[str]] = field(default_factory=dict)
    disabled: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.enabled or self.disabled)

    def refusal(self, places: Mapping[str, Sequence[str]]) -> str:
        """Why a step does not run for an order of these places; "" when it does."""
        return next(self._refusals(places), "")

    def _refusals(self, places: Mapping[str, Sequence[str]]) -> Iterator[str]:
        for kind, codes in self.disabled.items():
            for code in _among(places[kind], codes):
                yield f"Disabled for {WORDS[kind]} {code}"
        for kind, codes in self.enabled.items():
            if not _among(places[kind], codes):
                yield f"Not enabled for {_told(WORDS[kind], places[kind])}"


def read_scope(step: Mapping[str, Any]) -> Scope:
    """The lists of a step in a published document."""
    return Scope(enabled=_lists(step, "enabled"), disabled=_lists(step, "disabled"))


def refusal(scopes: Sequence[Scope], order: OrderDocument) -> str:
    """Why a step of these scopes does not run for the order; "" when it does."""
    if not scopes:
        return ""
    places = places_of(order)
    return next(filter(None, (scope.refusal(places) for scope in scopes)), "")


def shipments_under_way(order: OrderDocument) -> list[Mapping[str, Any]]:
    """The shipments of the order's document that were not cancelled."""
    return [item for item in order.sections.get("shipments", ()) if item.get("state") != "cancelled"]


def places_of(order: OrderDocument) -> dict[str, list[str]]:
    """What the lists of steps are compared with. Cancelled shipments do not count."""
    shipments = shipments_under_way(order)
    return {
        "markets": [order.market],
        "stores": [order.store] if order.store else [],
        "warehouses": _each(shipments, "warehouse"),
        "shipment_options": _each(shipments, "shipping_option"),
        "tags": list(order.tags),
    }


def _each(shipments: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    return list(dict.fromkeys(str(item[name]) for item in shipments if item.get(name)))


def _lists(step: Mapping[str, Any], word: str) -> dict[str, frozenset[str]]:
    found = {kind: step.get(f"{word}_for_{kind}") for kind in WORDS}
    return {kind: frozenset(code.lower() for code in codes) for kind, codes in found.items() if codes}


def _among(given: Sequence[str], codes: Collection[str]) -> list[str]:
    return [code for code in given if code.lower() in codes]


def _told(word: str, given: Sequence[str]) -> str:
    if not given:
        return f"an order without {word}"
    return f"{word}{'s' if len(given) > 1 else ''} {', '.join(given)}"
