"""How products, prices, customers and stock stand between Crossdock and each connector: one row for each item."""

from __future__ import annotations

from django.db import models

from connectors.models import Connector
from tenants.scoping import TenantModel


class SyncItem(TenantModel):
    """`key` is the item's own word: a SKU, or a customer's id there; `part` the price list or location. `item_id` is our
    product or customer.

    `checksum` is of what was sent last; `document` what came in and could not be taken, to be tried again.
    `next_try_at` is when that is, or when a skipped item begins to count. `seen_at` is when the other side last told
    of it with something new, or in a full compare.
    """

    class Kind(models.TextChoices):
        PRODUCT = "product", "Product"
        PRICE = "price", "Price"
        CUSTOMER = "customer", "Customer"
        STOCK = "stock", "Stock"

    class Direction(models.TextChoices):
        IN = "in", "Import"
        OUT = "out", "Export"

    class State(models.TextChoices):
        SYNCED = "synced", "In sync"
        SKIPPED = "skipped", "Skipped"
        FAILED = "failed", "Failed"
        GONE = "gone", "Gone"

    # Every index below that needs it begins with the tenant.
    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    connector = models.ForeignKey(
        Connector, on_delete=models.CASCADE, related_name="sync_items", db_index=False
    )
    kind = models.CharField(max_length=10, choices=Kind)
    direction = models.CharField(max_length=3, choices=Direction)
    key = models.CharField("item", max_length=200)
    part = models.CharField("list or location", max_length=100, blank=True)
    item_id = models.BigIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State)
    reason = models.TextField("why", blank=True)
    external_id = models.CharField("id there", max_length=200, blank=True)
    checksum = models.CharField(max_length=64, blank=True)
    document = models.JSONField(null=True, blank=True)
    tries = models.PositiveIntegerField("failed tries", default=0)
    succeeded_at = models.DateTimeField("last success", null=True, blank=True)
    failed_at = models.DateTimeField("last error", null=True, blank=True)
    next_try_at = models.DateTimeField("next try", null=True, blank=True)
    seen_at = models.DateTimeField("last looked at")

    class Meta:
        ordering = ["-id"]
        verbose_name = "sync state"
        constraints = [
            models.UniqueConstraint(
                fields=["connector", "kind", "direction", "key", "part"], name="sync_item_once"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "-id"], name="sync_item_newest"),
            models.Index(fields=["tenant", "key"], name="sync_item_key"),
            models.Index(fields=["tenant", "kind", "item_id"], name="sync_item_ours"),
            models.Index(
                fields=["connector", "kind", "direction", "next_try_at"],
                name="sync_item_next_try",
                condition=models.Q(next_try_at__isnull=False),
            ),
            models.Index(
                fields=["tenant", "-id"],
                name="sync_item_trouble",
                condition=models.Q(state__in=["skipped", "failed", "gone"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}"
