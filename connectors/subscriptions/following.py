"""Which subscriptions want which events. Pure, except for what a process remembers of the subscriptions for a second."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from connectors.models import EventSubscription
from eventlog.events import EventData, Outcome
from tenants.scoping import platform_scope

#: What deliveries are about themselves; a subscription that got these would never come to rest.
OPERATION = "event-subscription"

_FAILED = frozenset({Outcome.ERROR, Outcome.UNKNOWN})
_FILTERS = ("categories", "order_types", "statuses", "stores", "markets")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """Type and status of an order when an event of it was recorded."""

    type: str = ""
    status: str = ""


_NO_ORDER = OrderFacts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """A subscription's filters, in lower case; an empty one lets everything through."""

    id: int
    categories: frozenset[str]
    order_types: frozenset[str]
    statuses: frozenset[str]
    stores: frozenset[str]
    markets: frozenset[str]
    errors_only: bool

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Follower:
        names = {name: frozenset(str(item).lower() for item in row[name]) for name in _FILTERS}
        return cls(id=row["pk"], errors_only=row["errors_only"], **names)

    def may_want(self, event: EventData) -> bool:
        """By what the event itself tells."""
        return (
            (not self.errors_only or event.outcome in _FAILED)
            and _passes(self.categories, event.category)
            and _passes(self.markets, event.market)
            and _passes(self.stores, event.store)
        )

    def wants(self, event: EventData, order: OrderFacts) -> bool:
        return (
            self.may_want(event)
            and _passes(self.order_types, order.type)
            and _passes(self.statuses, order.status)
        )


def _passes(wanted: frozenset[str], value: str) -> bool:
    return not wanted or value.lower() in wanted


class _Known:
    """The active subscriptions of all tenants, as of at most CROSSDOCK_FOLLOWERS_TRUSTED_FOR seconds ago."""

    def __init__(self) -> None:
        self.by_tenant: Mapping[int, list[Follower]] = {}
        self.until = float("-inf")

    def read(self) -> Mapping[int, list[Follower]]:
        if time.monotonic() >= self.until:
            self.by_tenant = _active()
            self.until = time.monotonic() + settings.CROSSDOCK_FOLLOWERS_TRUSTED_FOR
        return self.by_tenant

    def forget(self, **kwargs: object) -> None:
        self.until = float("-inf")


known = _Known()


def is_followed(tenants: Iterable[int]) -> bool:
    """Whether anybody follows one of these tenants' events. Costs a statement once a second and process."""
    followed = known.read()
    return bool(followed) and any(tenant in followed for tenant in tenants)


def followers(tenant_id: int) -> list[Follower]:
    return known.read().get(tenant_id, [])


def _active() -> dict[int, list[Follower]]:
    found: dict[int, list[Follower]] = defaultdict(list)
    with platform_scope("who follows the events of any tenant"):
        rows = EventSubscription.objects.filter(active=True).order_by("pk")
        for row in rows.values("pk", "tenant_id", "errors_only", *_FILTERS):
            found[row["tenant_id"]].append(Follower.of(row))
    return dict(found)
