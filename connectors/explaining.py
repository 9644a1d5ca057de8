"""Why a connector serves an order at a step, and why each of the others does not. Knows no Django."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from connectors.compiled import ConnectorConfig
from connectors.resolution import (
    CONNECTOR_ID,
    GLOBAL,
    MARKET,
    MARKET_GROUP,
    AmbiguousConnector,
    Resolution,
    ResolutionError,
    Search,
    fold,
)

#: The rules in the order in which they are tried, in the words of the editors.
RULES = {
    CONNECTOR_ID: "Connector ID",
    MARKET: "Enabled for the market",
    MARKET_GROUP: "Enabled for a market group",
    GLOBAL: "Global",
}
_ORDER = tuple(RULES)


@dataclass(frozen=True, slots=True)
class Candidate:
    """`rule` is the one under which it may serve, "" where it is out; `reason` says why it is or is not chosen."""

    connector: ConnectorConfig
    chosen: bool
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """`resolution` is None where nothing can be chosen, and `error` says why. `store` is the store's part in it."""

    resolution: Resolution | None
    error: str
    trace: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    store: str


def explain(
    connectors: Iterable[ConnectorConfig],
    *,
    name: str,
    connector_id: str = "",
    market: str,
    market_groups: Iterable[str] = (),
    store: str = "",
) -> Explanation:
    """Asks `resolve`'s own search, so that it never tells another story; the candidates come chosen first."""
    everyone = list(connectors)
    search = Search.of(name, connector_id, market, market_groups, store)
    found, error, tied = None, "", False
    try:
        found = search.run([item for item in everyone if not item.retired])
    except ResolutionError as refused:
        error, tied = str(refused), isinstance(refused, AmbiguousConnector)
    teller = _Teller(search, found, tied, _explicit(search, everyone))
    candidates = sorted(map(teller.candidate, everyone), key=_place)
    return Explanation(found, error, tuple(search.trace), tuple(candidates), teller.store(everyone))


def _explicit(search: Search, everyone: Sequence[ConnectorConfig]) -> bool:
    """Whether a connector that could serve has the Connector ID that is asked for."""
    return any(
        fold(item.connector_id) == search.connector_id and not _out(search, item)
        for item in everyone
        if search.connector_id and (not search.name or search.is_named(item))
    )


def _out(search: Search, item: ConnectorConfig) -> str:
    """What keeps a connector out whatever the rule; "" for one that may serve."""
    if item.retired:
        return "is retired: it only ends what it began"
    if search.market in item.disabled_markets:
        return f"is disabled for market {search.market}"
    if groups := search.groups & item.disabled_market_groups:
        return f"is disabled for market group {_listed(groups)}"
    if search.is_elsewhere(item):
        return f"is the connector of store {item.store}" + ("" if search.store else "; no store is given")
    return ""


@dataclass(frozen=True, slots=True)
class _Teller:
    search: Search
    found: Resolution | None
    tied: bool
    explicit: bool

    def candidate(self, item: ConnectorConfig) -> Candidate:
        if self.found is not None and item.id == self.found.connector.id:
            return Candidate(item, True, self.found.rule, self._why())
        rule, reason = self._against(item)
        return Candidate(item, False, rule, reason)

    def _why(self) -> str:
        assert self.found is not None
        item, search = self.found.connector, self.search
        words = {
            CONNECTOR_ID: f"has the Connector ID {item.connector_id}",
            MARKET: f"is enabled for market {search.market}",
            MARKET_GROUP: f"is enabled for market group {_listed(search.groups & item.enabled_market_groups)}",
            GLOBAL: "serves every market",
        }[self.found.rule]
        return f"{words} and store {item.store}" if item.store else words

    def _against(self, item: ConnectorConfig) -> tuple[str, str]:
        search = self.search
        has_id = bool(search.connector_id) and fold(item.connector_id) == search.connector_id
        named = search.is_named(item)
        if has_id and search.name and not named:
            return "", f"has the Connector ID, but is called {item.name} and not {search.name}"
        if not named and not has_id:
            return "", f"is called {item.name} (type {item.slug})"
        if self.explicit and not has_id:
            return "", f"the Connector ID {search.connector_id} is asked for"
        if out := _out(search, item):
            return "", out
        return self._beaten(item, CONNECTOR_ID if has_id else self._rule(item))

    def _rule(self, item: ConnectorConfig) -> str:
        if self.search.market in item.enabled_markets:
            return MARKET
        if self.search.groups & item.enabled_market_groups:
            return MARKET_GROUP
        return GLOBAL if item.is_global else ""

    def _beaten(self, item: ConnectorConfig, rule: str) -> tuple[str, str]:
        """Of one that is allowed."""
        if not rule:
            areas = _listed(item.enabled_markets | item.enabled_market_groups)
            return "", f"is enabled for {areas} only"
        if self.found is None:
            return rule, "fits, as others do" if self.tied else "fits"
        if _ORDER.index(rule) > _ORDER.index(self.found.rule):
            return rule, f"fits too, but the rule “{RULES[self.found.rule]}” comes before “{RULES[rule]}”"
        return rule, f"fits too, but {self.found.connector.name} is the store's own"

    def store(self, everyone: Sequence[ConnectorConfig]) -> str:
        search = self.search
        bound = [item for item in everyone if item.store and search.is_named(item) and not item.retired]
        if self.found is not None and self.found.connector.store:
            return f"The store decided: this connector is store {self.found.connector.store}'s."
        if not bound:
            return "The store changes nothing: no connector of this name belongs to a store."
        which = f"store {search.store}" if search.store else "an order without store"
        return f"Connectors of stores {_listed({item.store for item in bound})} do not serve {which}."


def _place(item: Candidate) -> tuple[bool, int, str, int]:
    rank = _ORDER.index(item.rule) if item.rule else len(_ORDER)
    return not item.chosen, rank, item.connector.name.casefold(), item.connector.id


def _listed(items: Iterable[str]) -> str:
    return ", ".join(sorted(items))
