from __future__ import annotations

from datetime import timedelta

from django.db import models

from tenants.models.api_key import ApiKey
from tenants.scoping import TenantModel

KEPT_FOR = timedelta(hours=24)
# A request that runs longer than this has lost its process; its key may be taken over.
ABANDONED_AFTER = timedelta(minutes=5)


class IdempotencyRecord(TenantModel):
    """The first answer to a POST with an Idempotency-Key, so that repeating it repeats the answer and not the effect.

    `note` is what the request has drawn, such as an order's number, before it used it: where its process dies, whoever
    sends the request again finds by it what was made. An answer that nobody may store (no-store) is sealed.
    """

    class State(models.TextChoices):
        IN_FLIGHT = "in_flight", "In flight"
        COMPLETED = "completed", "Completed"

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=20, choices=State, default=State.IN_FLIGHT)
    response_status = models.PositiveSmallIntegerField(null=True)
    response_headers = models.JSONField(default=dict)
    response_body = models.TextField(blank=True)
    note = models.CharField(max_length=100, blank=True, default="", db_default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["api_key", "key"], name="one_answer_per_key")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return self.key
