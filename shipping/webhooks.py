"""Webhooks of carriers: `data["tracking"]` holds TrackingEvents of the contract, which move the shipment on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q

from connectors.contracts.common import WebhookEvent
from connectors.contracts.shipping import TrackingEvent
from eventlog import store
from eventlog.events import Category, Outcome
from shipping import tracking
from shipping.models import Shipment


class UnknownShipment(LookupError):
    """No shipment of this connector is known by what the event names; it may be known later."""


def take(connector: Any, event: WebhookEvent) -> None:
    """Work off one verified event; one without tracking changes nothing. Raises UnknownShipment.

    `connector` is the one whose address the event came to; the shipments of others are out of its reach.
    """
    told: Sequence[TrackingEvent] = event.data.get("tracking") or ()
    if not told:
        return
    with transaction.atomic():
        shipment = _locked(connector.id, event, told)
        before = shipment.tracking_state
        if tracking.record(shipment, told) and shipment.tracking_state != before:
            _tell(shipment, event)


def _locked(connector_id: int, event: WebhookEvent, told: Sequence[TrackingEvent]) -> Shipment:
    """By our reference, else by the consignment, else by a parcel's number."""
    numbers = {event.provider_id, *(item.parcel for item in told)} - {""}
    conditions = [Q(reference=event.reference), Q(consignment__in=numbers), Q(packages__number__in=numbers)]
    mine = Shipment.objects.filter(connector_id=connector_id)
    for condition in conditions:
        found = mine.filter(condition).order_by("-pk").values_list("pk", flat=True).first()
        if found is not None:
            return Shipment.objects.select_for_update().get(pk=found)
    raise UnknownShipment(
        f"no shipment is known as {event.reference or ', '.join(sorted(numbers)) or 'what it names'}"
    )


def _tell(shipment: Shipment, event: WebhookEvent) -> None:
    store.record(
        Category.INFORMATION,
        f"{shipment}: {shipment.get_tracking_state_display()} ({event.type})",
        tenant_id=shipment.tenant_id,
        outcome=Outcome.INFO,
        order_id=shipment.order_id,
        order_number=shipment.order.number,
        connector_id=shipment.connector_id,
        details={"reference": shipment.reference, "event": event.id},
    )
