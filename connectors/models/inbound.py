from __future__ import annotations

from django.db import models

from connectors.models.connector import Connector
from tenants.scoping import TenantModel


class InboundWebhook(TenantModel):
    """One verified event of a provider, kept so that its repetitions are recognised (some repeat for 30 days).

    `deaths` counts the tries since the last one that came to an end.
    """

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    connector = models.ForeignKey(Connector, on_delete=models.PROTECT, related_name="inbound_webhooks")
    event_id = models.CharField(max_length=255)
    event_type = models.CharField(max_length=200, blank=True)
    method = models.CharField(max_length=10)
    url = models.TextField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    attempts = models.PositiveIntegerField(default=0)
    deaths = models.PositiveIntegerField(default=0, editable=False)
    duplicates = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    received_at = models.DateTimeField("received")
    next_try_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField("done", null=True, blank=True)
    body_pruned_at = models.DateTimeField("body deleted", null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["connector", "event_id"], name="inbound_event_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="inbound_due",
                condition=models.Q(state="received"),
            ),
            models.Index(
                fields=["tenant", "next_try_at"],
                name="inbound_due_of_tenant",
                condition=models.Q(state="received"),
            ),
            models.Index(fields=["tenant", "-received_at", "-id"], name="inbound_newest"),
            models.Index(
                fields=["tenant", "received_at"],
                name="inbound_with_body",
                condition=models.Q(body_pruned_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_type or 'event'} {self.event_id}"
