"""Which shipments' tracking is due, in calls as large as the carrier takes, and no more of them than it allows a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from connectors import registry
from connectors.calls import CallSpec
from connectors.compiled import ConnectorConfig
from connectors.contracts.shipping import CarrierProvider, TrackingEvent, TrackingQuota
from shipping import pushed, tracking
from shipping.bookings import numbers_of
from shipping.models import ENDED, Shipment, ShipmentState, TrackingUse

#: A carrier that has told nothing new for so long is not asked any more; staff may still ask by hand.
GIVEN_UP_AFTER = timedelta(days=60)
#: What a carrier pushes is asked for once in this time all the same, in case something got lost.
PUSHED_INTERVAL = timedelta(days=1)
#: Share of the interval after which a shipment is due, so that a schedule of the same interval finds it every time.
_DUE_AT = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One call of `track`. `shipments` are ids by the number that leads to them: of several shipments no more than the
    carrier takes in one question, of a single one all that it has."""

    connector: ConnectorConfig
    shipments: dict[str, int]

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple(self.shipments)

    @property
    def call(self) -> CallSpec:
        return CallSpec(
            connector=self.connector,
            operation="track",
            subject=f"tracking:{self.connector.id}",
            request=self.numbers,
            write=False,
        )


def quota_of(connector: ConnectorConfig) -> TrackingQuota:
    return cast(type[CarrierProvider], registry.get(connector.slug)).tracking_quota


def due(connector: ConnectorConfig, now: datetime, since: datetime | None = None) -> QuerySet[Shipment]:
    """What is under way and was not looked at for the carrier's interval, or for a day where it is pushed, the longest
    unseen first; booked at `since` or later."""
    seen = now - timedelta(seconds=quota_of(connector).interval_s * _DUE_AT)
    looked_after = pushed.in_force(now) & Q(polled_at__gt=now - PUSHED_INTERVAL * _DUE_AT)
    rows = Shipment.objects.filter(
        Q(polled_at__isnull=True) | Q(polled_at__lte=seen),
        connector_id=connector.id,
        state=ShipmentState.BOOKED,
        booked_at__gte=since or now - GIVEN_UP_AFTER,
    ).exclude(looked_after | Q(tracking_state__in=ENDED))
    return rows.order_by(F("polled_at").asc(nulls_first=True), "pk")


def next_batch(
    connector: ConnectorConfig, now: datetime | None = None, since: datetime | None = None
) -> Batch | None:
    """The next call to make; None when nothing is due or the day's quota is used up. It counts the call, and marks the
    shipments as asked for, so that the next one has others. Runs inside the caller's transaction."""
    now = now or timezone.now()
    quota = quota_of(connector)
    rows = due(connector, now, since).select_related("connector").prefetch_related("packages")
    numbers: dict[str, int] = {}
    taken: list[int] = []
    for shipment in rows[: quota.numbers_per_call]:
        mine = numbers_of(shipment)
        if numbers and len(numbers) + len(mine) > quota.numbers_per_call:
            break
        numbers |= dict.fromkeys(mine, shipment.pk)
        taken.append(shipment.pk)
    if not numbers or not spend(connector, numbers, now):
        return None
    Shipment.objects.filter(pk__in=taken).update(polled_at=now)
    return Batch(connector=connector, shipments=numbers)


def same_batch(connector: ConnectorConfig, shipments: dict[str, int]) -> Batch | None:
    """A batch that no answer came to, once more; None when the day's quota is used up."""
    return Batch(connector=connector, shipments=shipments) if spend(connector, shipments) else None


def questions(connector: ConnectorConfig, numbers: Collection[str]) -> int:
    """How often the carrier is asked about so many numbers."""
    return -(-len(numbers) // quota_of(connector).numbers_per_call)


def spend(connector: ConnectorConfig, numbers: Collection[str], now: datetime | None = None) -> bool:
    """Count the questions of the day (UTC); False, and nothing is counted, when the carrier allows no more."""
    most, day = quota_of(connector).calls_per_day, (now or timezone.now()).date()
    if most is None:
        return True
    asked = questions(connector, numbers)
    values = {"tenant_id": connector.tenant_id, "connector_id": connector.id, "day": day}
    TrackingUse.objects.bulk_create([TrackingUse(**values)], ignore_conflicts=True)
    rows = TrackingUse.objects.filter(connector_id=connector.id, day=day, calls__lte=most - asked)
    return bool(rows.update(calls=F("calls") + asked))


def left_today(connector: ConnectorConfig, now: datetime | None = None) -> int | None:
    """Calls that the carrier still allows today; None for any number."""
    most, day = quota_of(connector).calls_per_day, (now or timezone.now()).date()
    if most is None:
        return None
    used = TrackingUse.objects.filter(connector_id=connector.id, day=day).values_list("calls", flat=True)
    return max(most - sum(used), 0)


def record(shipments: dict[str, int], events: Sequence[TrackingEvent]) -> Mapping[str, int]:
    """Keep what one call brought: how many events are news, how many shipments moved and how many of them arrived.
    `shipments` are those of the batch.

    Runs inside the caller's transaction.
    """
    found = _by_shipment(shipments, events)
    rows = Shipment.objects.select_for_update().filter(pk__in=found).order_by("pk")
    counts = {"news": 0, "moved": 0, "arrived": 0}
    for shipment in rows.prefetch_related("packages"):
        before = shipment.tracking_state
        counts["news"] += tracking.record(shipment, found[shipment.pk])
        moved = shipment.tracking_state != before
        counts["moved"] += moved
        counts["arrived"] += moved and shipment.tracking_state in ENDED
    return counts


def _by_shipment(
    shipments: dict[str, int], events: Iterable[TrackingEvent]
) -> dict[int, list[TrackingEvent]]:
    """By the number that led to an event; of a call with one number it need not be told."""
    only = next(iter(shipments.values())) if len(set(shipments.values())) == 1 else None
    found: dict[int, list[TrackingEvent]] = defaultdict(list)
    for event in events:
        key = shipments.get(event.number) or shipments.get(event.parcel) or only
        if key is not None:
            found[key].append(event)
    return dict(found)
