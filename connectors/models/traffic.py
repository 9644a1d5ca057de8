from __future__ import annotations

from django.db import models

from connectors.models.connector import Connector
from tenants.scoping import TenantModel


class ConnectorStanding(TenantModel):
    """What all processes have to know of a connector's vendor: out of order, or asking for a pause. No row: all is well.

    The greater `generation` is the newer state of the breaker; `open_until` is when it is probed, by the process
    `probe_by` until `probe_until`.
    """

    connector = models.OneToOneField(Connector, on_delete=models.CASCADE, related_name="standing_row")
    generation = models.PositiveBigIntegerField(default=0)
    openings = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)
    open_until = models.DateTimeField(null=True, blank=True)
    probe_by = models.UUIDField(null=True, blank=True)
    probe_until = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Standing of connector {self.connector_id}"


class ConnectorTraffic(TenantModel):
    """One process's calls to a connector's vendor in the last minute, as of `at`.

    `account` is the fingerprint of what the vendor's quota belongs to, where several connectors share it.
    """

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="+")
    process = models.UUIDField()
    account = models.CharField(max_length=64, blank=True, default="")
    at = models.DateTimeField(db_index=True)
    generation = models.PositiveBigIntegerField(default=0)
    asked = models.PositiveIntegerField(default=0)
    firsts = models.PositiveIntegerField(default=0)
    retries = models.PositiveIntegerField(default=0)
    ended = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connector", "process"], name="connector_traffic_process"),
        ]

    def __str__(self) -> str:
        return f"Traffic of connector {self.connector_id}"
