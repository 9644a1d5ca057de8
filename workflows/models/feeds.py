"""Product feeds: the file that a receiver fetches, how it was made, and what is missing for which product.

A file is a row with its parts in the database, so that any web process can serve what any worker has made. It is built
beside the one that is served and takes its place in one transaction.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import models

from connectors.models import Connector
from tenants.scoping import TenantModel


def new_token() -> str:
    """Too long to be guessed: 256 random bits."""
    return secrets.token_urlsafe(32)


class ProductFeed(TenantModel):
    """One feed for each connector. `token` is the secret part of its address; `is_served` closes it without losing it.
    `reading` is what the receiver made last of a file that it was told of."""

    connector = models.OneToOneField(Connector, on_delete=models.PROTECT, related_name="product_feed")
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    is_served = models.BooleanField("served", default=True)
    current = models.OneToOneField(
        "FeedBuild", null=True, blank=True, on_delete=models.SET_NULL, related_name="served_by"
    )
    fetched_at = models.DateTimeField("last fetched", null=True, blank=True)
    fetched_by = models.CharField(max_length=200, blank=True)
    announced_at = models.DateTimeField("last announced", null=True, blank=True)
    reading = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField("created", auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def was_announced(self, now: datetime) -> None:
        self.announced_at = now
        self.save(update_fields=["announced_at"])

    def __str__(self) -> str:
        return self.connector.display_name or self.connector.connector_id or self.connector.name


class FeedBuild(TenantModel):
    """One file. `size` and `packed_size` are in bytes, before and after compression; `crc` and `digest` run along while
    it is built. `missing` counts products by attribute."""

    feed = models.ForeignKey(ProductFeed, on_delete=models.CASCADE, related_name="builds")
    run_id = models.BigIntegerField()
    extension = models.CharField(max_length=10)
    content_type = models.CharField(max_length=100)
    started_at = models.DateTimeField("begun")
    finished_at = models.DateTimeField("finished", null=True, blank=True)
    modified_at = models.DateTimeField("changed", null=True, blank=True)
    products = models.PositiveIntegerField(default=0)
    items = models.PositiveIntegerField("in the file", default=0)
    left_out = models.PositiveIntegerField(default=0)
    remarked = models.PositiveIntegerField("with remarks", default=0)
    missing = models.JSONField(default=dict)
    parts = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    packed_size = models.PositiveBigIntegerField(default=0)
    crc = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.feed} {self.started_at:%Y-%m-%d %H:%M}"


class FeedPart(TenantModel):
    """A part of a file, compressed by itself; see workflows.feeds.packing."""

    build = models.ForeignKey(FeedBuild, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["build", "number"], name="feed_part_once")]


class FeedProblem(TenantModel):
    """What is missing or wrong with one product in one file. `remarks` are [attribute, text] in the order of the file."""

    build = models.ForeignKey(FeedBuild, on_delete=models.CASCADE, related_name="problems")
    product = models.ForeignKey("Product", on_delete=models.CASCADE, related_name="+")
    left_out = models.BooleanField("left out")
    remarks = models.JSONField(default=list)

    class Meta:
        ordering = ["id"]
        verbose_name = "product with remarks"
        verbose_name_plural = "products with remarks"

    def __str__(self) -> str:
        return f"{self.product}"
