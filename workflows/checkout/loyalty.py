"""What a buyer may use at checkout: points, level and promotions, asked of the CRM that serves the market."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connectors import registry
from connectors.calls import CallContext, CallSpec
from connectors.compiled import ConnectorConfig
from connectors.contracts.common import Customer
from connectors.contracts.crm import CrmProvider, Loyalty
from connectors.references import Reference
from connectors.resolution import NoConnector, Search
from connectors.runtime import TenantRuntime
from workflows.checkout import at_once
from workflows.models import Customer as KnownCustomer

OPERATION = "read_loyalty"


@dataclass(frozen=True, slots=True)
class Membership:
    """`reason` is why the CRM did not answer, for staff; its `loyalty` is then empty."""

    connector: ConnectorConfig
    loyalty: Loyalty
    reason: str = ""


class _AnyName(Search):
    """Whichever connector it is: what it can do counts, not what it is called."""

    __slots__ = ()

    def is_named(self, item: ConnectorConfig) -> bool:
        return True


def crm_for(live: TenantRuntime, market: str, store: str = "", connector_id: str = "") -> ConnectorConfig:
    """The connector that knows the members of a market. Raises ResolutionError."""
    able = list(_able(live))
    if not able:
        raise NoConnector("No CRM connector that knows points and promotions is published", ())
    search = _AnyName.of("CRM", connector_id, market, live.market_groups(market), store)
    return search.run(able).connector


def membership(
    connector: ConnectorConfig,
    who: Customer,
    market: str,
    store: str = "",
    deadline_s: float = at_once.DEADLINE_S,
) -> Membership:
    """Raises RuntimeError in a transaction."""
    spec = CallSpec(
        connector=connector,
        operation=OPERATION,
        subject=f"customer:{who.number}" if who.number else "checkout",
        request=who,
        write=False,
    )
    context = CallContext(market=market, store=store, step="Checkout")
    ended = at_once.call({"loyalty": spec}, context, deadline_s)["loyalty"]
    if ended.outcome is None or not ended.succeeded:
        return Membership(connector, Loyalty(), at_once.reason(spec, ended))
    return Membership(connector, ended.outcome.result)


def buyer(number: str, email: str, phone: str) -> Customer:
    """Who it is, with what is known here of the customer with that number."""
    known = KnownCustomer.objects.filter(number=number).first() if number else None
    return Customer(
        number=number,
        email=email or (known.email if known else ""),
        phone=phone or (known.phone if known else ""),
        external_ids=dict(known.external_ids) if known else {},
    )


def uses(live: TenantRuntime) -> Iterator[Reference]:
    """Which connectors the checkout uses, for the checklist."""
    for connector in _able(live):
        yield Reference(where="Loyalty at checkout", object_id=connector.id)


def _able(live: TenantRuntime) -> Iterator[ConnectorConfig]:
    for connector in live.connectors.values():
        if connector.retired or connector.problem:
            continue
        implementation = registry.get(connector.slug)
        if issubclass(implementation, CrmProvider) and OPERATION in implementation.operations():
            yield connector
