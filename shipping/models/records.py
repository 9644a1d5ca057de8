"""What came of a shipment: its label, and what the carrier told of its way."""

from __future__ import annotations

from django.db import models

from connectors.models import Connector
from shipping.models.shipment import TRACKING_STATES, Shipment
from tenants.scoping import TenantModel


class Label(TenantModel):
    """The label of a shipment, kept as it was made: a shipment has one. `source` is the act that made it."""

    shipment = models.OneToOneField(Shipment, on_delete=models.PROTECT, related_name="label")
    content = models.BinaryField()
    content_type = models.CharField(max_length=100)
    source = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField("created", auto_now_add=True)

    def __str__(self) -> str:
        return f"Label of {self.shipment}"


class TrackingEvent(TenantModel):
    """One scan, kept once however often the carrier tells it. `parcel` is a number; empty means all parcels."""

    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="tracking")
    event_id = models.CharField("id at the carrier", max_length=255)
    parcel = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=20, choices=TRACKING_STATES)
    raw_state = models.CharField("state at the carrier", max_length=255)
    description = models.TextField(blank=True)
    place = models.CharField(max_length=255, blank=True)
    occurred_at = models.DateTimeField("occurred")
    created_at = models.DateTimeField("recorded", auto_now_add=True)

    class Meta:
        ordering = ["shipment", "occurred_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["shipment", "event_id"], name="tracking_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.raw_state} {self.occurred_at:%Y-%m-%d %H:%M}"


class TrackingUse(TenantModel):
    """How often an account's tracking was asked on a day (UTC): carriers allow so many calls."""

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    calls = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connector", "day"], name="tracking_use_day")]

    def __str__(self) -> str:
        return f"{self.connector} {self.day}: {self.calls}"
