"""Who judges a cart: the published connectors of built-in rules, and those whose Validates says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connectors import registry
from connectors.checklist.connector import serves
from connectors.compiled import ConnectorConfig
from connectors.contracts.validation import CART, CLOSED, KINDS, CheckoutValidation, Validator
from connectors.providers.rules import RULES, Rules
from connectors.references import Reference
from connectors.runtime import TenantRuntime
from connectors.schema import SettingsError, SettingsValues

#: A connector of this name is asked about the cart where it does not say what it validates.
USUAL_NAME = "webhookordervalidator"


@dataclass(frozen=True, slots=True)
class Asked:
    """A connector and what it is asked about; `rule` is "" for one that is called."""

    connector: ConnectorConfig
    kind: str
    rule: str = ""
    fail_open: bool = False


def validators(live: TenantRuntime, market: str, store: str, kinds: frozenset[str]) -> list[Asked]:
    """Those that serve the market and the store, sorted by their names."""
    groups = live.market_groups(market)
    fitting = [
        asked
        for asked in _all(live)
        if asked.kind in kinds
        and serves(asked.connector, market.lower(), groups)
        and asked.connector.store in ("", store.lower())
    ]
    return sorted(fitting, key=lambda asked: (asked.connector.name, asked.connector.connector_id, asked.kind))


def uses(live: TenantRuntime) -> Iterator[Reference]:
    """Which connectors the checkout uses, for the checklist."""
    for pk in dict.fromkeys(asked.connector.id for asked in _all(live)):
        yield Reference(where="Validation at checkout", object_id=pk)


def _all(live: TenantRuntime) -> Iterator[Asked]:
    for connector in live.connectors.values():
        if not connector.retired:
            yield from _of(connector)


def _of(connector: ConnectorConfig) -> Iterator[Asked]:
    """One that cannot be used is asked too: that it says nothing must not pass for consent."""
    if connector.slug == Rules.slug:
        rule = next((name for name in RULES if name.lower() == connector.name.lower()), "")
        if rule:
            yield Asked(connector, RULES[rule], rule)
        return
    values = _settings(connector)
    if values is None:
        return
    usual = (CART,) if connector.name.lower() == USUAL_NAME else ()
    for kind in values.validates or usual:
        yield Asked(
            connector, kind, fail_open=kind not in CLOSED if values.fail_open is None else values.fail_open
        )


def _settings(connector: ConnectorConfig) -> SettingsValues | None:
    """What it says of validating; None for what is no validator."""
    if not connector.problem and not issubclass(registry.get(connector.slug), Validator):
        return None
    try:
        return CheckoutValidation.compile({}, connector.properties)
    except SettingsError:
        return SettingsValues({"validates": KINDS, "fail_open": None})
