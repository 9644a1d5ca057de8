from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from payments.models.payment import Payment
from tenants.money import Money
from tenants.scoping import TenantModel


class EntryKind(models.TextChoices):
    AUTHORIZATION = "authorization", "Authorisation"
    CAPTURE = "capture", "Capture"
    REFUND = "refund", "Refund"
    CANCELLATION = "cancellation", "Cancellation"
    EXPIRY = "expiry", "Expiry"
    DECLINE = "decline", "Decline"


class Standing(models.TextChoices):
    """How sure a fact is. It only ever moves down this list."""

    PENDING = "pending", "Awaiting confirmation"
    CONFIRMED = "confirmed", "Confirmed"
    FAILED = "failed", "Failed"


class PaymentEntry(TenantModel):
    """One fact about a payment, kept once however often it is told.

    `amount_minor` is what this operation moved, `total_minor` what the provider had moved of the kind by
    then; either may be unknown. `reference` is the provider's id of the operation, `provider_id` that of the
    payment.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=16, choices=EntryKind)
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.CONFIRMED)
    amount_minor = models.BigIntegerField("amount (minor units)", null=True, blank=True)
    total_minor = models.BigIntegerField("total (minor units)", null=True, blank=True)
    provider_id = models.CharField("payment at the provider", max_length=255, blank=True)
    reference = models.CharField("reference at the provider", max_length=255, blank=True)
    effect_id = models.UUIDField(null=True, blank=True)
    source = models.CharField(max_length=80, blank=True)
    reason = models.TextField(blank=True)
    occurred_at = models.DateTimeField("occurred", default=timezone.now)
    created_at = models.DateTimeField("recorded", auto_now_add=True)

    class Meta:
        ordering = ["payment", "id"]
        verbose_name = "ledger entry"
        verbose_name_plural = "ledger entries"
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "kind", "provider_id", "reference"],
                condition=~Q(reference=""),
                name="payment_entry_reference",
            ),
            models.UniqueConstraint(
                fields=["payment", "kind", "provider_id", "total_minor"],
                condition=Q(reference="", effect_id__isnull=True, total_minor__isnull=False),
                name="payment_entry_total",
            ),
            models.UniqueConstraint(
                fields=["payment", "kind", "provider_id"],
                condition=Q(reference="", effect_id__isnull=True, total_minor__isnull=True),
                name="payment_entry_bare",
            ),
            models.UniqueConstraint(
                fields=["payment", "kind", "effect_id"],
                condition=Q(effect_id__isnull=False),
                name="payment_entry_effect",
            ),
            models.CheckConstraint(
                condition=(Q(amount_minor__isnull=True) | Q(amount_minor__gte=0))
                & (Q(total_minor__isnull=True) | Q(total_minor__gte=0)),
                name="payment_entry_amounts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}".strip()

    @property
    def amount(self) -> Money | None:
        return None if self.amount_minor is None else self.payment.money(self.amount_minor)

    @property
    def total(self) -> Money | None:
        return None if self.total_minor is None else self.payment.money(self.total_minor)

    @property
    def is_operation(self) -> bool:
        """Whether this is one identified operation, not merely a total that was told."""
        return bool(self.reference or self.effect_id)
