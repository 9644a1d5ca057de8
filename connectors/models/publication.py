from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone

from tenants.scoping import TenantModel, scoped_manager


class PublicationIsFinal(TypeError):
    """Publications are written once; what is published next is a new row."""


class PublicationQuerySet(models.QuerySet["Publication"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise PublicationIsFinal("a publication is never changed; publish again")

    def delete(self) -> NoReturn:
        raise PublicationIsFinal("a publication is never deleted; runs and effects refer to it")


class Publication(TenantModel):
    """One published version of an aggregate. `document` is what runs; a retired one serves only what it began."""

    # The constraint below begins with the tenant.
    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    kind = models.CharField(max_length=50)
    object_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    generation = models.PositiveBigIntegerField()
    document = models.JSONField()
    schema_version = models.PositiveSmallIntegerField(default=1)
    checksum = models.CharField(max_length=64)
    retired = models.BooleanField(default=False)
    comment = models.CharField(max_length=500, blank=True)
    history_ids = models.JSONField(default=dict)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    published_at = models.DateTimeField("published", default=timezone.now)

    objects = scoped_manager(models.Manager.from_queryset(PublicationQuerySet))  # type: ignore[misc]

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "object_id", "number"], name="publication_number"
            ),
            models.UniqueConstraint(
                fields=["tenant", "kind", "object_id", "generation"], name="publication_generation"
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises PublicationIsFinal for a stored row."""
        if not self._state.adding:
            raise PublicationIsFinal("a publication is never changed; publish again")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PublicationIsFinal("a publication is never deleted; runs and effects refer to it")


class Publishable(TenantModel):
    """Root row of a draft. `live` is its publication in force; None before the first and after retiring."""

    live = models.ForeignKey(
        Publication, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    retired = models.BooleanField(default=False, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Saving a draft never touches what is live, whatever this copy of the row believes."""
        if not self._state.adding and kwargs.get("update_fields") is None and not kwargs.get("force_insert"):
            names = {field.name for field in self._meta.concrete_fields if not field.primary_key}
            kwargs["update_fields"] = names - {"live", "retired"}
        super().save(*args, **kwargs)

    @property
    def was_published(self) -> bool:
        """Then runs and records may refer to it, so that it is retired and never deleted."""
        return self.live_id is not None or self.retired
