"""Which connector serves an order at a step, and why. A pure function; knows no Django."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from connectors.compiled import ConnectorConfig

CONNECTOR_ID = "connector_id"
MARKET = "market"
MARKET_GROUP = "market_group"
GLOBAL = "global"


class ResolutionError(Exception):
    """No connector can be chosen; `trace` tells rule by rule why."""

    def __init__(self, message: str, trace: Sequence[str]) -> None:
        super().__init__(message)
        self.trace = tuple(trace)


class NoConnector(ResolutionError):
    """No rule found a connector."""


class AmbiguousConnector(ResolutionError):
    """One rule found several that are equally good; nobody guesses."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """`rule` is connector_id, market, market_group or global; `trace` has one sentence for each rule tried."""

    connector: ConnectorConfig
    rule: str
    trace: tuple[str, ...] = ()


def resolve(
    candidates: Iterable[ConnectorConfig],
    *,
    name: str,
    connector_id: str = "",
    market: str,
    market_groups: Iterable[str] = (),
    store: str = "",
) -> Resolution:
    """The connector of a step for an order. Retired ones never serve. Raises NoConnector or AmbiguousConnector.

    `name` is the step's Connector, a connector's Name or Type; all names and codes compare without case.
    """
    search = Search.of(name, connector_id, market, market_groups, store)
    return search.run([item for item in candidates if not item.retired])


@dataclass(slots=True)
class Search:
    """One search with its codes folded; the predicates also serve whoever explains what came of it."""

    name: str
    connector_id: str
    market: str
    groups: frozenset[str]
    store: str
    trace: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, name: str, connector_id: str, market: str, groups: Iterable[str], store: str) -> Search:
        return cls(fold(name), fold(connector_id), fold(market), frozenset(map(fold, groups)), fold(store))

    def run(self, candidates: Sequence[ConnectorConfig]) -> Resolution:
        if self.connector_id:
            found = self._explicit(candidates)
            if found:
                return found
        named = [item for item in candidates if self.is_named(item)]
        for rule, where, group in self._rules(named):
            found = self._choose(rule, where, group)
            if found:
                return found
        raise NoConnector(self._nothing(named), self.trace)

    def _rules(self, named: Sequence[ConnectorConfig]) -> Iterable[tuple[str, str, list[ConnectorConfig]]]:
        by_market = [item for item in named if self.market in item.enabled_markets]
        by_group = [item for item in named if self.groups & item.enabled_market_groups]
        yield MARKET, f"enabled for market {self.market or '(none)'}", by_market
        yield MARKET_GROUP, f"enabled for market groups {_listed(self.groups)}", by_group
        yield GLOBAL, "global", [item for item in named if item.is_global]

    def _explicit(self, candidates: Sequence[ConnectorConfig]) -> Resolution | None:
        where = f"with Connector ID {self.connector_id}"
        found = [item for item in candidates if fold(item.connector_id) == self.connector_id]
        fitting = [item for item in found if not self.name or self.is_named(item)]
        if found and not fitting:
            self.trace.append(f"{where}: {_names(found)} is not a {self.name}")
            return None
        return self._choose(CONNECTOR_ID, where, fitting)

    def _choose(self, rule: str, where: str, found: Sequence[ConnectorConfig]) -> Resolution | None:
        if not found:
            self.trace.append(f"{where}: none")
            return None
        allowed = self._without(where, "disabled for this market", found, self.is_disabled)
        allowed = self._without(where, "another store's", allowed, self.is_elsewhere)
        own = [item for item in allowed if item.store and fold(item.store) == self.store]
        best = own or allowed
        if len(best) > 1:
            self.trace.append(f"{where}: {_names(best)} are equally good")
            raise AmbiguousConnector(self._tie(where, best), self.trace)
        if not best:
            return None
        self.trace.append(f"{where}: {_names(best)}{' (for this store)' if own else ''}")
        return Resolution(best[0], rule, tuple(self.trace))

    def _without(
        self,
        where: str,
        reason: str,
        found: Sequence[ConnectorConfig],
        is_out: Callable[[ConnectorConfig], bool],
    ) -> list[ConnectorConfig]:
        out = [item for item in found if is_out(item)]
        if out:
            self.trace.append(f"{where}: {_names(out)} is {reason}")
        return [item for item in found if item not in out]

    def is_named(self, item: ConnectorConfig) -> bool:
        return bool(self.name) and self.name in {fold(item.name), fold(item.slug)}

    def is_disabled(self, item: ConnectorConfig) -> bool:
        return self.market in item.disabled_markets or bool(self.groups & item.disabled_market_groups)

    def is_elsewhere(self, item: ConnectorConfig) -> bool:
        return bool(item.store) and fold(item.store) != self.store

    def _tie(self, where: str, best: Sequence[ConnectorConfig]) -> str:
        return f"{_names(best)} could all serve this ({where}); name one by ConnectorId, or restrict their markets"

    def _nothing(self, named: Sequence[ConnectorConfig]) -> str:
        what = (
            self.name or f"Connector ID {self.connector_id}"
            if self.name or self.connector_id
            else "(no name)"
        )
        if not named:
            return f"no published connector is called {what}"
        return f"no connector {what} serves market {self.market or '(none)'}: {'; '.join(self.trace)}"


def fold(text: str) -> str:
    return text.strip().lower()


def _names(items: Sequence[ConnectorConfig]) -> str:
    return ", ".join(_label(item) for item in items)


def _label(item: ConnectorConfig) -> str:
    return f"{item.name} ({item.connector_id or f'#{item.id}'})"


def _listed(items: Iterable[str]) -> str:
    return ", ".join(sorted(items)) or "(none)"
