"""The messages of orders, and what became of each."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from connectors.contracts.notification import DeliveryState
from connectors.models import Connector
from tenants.scoping import TenantModel
from workflows.models.notifications import Channel
from workflows.models.orders import Order
from workflows.models.runs import StepRun


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
    DROPPED = "dropped", "No longer wanted"


FINAL_MESSAGE_STATES = (MessageState.FAILED, MessageState.COMPLAINED, MessageState.DROPPED)


class SentMessage(TenantModel):
    """One message of one step run. `content` is the contract's Message while it is being sent, and empty after it.

    It is composed once: every retry sends what the first try sent, whatever templates and orders say by then. One that
    waits for its time, `due_at`, is composed anew when that comes. `fallback_of` is the one that it takes the place of.
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
    recipient = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=250, blank=True)
    reference = models.CharField(max_length=100)
    provider_message_id = models.CharField("id at the vendor", max_length=255, blank=True)
    state = models.CharField(max_length=12, choices=MessageState, default=MessageState.WAITING)
    reason = models.TextField(blank=True)
    content = models.JSONField(default=dict, blank=True, editable=False)
    created_at = models.DateTimeField("created", auto_now_add=True)
    due_at = models.DateTimeField("goes out", null=True, blank=True)
    fallback_of = models.ForeignKey(
        "self", verbose_name="in place of", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
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
