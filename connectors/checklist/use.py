"""Checks of connectors against what is published to use them: steps, tasks, checkout. Those say so in references.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from connectors.checklist.base import Finding, Going, error, register, warning
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Category
from connectors.documents import KIND
from connectors.references import Reference, references
from connectors.resolution import AmbiguousConnector, NoConnector, resolve
from connectors.validation import implementation_of

#: Categories of what merchants choose: a payment method or a shipping provider points at its connector.
_CHOSEN = frozenset({Category.PAYMENT, Category.SHIPPING})


@register(KIND)
def no_step_loses_its_connector_id(going: Going) -> Iterator[Finding]:
    """Only what would dangle because of this publication: the former one still had it."""
    before = [item for item in going.runtime.connectors.values() if not item.retired]
    after = set(dangling(references(going.runtime), going.candidates))
    for reference in sorted(after - set(dangling(references(going.runtime), before)), key=str):
        yield error(
            "dangling",
            f"{reference.where} asks for Connector ID {reference.connector_id}, which would be gone.",
        )


@register(KIND)
def nobody_is_equally_good(going: Going) -> Iterator[Finding]:
    yield from ties(references(going.runtime), going)


@register(KIND)
def somebody_uses_it(going: Going) -> Iterator[Finding]:
    """What merchants choose points at its connector and goes live after it, so the first version is not asked."""
    if going.obj.live is None and going.config.category in _CHOSEN:
        return
    names = {going.config.name.lower(), going.config.slug.lower()}
    used = any(
        reference.name.lower() in names or reference.object_id == going.obj.pk
        for reference in references(going.runtime)
    )
    if not used and not _receives_webhooks(going.obj.type):
        yield warning("unused", "No published step, task or checkout uses this connector yet.")


def ties(wanted: Iterable[Reference], going: Going) -> Iterator[Finding]:
    """An error for each use that could not tell the candidates apart; the same question is asked once."""
    for (name, connector_id), uses in _by_question(wanted).items():
        tie = reachable_tie(Reference(uses[0], name, connector_id), going)
        if tie:
            yield error("tie", f"{', '.join(uses)}: {tie}.")


def _by_question(wanted: Iterable[Reference]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for reference in wanted:
        found.setdefault((reference.name.lower(), reference.connector_id.lower()), []).append(reference.where)
    return found


def _receives_webhooks(slug: str) -> bool:
    implementation = implementation_of(slug)
    return implementation is not None and implementation.webhook is not None


def dangling(wanted: Iterable[Reference], candidates: Sequence[ConnectorConfig]) -> Iterator[Reference]:
    """References whose Connector ID no connector of that name has."""
    for reference in wanted:
        same = [item for item in candidates if item.connector_id.lower() == reference.connector_id.lower()]
        names = {name.lower() for item in same for name in (item.name, item.slug)}
        fits = reference.name.lower() in names if reference.name else bool(same)
        if reference.connector_id and not fits:
            yield reference


def reachable_tie(reference: Reference, going: Going) -> str:
    """Why some order could not tell the candidates apart; "" when every one can. Explicit references never tie."""
    if reference.connector_id or not reference.name:
        return ""
    stores = sorted({"", *(item.store for item in going.candidates)})
    for market in going.markets:
        for store in stores:
            try:
                resolve(
                    going.candidates,
                    name=reference.name,
                    market=market,
                    market_groups=going.runtime.market_groups(market),
                    store=store,
                )
            except AmbiguousConnector as tie:
                return f"in market {market.upper()} {tie}"
            except NoConnector:
                continue
    return ""
