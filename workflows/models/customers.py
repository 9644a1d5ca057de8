from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from tenants.models.store import validate_names_and_texts
from tenants.scoping import TenantModel
from workflows.models.fields import ModifiedField


class Customer(TenantModel):
    """A buyer the merchant knows by number. Orders keep their own copy of what they were placed with."""

    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    number = models.CharField(max_length=64)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    company = models.CharField(max_length=200, blank=True)
    external_ids = models.JSONField(
        "external ids", default=dict, blank=True, validators=[validate_names_and_texts]
    )
    properties = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField("created", auto_now_add=True)
    modified_at = ModifiedField("modified")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "number"],
                name="customer_number",
                violation_error_message="Another customer has this number.",
            )
        ]
        indexes = [
            models.Index("tenant", Lower("email"), name="customer_email"),
            models.Index(fields=["tenant", "modified_at", "id"], name="customer_modified"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.full_name}".strip()

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.company
