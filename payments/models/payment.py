from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from connectors.models import Connector
from payments.models.method import PaymentMethod
from tenants import vault
from tenants.money import Money
from tenants.scoping import TenantModel
from tenants.secret_value import SecretValue


class PaymentState(models.TextChoices):
    """Where a payment stands: the values of the payment contract's State."""

    PENDING = "pending", "Pending"
    AUTHORIZED = "authorized", "Authorised"
    CAPTURED = "captured", "Captured"
    CANCELLED = "cancelled", "Cancelled"
    REFUNDED = "refunded", "Refunded"
    DECLINED = "declined", "Declined"
    EXPIRED = "expired", "Expired"
    UNKNOWN = "unknown", "Unknown"


ACTIVE_STATES = (
    PaymentState.PENDING,
    PaymentState.UNKNOWN,
    PaymentState.AUTHORIZED,
    PaymentState.CAPTURED,
    PaymentState.REFUNDED,
)


def new_reference() -> str:
    return uuid.uuid4().hex


class Payment(TenantModel):
    """One payment of an order, or of a cart that is at checkout yet. Amounts are in minor units of `currency` and follow
    from the ledger's entries.

    `connector` is the one that created it: nothing of a payment is ever resolved again. `reference` is our id
    at the provider, `provider_id` the provider's own. What is `capturing` and `refunding` was accepted there
    and is not confirmed yet.
    """

    order = models.ForeignKey(
        "workflows.Order", on_delete=models.PROTECT, related_name="payments", null=True, blank=True
    )
    position = models.PositiveIntegerField(help_text="Payments of an order are handled in this order.")
    method = models.ForeignKey(
        PaymentMethod, verbose_name="payment method", on_delete=models.PROTECT, related_name="payments"
    )
    method_name = models.CharField("payment method name", max_length=100)
    connector = models.ForeignKey(Connector, on_delete=models.PROTECT, related_name="payments")
    reference = models.CharField(max_length=32, unique=True, default=new_reference, editable=False)
    provider_id = models.CharField("id at the provider", max_length=255, blank=True)
    token_sealed = models.TextField(blank=True, editable=False)
    state = models.CharField(max_length=12, choices=PaymentState, default=PaymentState.PENDING)
    raw_state = models.CharField("state at the provider", max_length=100, blank=True)
    reason = models.TextField(blank=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField("amount (minor units)")
    authorized_minor = models.BigIntegerField("authorised (minor units)", default=0)
    captured_minor = models.BigIntegerField("captured (minor units)", default=0)
    refunded_minor = models.BigIntegerField("refunded (minor units)", default=0)
    cancelled_minor = models.BigIntegerField("cancelled (minor units)", default=0)
    capturing_minor = models.BigIntegerField("being captured (minor units)", default=0)
    refunding_minor = models.BigIntegerField("being refunded (minor units)", default=0)
    declined_in = models.BigIntegerField("step result that was declined", null=True, blank=True)
    created_at = models.DateTimeField("created", auto_now_add=True)
    modified_at = models.DateTimeField("modified", auto_now=True)

    class Meta:
        ordering = ["order", "position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="payment_position"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_amount"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0)
                & Q(captured_minor__gte=F("refunded_minor"))
                & Q(authorized_minor__gte=F("captured_minor")),
                name="payment_totals",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_minor__gte=0)
                & Q(cancelled_minor__lte=F("authorized_minor") - F("captured_minor")),
                name="payment_cancelled",
            ),
            models.CheckConstraint(
                condition=Q(capturing_minor__gte=0, refunding_minor__gte=0), name="payment_unconfirmed"
            ),
            # One payment at the provider never pays two orders.
            models.UniqueConstraint(
                fields=["connector", "provider_id"], name="payment_provider_id", condition=~Q(provider_id="")
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-id"], name="payment_newest"),
            models.Index(fields=["tenant", "modified_at", "id"], name="payment_modified"),
        ]

    def __str__(self) -> str:
        return f"{self.method_name} {self.amount}"

    def money(self, minor: int) -> Money:
        return Money.from_minor(minor, self.currency)

    @property
    def amount(self) -> Money:
        return self.money(self.amount_minor)

    @property
    def authorized(self) -> Money:
        return self.money(self.authorized_minor)

    @property
    def captured(self) -> Money:
        return self.money(self.captured_minor)

    @property
    def refunded(self) -> Money:
        return self.money(self.refunded_minor)

    @property
    def cancelled(self) -> Money:
        return self.money(self.cancelled_minor)

    @property
    def capturable(self) -> Money:
        """What a capture may still take, and a cancellation release."""
        return self.money(self.authorized_minor - self.captured_minor - self.cancelled_minor)

    @property
    def refundable(self) -> Money:
        return self.money(self.captured_minor - self.refunded_minor)

    @property
    def is_active(self) -> bool:
        """Whether money is held, was taken, or may yet be."""
        return self.state in ACTIVE_STATES

    @property
    def subject(self) -> str:
        """What the effects of our calls on it name as their business object."""
        return f"payment:{self.reference}"

    @property
    def binding(self) -> str:
        return f"{self.tenant.uid}:payment:{self.reference}"

    def seal_token(self, plain: str) -> None:
        """Raises VaultError when no encryption key is configured."""
        self.token_sealed = vault.seal(plain, self.binding) if plain else ""

    def open_token(self) -> SecretValue:
        """The shopper's payment method. Raises VaultError when the key is missing."""
        return vault.unseal(self.token_sealed, self.binding) if self.token_sealed else SecretValue("")


vault.register_sealed(Payment, "token_sealed", lambda payment: payment.binding)
