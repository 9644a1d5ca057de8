"""What came in from other systems, and what became of it: one row for each thing that a connector knows by an id."""

from __future__ import annotations

from django.db import models

from connectors.models import Connector
from tenants.scoping import TenantModel
from workflows.models.orders import Order


class ImportedObject(TenantModel):
    """The constraint decides that a thing comes in once, whoever brings it first: import, webhook or a person.

    `modified_at` is the other system's time of the copy that was looked at last. `checksum` covers what Crossdock does
    not take over a second time; `tags`, and checksums of `properties` by name, are those of the last copy, so that what was
    changed here since is not taken for the other system's change. `document` is kept only while something is wrong, so
    that it can be tried again.
    """

    class State(models.TextChoices):
        NEW = "new", "New"
        IMPORTED = "imported", "Imported"
        SKIPPED = "skipped", "Skipped"
        ERROR = "error", "Error"

    class Kind(models.TextChoices):
        ORDER = "order", "Order"

    # The constraint below begins with the tenant.
    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    connector = models.ForeignKey(Connector, on_delete=models.PROTECT, related_name="imported_objects")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.ORDER)
    external_id = models.CharField("external id", max_length=200)
    number = models.CharField("number there", max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    reason = models.TextField("why", blank=True)
    order = models.ForeignKey(
        Order, null=True, blank=True, on_delete=models.SET_NULL, related_name="imported_from"
    )
    modified_at = models.DateTimeField("modified there", null=True, blank=True)
    checksum = models.CharField(max_length=64, blank=True)
    tags = models.JSONField(default=list, blank=True)
    properties = models.JSONField(null=True, blank=True, editable=False)
    cancelled = models.BooleanField("cancelled there", default=False)
    document = models.JSONField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    first_seen_at = models.DateTimeField("first seen")
    seen_at = models.DateTimeField("last seen")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connector", "kind", "external_id"], name="imported_object_once"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "-id"], name="imported_object_newest"),
            models.Index(
                fields=["tenant", "-id"], name="imported_object_error", condition=models.Q(state="error")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number or self.external_id}"

    @property
    def was_placed(self) -> bool:
        """Whether it became something here, which may have been deleted since; it never becomes it twice."""
        return bool(self.checksum)
