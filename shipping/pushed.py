"""Registrations for pushed tracking: which are in force, and which have to be renewed before they lapse."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone

from connectors import registry
from connectors.calls import CallSpec
from connectors.compiled import ConnectorConfig
from connectors.contracts.shipping import Registered, TrackingRegistration
from connectors.models import Effect
from shipping.models import ENDED, Shipment, ShipmentState

OPERATION = "register_tracking"
#: So long before it lapses a registration is renewed.
RENEWED_BEFORE = timedelta(days=3)
#: A carrier whose registrations last no longer than that is not asked at every look.
_NOT_AGAIN_FOR = timedelta(days=1)


def in_force(now: datetime) -> Q:
    """Shipments whose carrier pushes their tracking; without a date it does so until they are delivered."""
    return ~Q(push_id="") & (Q(pushed_until__isnull=True) | Q(pushed_until__gt=now))


def is_pushed(shipment: Shipment) -> bool:
    """The same of one shipment, now."""
    lasts = shipment.pushed_until is None or shipment.pushed_until > timezone.now()
    return bool(shipment.push_id) and lasts


def registration_of(shipment: Shipment) -> TrackingRegistration:
    return TrackingRegistration(
        reference=shipment.reference,
        consignment=shipment.consignment,
        numbers=tuple(package.number for package in shipment.packages.all() if package.number),
        renews=shipment.push_id,
    )


def renewal(connector: ConnectorConfig, shipment: Shipment) -> CallSpec:
    return CallSpec(
        connector=connector,
        operation=OPERATION,
        subject=shipment.subject,
        request=registration_of(shipment),
        write=True,
    )


def lapsing(connector: ConnectorConfig, now: datetime, since: datetime) -> QuerySet[Shipment]:
    """Under way, booked at `since` or later, with a registration that lapses soon or has lapsed, the earliest first; none
    of a carrier that pushes nothing."""
    if OPERATION not in registry.get(connector.slug).operations():
        return Shipment.objects.none()
    just_renewed = Effect.objects.filter(
        connector_id=connector.id,
        operation=OPERATION,
        subject=Concat(Value("shipment:"), OuterRef("reference")),
        state=Effect.State.SUCCEEDED,
        modified_at__gt=now - _NOT_AGAIN_FOR,
    )
    rows = Shipment.objects.filter(
        ~Exists(just_renewed),
        connector_id=connector.id,
        state=ShipmentState.BOOKED,
        booked_at__gte=since,
        pushed_until__lte=now + RENEWED_BEFORE,
    ).exclude(Q(push_id="") | Q(tracking_state__in=ENDED))
    return rows.order_by(F("pushed_until"), "pk").prefetch_related("packages")


def keep(shipment: Shipment, registered: Registered) -> None:
    shipment.push_id, shipment.pushed_until = registered.id[:255], registered.expires_at
    shipment.save(update_fields=["push_id", "pushed_until", "modified_at"])


def forget(shipment: Shipment) -> None:
    """From now on it is asked for as often as any other."""
    shipment.push_id, shipment.pushed_until = "", None
    shipment.save(update_fields=["push_id", "pushed_until", "modified_at"])
