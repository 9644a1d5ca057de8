from __future__ import annotations

from django.db import models
from django.db.models import Q

from shipping.models.shipment import Shipment
from tenants.models import Store
from tenants.scoping import TenantModel


class PrintState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    CLAIMED = "claimed", "At a printer"
    PRINTED = "printed", "Printed"
    FAILED = "failed", "Failed"


OPEN = (PrintState.QUEUED, PrintState.CLAIMED)


class PrintJob(TenantModel):
    """One request to print a shipment's label, in the queue of the warehouse that sends it.

    A workstation claims it for a while; a claim that has run out is anybody's again. `reason` is why it failed.
    """

    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="print_jobs")
    store = models.ForeignKey(
        Store, verbose_name="warehouse", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=10, choices=PrintState, default=PrintState.QUEUED)
    requested_by = models.CharField(max_length=200, blank=True)
    workstation = models.CharField(max_length=100, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField("requested", auto_now_add=True)
    printed_at = models.DateTimeField("printed", null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            # Whoever asks again while a label waits gets the one that waits.
            models.UniqueConstraint(
                fields=["shipment"], condition=Q(state__in=["queued", "claimed"]), name="print_job_open"
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "store", "id"],
                name="print_job_queue",
                condition=Q(state__in=["queued", "claimed"]),
            ),
            models.Index(fields=["tenant", "-id"], name="print_job_newest"),
        ]

    def __str__(self) -> str:
        return f"Label of {self.shipment}"
