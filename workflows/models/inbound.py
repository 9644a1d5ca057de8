"""Goods that are on their way to a warehouse."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q

from tenants.models import Store
from tenants.models.store import validate_names_and_texts
from tenants.scoping import TenantModel
from workflows.models.fields import QuantityField
from workflows.models.products import Product


class InboundState(models.TextChoices):
    """CLOSED: no more is expected, though less came than was announced."""

    NEW = "new", "New"
    ANNOUNCED = "announced", "Announced"
    REFUSED = "refused", "Refused"
    PARTLY_RECEIVED = "partly_received", "Partly received"
    RECEIVED = "received", "Received"
    CLOSED = "closed", "Closed short"


#: States in which goods are still to come.
EXPECTED = (
    InboundState.NEW,
    InboundState.ANNOUNCED,
    InboundState.REFUSED,
    InboundState.PARTLY_RECEIVED,
)


class InboundDelivery(TenantModel):
    """What a supplier sends to one store. `warehouse_word` is the warehouse's own state, `problem` why it took no
    announcement. What arrives is told here only; the levels of stock are the warehouse's to tell."""

    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    number = models.CharField(max_length=64)
    supplier = models.CharField(max_length=200, blank=True)
    expected_on = models.DateField("expected on", null=True, blank=True)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="inbound_deliveries")
    state = models.CharField(max_length=20, choices=InboundState.choices, default=InboundState.NEW)
    warehouse_word = models.CharField("state at the warehouse", max_length=200, blank=True)
    problem = models.TextField("why it was refused", blank=True)
    external_ids = models.JSONField(
        "external ids", default=dict, blank=True, validators=[validate_names_and_texts]
    )
    created_at = models.DateTimeField("created", auto_now_add=True)
    modified_at = models.DateTimeField("modified", auto_now=True)
    announced_at = models.DateTimeField("announced", null=True, blank=True)
    received_at = models.DateTimeField("last received", null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "inbound deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "number"],
                name="inbound_number",
                violation_error_message="Another inbound delivery has this number.",
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "modified_at", "id"], name="inbound_modified"),
            models.Index(fields=["tenant", "state", "id"], name="inbound_state"),
        ]

    def __str__(self) -> str:
        return self.number


class InboundLine(TenantModel):
    """`received` is what has come so far, which may be more than was announced."""

    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    delivery = models.ForeignKey(InboundDelivery, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="inbound_lines")
    quantity = QuantityField()
    received = QuantityField(default=0)

    class Meta:
        ordering = ["delivery_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="inbound_line_number"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="inbound_line_quantity"),
            models.CheckConstraint(condition=Q(received__gte=0), name="inbound_line_received"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.product.sku}"

    @property
    def missing(self) -> Decimal:
        return max(self.quantity - self.received, Decimal(0))
