from __future__ import annotations

import uuid

from django.db import models

from connectors.models.connector import Connector
from tenants.scoping import BusyTenantModel


class Effect(BusyTenantModel):
    """One external write, committed before its first byte leaves. See effects.py for the rules.

    The business identity is tenant, connector, operation, subject and ordinal; `epoch` counts keys of it. `lease_until` is
    until when somebody is at it: while CALLING whoever has it, while UNKNOWN perhaps the vendor, on a request whose answer
    was lost. `last_sent_at` is when the latest try began that sent something. `carrier` is how the vendor was told the key
    with every request that may still be in doubt, in the words of key_memory.promise_of: "" when it was not told. It is
    null where nobody wrote that down, in rows from before; such a key is never repeated on trust after a lost answer.
    """

    class State(models.TextChoices):
        CALLING = "calling", "Calling"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        RETRY = "retry", "Waiting to repeat"
        UNKNOWN = "unknown", "Unknown"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connector = models.ForeignKey(Connector, on_delete=models.PROTECT, related_name="effects")
    operation = models.CharField(max_length=100)
    subject = models.CharField(max_length=200)
    ordinal = models.PositiveIntegerField(default=1)
    epoch = models.PositiveIntegerField(default=1)
    key = models.CharField(max_length=64)
    carrier = models.TextField(null=True, blank=True)  # noqa: DJ001 - "" is an answer, not the lack of one
    request_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.CALLING)
    origin = models.CharField(max_length=200)
    owner = models.CharField(max_length=200, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=1)
    answered = models.BooleanField(default=False)
    needs_person = models.BooleanField(default=False)
    first_sent_at = models.DateTimeField(null=True, blank=True)
    last_sent_at = models.DateTimeField(null=True, blank=True)
    provider_reference = models.CharField(max_length=500, blank=True)
    error_kind = models.CharField(max_length=20, blank=True)
    error_code = models.CharField(max_length=200, blank=True)
    error_message = models.TextField(blank=True)
    created_at = models.DateTimeField("created")
    modified_at = models.DateTimeField("modified")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "subject", "operation", "connector", "ordinal"], name="effect_identity"
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "lease_until"],
                name="effect_open",
                condition=models.Q(state__in=["calling", "unknown", "retry"]),
            ),
            models.Index(fields=["tenant", "-created_at"], name="effect_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.subject}"
