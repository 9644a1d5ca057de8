from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q

from connectors.contracts.shipping import TrackingState
from connectors.models import Connector
from connectors.validation import implementation_of
from shipping.models.provider import ShippingProvider
from tenants.models import Store
from tenants.scoping import TenantModel

TRACKING_STATES = [(state.value, state.value.replace("_", " ").capitalize()) for state in TrackingState]
#: Nothing comes after these.
ENDED = (TrackingState.DELIVERED, TrackingState.RETURNED)


class ShipmentState(models.TextChoices):
    """BOOKING is asked for and not answered: nobody knows yet whether the carrier has it."""

    DRAFT = "draft", "Draft"
    BOOKING = "booking", "Being booked"
    BOOKED = "booked", "Booked"
    CANCELLED = "cancelled", "Cancelled"


UNBOOKED = (ShipmentState.DRAFT, ShipmentState.BOOKING)


def new_reference() -> str:
    return uuid.uuid4().hex


class Shipment(TenantModel):
    """One consignment of an order. `reference` is our id at the carrier, `consignment` the carrier's own.

    `connector` is the one that it was made for: label, tracking and cancellation never resolve again. `store` is who
    sends. `reason` tells staff why it is not booked.
    """

    order = models.ForeignKey("workflows.Order", on_delete=models.PROTECT, related_name="shipments")
    position = models.PositiveIntegerField()
    reference = models.CharField(max_length=32, unique=True, default=new_reference, editable=False)
    provider = models.ForeignKey(
        ShippingProvider, verbose_name="shipping provider", on_delete=models.PROTECT, related_name="shipments"
    )
    connector = models.ForeignKey(Connector, on_delete=models.PROTECT, related_name="shipments")
    option_name = models.CharField("shipping option", max_length=100)
    product = models.CharField(max_length=100)
    services = models.JSONField(default=list, blank=True)
    pickup_point = models.CharField(max_length=100, blank=True)
    store = models.ForeignKey(
        Store, verbose_name="sent from", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    account = models.CharField(
        "account",
        max_length=200,
        blank=True,
        help_text="For which store or market the provider has the account that it was made for.",
    )
    is_return = models.BooleanField("return", default=False)
    return_of = models.ForeignKey(
        "self",
        verbose_name="returns",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="returns",
    )
    session = models.CharField("delivery checkout", max_length=255, blank=True)
    choice = models.JSONField("delivery choice", default=dict, blank=True)
    state = models.CharField(max_length=12, choices=ShipmentState, default=ShipmentState.DRAFT)
    reason = models.TextField(blank=True)
    consignment = models.CharField(max_length=255, blank=True)
    tracking_number = models.CharField(max_length=255, blank=True)
    tracking_url = models.TextField("tracking page", blank=True)
    label_url = models.TextField("the carrier's label", blank=True)
    label_format = models.CharField(max_length=100, blank=True)
    label_expires_at = models.DateTimeField("the carrier's label lapses", null=True, blank=True)
    polled_at = models.DateTimeField("asked for tracking", null=True, blank=True)
    push_id = models.CharField("registration for pushed tracking", max_length=255, blank=True)
    pushed_until = models.DateTimeField("pushed until", null=True, blank=True)
    tracking_state = models.CharField(max_length=20, choices=TRACKING_STATES, blank=True)
    raw_tracking_state = models.CharField("state at the carrier", max_length=255, blank=True)
    expected_delivery = models.DateTimeField(null=True, blank=True)
    booked_at = models.DateTimeField("booked", null=True, blank=True)
    created_at = models.DateTimeField("created", auto_now_add=True)
    modified_at = models.DateTimeField("modified", auto_now=True)

    class Meta:
        ordering = ["order", "position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="shipment_position"),
            models.CheckConstraint(
                condition=~Q(state=ShipmentState.BOOKED) | ~Q(consignment=""), name="shipment_consignment"
            ),
        ]
        indexes = [
            models.Index(
                fields=["connector", "consignment"],
                name="shipment_consignment_key",
                condition=~Q(consignment=""),
            ),
            models.Index(fields=["tenant", "-id"], name="shipment_newest"),
            models.Index(fields=["tenant", "modified_at", "id"], name="shipment_modified"),
            # What tracking is still to be asked for.
            models.Index(
                fields=["connector", "polled_at"],
                name="shipment_under_way",
                condition=Q(state=ShipmentState.BOOKED) & ~Q(tracking_state__in=["delivered", "returned"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{'Return' if self.is_return else 'Shipment'} {self.position} ({self.option_name})"

    @property
    def subject(self) -> str:
        """What the effects of our calls on it name as their business object."""
        return f"shipment:{self.reference}"

    @property
    def carrier(self) -> str:
        """The carrier's name, else its slug where it is not installed any more."""
        slug = self.connector.type
        implementation = implementation_of(slug)
        return implementation.label if implementation else slug

    @property
    def is_booked(self) -> bool:
        return self.state == ShipmentState.BOOKED

    @property
    def is_under_way(self) -> bool:
        """Whether the carrier may still tell something new of it."""
        return self.is_booked and self.tracking_state not in ENDED

    @property
    def stored_label(self) -> Any:
        """Its label; None when there is none yet."""
        return getattr(self, "label", None)


class Package(TenantModel):
    """One parcel: grams and millimetres, 0 for not measured. `number` is the carrier's, once it is booked."""

    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="packages")
    position = models.PositiveIntegerField()
    weight = models.PositiveIntegerField("weight (g)")
    length = models.PositiveIntegerField("length (mm)", default=0)
    width = models.PositiveIntegerField("width (mm)", default=0)
    height = models.PositiveIntegerField("height (mm)", default=0)
    number = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["shipment", "position"]
        constraints = [
            models.UniqueConstraint(fields=["shipment", "position"], name="package_position"),
            models.UniqueConstraint(
                fields=["shipment", "number"], condition=~Q(number=""), name="package_number"
            ),
            models.CheckConstraint(condition=Q(weight__gt=0), name="package_weight"),
        ]
        indexes = [
            # Scans and people know a parcel by its number alone.
            models.Index(fields=["number"], name="package_by_number", condition=~Q(number="")),
        ]

    def __str__(self) -> str:
        return self.number or f"Parcel {self.position}"

    @property
    def reference(self) -> str:
        """Its name in a booking."""
        return str(self.position)
