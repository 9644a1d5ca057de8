from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from connectors import validation
from connectors.hosts import check_address
from connectors.models.rows import at, secret_reference
from eventlog.events import Category
from eventlog.models import StorableEncoder
from tenants.scoping import TenantModel, scoped_history


def _names() -> models.JSONField:
    return models.JSONField(default=list, blank=True, help_text="Empty: all.")


class EventSubscription(TenantModel):
    """Where events of a tenant are sent, which of them, and how. Empty filters let everything through.

    `former_secret` signs beside `secret` until `former_until`. `failing_since` is the first failure after the last
    success; `warned_at` is when the owner was told of an exhausted message, until one is delivered again.
    """

    class Payload(models.TextChoices):
        THIN = "thin", "Thin: what happened, with the ids to read more"
        FULL = "full", "Full: with the order as it is at the time of sending"

    name = models.CharField(max_length=200)
    url = models.CharField("URL", max_length=500, help_text="Gets a POST for each event, over https.")
    active = models.BooleanField(default=True)
    payload = models.CharField(max_length=10, choices=Payload, default=Payload.THIN)
    in_order = models.BooleanField(
        "One after the other",
        default=False,
        help_text="An order's next event waits until the one before it is delivered or given up.",
    )
    categories = _names()
    order_types = _names()
    statuses = _names()
    stores = _names()
    markets = _names()
    errors_only = models.BooleanField("Errors only", default=False)
    secret = secret_reference("Signing secret")
    secret_digest = models.CharField(max_length=64, editable=False)
    former_secret = secret_reference("Former signing secret")
    former_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField("created", auto_now_add=True)
    succeeded_at = models.DateTimeField("last success", null=True, blank=True, editable=False)
    failed_at = models.DateTimeField("last failure", null=True, blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    warned_at = models.DateTimeField(null=True, blank=True, editable=False)
    disabled_at = models.DateTimeField("disabled", null=True, blank=True, editable=False)
    disabled_reason = models.TextField(blank=True, editable=False)

    history = scoped_history(
        excluded_fields=["secret_digest", "succeeded_at", "failed_at", "failing_since", "warned_at"]
    )

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "tenant",
                Lower("name"),
                name="event_subscription_name",
                violation_error_message="There is an event subscription of this name already; choose another.",
            ),
            models.UniqueConstraint(
                fields=["tenant", "secret_digest"],
                name="event_subscription_secret",
                violation_error_message="Another subscription uses this secret; give each its own.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        try:
            check_address(self.url, self.tenant.uid)
        except ValueError as error:
            raise ValidationError({"url": str(error)}) from None
        known = {item.value for item in Category}
        if strange := [name for name in self.categories if name not in known]:
            cure = validation.ended(validation.suggest(str(strange[0]), known))
            raise ValidationError({"categories": f"There is no category {strange[0]!r}; {cure}"})


class EventSubscriptionHeader(TenantModel):
    """A header that is sent along, such as one that a gateway in front of the receiver asks for."""

    subscription = models.ForeignKey(EventSubscription, on_delete=models.CASCADE, related_name="headers")
    name = models.CharField("Name", max_length=200)
    value = models.TextField("Value", blank=True)
    is_secret = models.BooleanField("Secret", default=False)
    secret = secret_reference("Secret value")

    history = scoped_history()

    class Meta:
        verbose_name = "custom header"
        verbose_name_plural = "Custom Headers"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "subscription",
                Lower("name"),
                name="event_subscription_header_name",
                violation_error_message="This header is there already.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        with at("name"):
            validation.check_header_name(self.name)
            if self.name.lower().startswith("webhook-") or self.name.lower() == "content-type":
                raise ValidationError(f"{self.name} is set for every delivery by itself; remove it.")
        with at("value"):
            validation.check_header_value(self.value)


class EventDelivery(TenantModel):
    """One event on its way to one subscription: the outbox. Committed with the event that it tells of.

    `message_id` names the message to the receiver and is the same on every try and replay. `event_id` is None for a
    test. `attempts` are those of the present round: a replay begins a new one. No constraint ties a row to its
    subscription, because processes that have not heard of a deletion yet may still write one.
    """

    class State(models.TextChoices):
        PENDING = "pending", "Pending"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Given up"

    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    subscription = models.ForeignKey(
        EventSubscription,
        on_delete=models.CASCADE,
        related_name="deliveries",
        db_constraint=False,
        db_index=False,
    )
    message_id = models.CharField("message id", max_length=64)
    event_id = models.BigIntegerField(null=True, blank=True)
    category = models.CharField(max_length=20)
    order_id = models.BigIntegerField(null=True, blank=True)
    order_number = models.CharField("order", max_length=100, blank=True)
    order_type = models.CharField(max_length=80, blank=True)
    order_status = models.CharField("status of the order", max_length=80, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField("created", default=timezone.now)
    next_try_at = models.DateTimeField("next try", null=True, blank=True)
    delivered_at = models.DateTimeField("delivered", null=True, blank=True)
    status_code = models.PositiveSmallIntegerField("last answer", null=True, blank=True)
    error = models.TextField("last error", blank=True)

    class Meta:
        verbose_name_plural = "event deliveries"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["subscription", "message_id"], name="event_delivery_once")
        ]
        indexes = [
            models.Index(
                fields=["subscription", "next_try_at"],
                name="event_delivery_due",
                condition=Q(state="pending"),
            ),
            models.Index(
                fields=["subscription", "order_id", "id"],
                name="event_delivery_of_order",
                condition=Q(state="pending", order_id__isnull=False),
            ),
            models.Index(fields=["tenant", "-created_at", "-id"], name="event_delivery_newest"),
            models.Index(
                fields=["subscription", "created_at"],
                name="event_delivery_failed",
                condition=Q(state="failed"),
            ),
        ]

    def __str__(self) -> str:
        return self.message_id


class DeliveryAttempt(TenantModel):
    """One try of a delivery, with what was sent and what came back: redacted, at most 4 KiB of each."""

    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    delivery = models.ForeignKey(EventDelivery, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField()
    at = models.DateTimeField("time")
    succeeded = models.BooleanField(default=False)
    status_code = models.PositiveSmallIntegerField("answer", null=True, blank=True)
    error = models.TextField(blank=True)
    duration_ms = models.PositiveIntegerField("duration (ms)")
    request = models.JSONField(null=True, blank=True, encoder=StorableEncoder)
    response = models.JSONField(null=True, blank=True, encoder=StorableEncoder)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Try {self.number}"
