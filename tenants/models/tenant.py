from __future__ import annotations

import uuid

from django.db import models


class Environment(models.TextChoices):
    TEST = "test", "Test"
    PRODUCTION = "production", "Production"


class Tenant(models.Model):
    """A merchant's own world; test and production are two tenants."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    environment = models.CharField(max_length=20, choices=Environment, default=Environment.TEST)
    generation = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="Number of the published configuration; publishing raises it."
    )
    is_active = models.BooleanField("active", default=True)
    created_at = models.DateTimeField("created", auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_production(self) -> bool:
        return self.environment == Environment.PRODUCTION
