"""Checks of connectors against what is published to use them: steps, tasks, checkout. Those say so in references.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from connectors.checklist.base import Finding, Going, error, register, warning
from connectors.compiled import ConnectorConfig
from connectors.documents import KIND
from connectors.references import Reference, references
from connectors.resolution import AmbiguousConnector, NoConnector, resolve
from connectors.runtime import TenantRuntime
from tenants.models import Market


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
    for reference in references(going.runtime):
        tie = reachable_tie(reference, going.candidates, going.runtime)
        if tie:
            yield error("tie", f"{reference.where}: {tie}.")


@register(KIND)
def somebody_uses_it(going: Going) -> Iterator[Finding]:
    implementation_webhook = going.config.public_url and going.config.category == "Payment"
    names = {going.config.name.lower(), going.config.slug.lower()}
    used = any(
        reference.name.lower() in names or reference.object_id == going.obj.pk
        for reference in references(going.runtime)
    )
    if not used and not implementation_webhook:
        yield warning("unused", "No published step, task or checkout uses this connector yet.")


def dangling(wanted: Iterable[Reference], candidates: Sequence[ConnectorConfig]) -> Iterator[Reference]:
    """References whose Connector ID no connector of that name has."""
    for reference in wanted:
        same = [item for item in candidates if item.connector_id.lower() == reference.connector_id.lower()]
        names = {name.lower() for item in same for name in (item.name, item.slug)}
        if reference.connector_id and (reference.name.lower() or None) not in {*names, None if same else ""}:
            yield reference


def reachable_tie(reference: Reference, candidates: Sequence[ConnectorConfig], live: TenantRuntime) -> str:
    """Why some order could not tell the candidates apart; "" when every one can. Explicit references never tie."""
    if reference.connector_id or not reference.name:
        return ""
    stores = {"", *(item.store for item in candidates)}
    for market in Market.objects.filter(is_active=True):
        for store in sorted(stores):
            try:
                resolve(
                    candidates,
                    name=reference.name,
                    market=market.code,
                    market_groups=live.market_groups(market.code),
                    store=store,
                )
            except AmbiguousConnector as tie:
                return f"in market {market.code} {tie}"
            except NoConnector:
                continue
    return ""
