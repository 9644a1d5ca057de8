"""What merchants tell their customers, and what became of each message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from connectors.contracts.notification import DeliveryState
from connectors.models import Connector
from tenants.models import Market
from tenants.models.market import LANGUAGE
from tenants.scoping import TenantModel, scoped_history
from workflows.models.chart import validate_names
from workflows.models.orders import Order
from workflows.models.runs import StepRun
from workflows.steps.text import refusal, unknown_fields


class Channel(models.TextChoices):
    EMAIL = "email", "E-mail"
    SMS = "sms", "SMS"


class NotificationTemplate(TenantModel):
    """One text for customers. It is in force as soon as it is saved; a message that is under way keeps its text."""

    name = models.CharField(max_length=100, help_text="Steps may ask for it by this name, in any case.")
    is_active = models.BooleanField("active", default=True, help_text="Switch off to stop using it.")
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.EMAIL)
    statuses = models.JSONField(
        "order statuses",
        default=list,
        blank=True,
        validators=[validate_names],
        help_text="Used by Notification steps of these statuses; with none, only by steps that name it.",
    )
    order_type = models.CharField(max_length=80, blank=True, help_text="Empty means all order types.")
    markets = models.ManyToManyField(
        Market, blank=True, related_name="+", help_text="Empty means all markets."
    )
    language = models.CharField(
        max_length=6,
        blank=True,
        validators=[LANGUAGE],
        help_text="Only for markets of this language, such as nb or en-GB; empty means all.",
    )
    subject = models.CharField(max_length=250, blank=True)
    text = models.TextField(blank=True, help_text="What mail programs without HTML show, or the SMS.")
    html = models.TextField("HTML", blank=True, help_text="Order fields are escaped here.")
    vendor_template = models.CharField(
        "template id at the vendor",
        max_length=100,
        blank=True,
        help_text="Such as that of a SendGrid dynamic template; the vendor then writes the message.",
    )
    sender = models.EmailField("from", blank=True, help_text="Empty uses the connector's own address.")
    reply_to = models.EmailField("reply to", blank=True)

    history = scoped_history(m2m_fields=[markets])

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "tenant",
                Lower("name"),
                name="notification_template_name",
                violation_error_message="Another notification template has this name.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raises ValidationError for order fields that do not exist and for what a message of this kind lacks."""
        errors: dict[str, list[str]] = {}
        for field, problem in [*self._unknown(), *self._missing()]:
            errors.setdefault(field, []).append(problem)
        if errors:
            raise ValidationError(errors)
        super().clean()

    def _unknown(self) -> Iterator[tuple[str, str]]:
        for field in ("subject", "text", "html"):
            for name in unknown_fields(getattr(self, field), html=field == "html"):
                yield field, refusal(name)

    def _missing(self) -> Iterator[tuple[str, str]]:
        if self.vendor_template:
            return
        if not self.text.strip():
            yield "text", "Write the text of the message, or give a template id at the vendor."
        if self.channel == Channel.EMAIL and not self.subject.strip():
            yield "subject", "A mail needs a subject, unless it has a template id at the vendor."


class MessageState(models.TextChoices):
    """The contract's DeliveryState, and before it the time in which the vendor has not taken the message yet."""

    WAITING = "waiting", "Not sent"
    SENT = DeliveryState.SENT.value, "Sent"
    DEFERRED = DeliveryState.DEFERRED.value, "Deferred"
    DELIVERED = DeliveryState.DELIVERED.value, "Delivered"
    OPENED = DeliveryState.OPENED.value, "Opened"
    CLICKED = DeliveryState.CLICKED.value, "Clicked"
    FAILED = DeliveryState.FAILED.value, "Not delivered"
    COMPLAINED = DeliveryState.COMPLAINED.value, "Reported as spam"


FINAL_MESSAGE_STATES = (MessageState.FAILED, MessageState.COMPLAINED)


class SentMessage(TenantModel):
    """One message of one step run. `content` is the contract's Message while it is being sent, and empty after it.

    It is composed once: every retry sends what the first try sent, whatever templates and orders say by then.
    """

    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="messages")
    step_run = models.ForeignKey(
        StepRun, verbose_name="step result", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    connector = models.ForeignKey(Connector, on_delete=models.PROTECT, related_name="+")
    template_name = models.CharField("template", max_length=100, blank=True)
    trace = models.JSONField("how the template was chosen", default=list, blank=True)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.EMAIL)
    recipient = models.CharField(max_length=254)
    subject = models.CharField(max_length=250, blank=True)
    reference = models.CharField(max_length=100)
    provider_message_id = models.CharField("id at the vendor", max_length=255, blank=True)
    state = models.CharField(max_length=12, choices=MessageState, default=MessageState.WAITING)
    reason = models.TextField(blank=True)
    content = models.JSONField(default=dict, blank=True, editable=False)
    created_at = models.DateTimeField("created", auto_now_add=True)
    sent_at = models.DateTimeField("sent", null=True, blank=True)
    changed_at = models.DateTimeField("state since", default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "reference"], name="sent_message_reference"),
        ]
        indexes = [
            models.Index(
                fields=["connector", "provider_message_id"],
                name="sent_message_vendor_id",
                condition=~Q(provider_message_id=""),
            ),
            models.Index(fields=["tenant", "-id"], name="sent_message_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.reference}"

    def advance(self, state: str, reason: str = "", at: Any = None) -> bool:
        """Move forward in the order of the states, never back and never out of a final one; False changes nothing."""
        ranks = list(MessageState.values)
        if self.state in FINAL_MESSAGE_STATES or ranks.index(state) <= ranks.index(self.state):
            return False
        self.state, self.reason, self.changed_at = state, reason, at or timezone.now()
        return True
