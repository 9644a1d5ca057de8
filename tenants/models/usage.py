"""What is in use is retired, never deleted. Apps above say who uses a market or a store, so that nothing points up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from tenants.scoping import TenantModel, tenant_scope

_registry: dict[type[models.Model], list[Callable[[Any], list[str]]]] = defaultdict(list)


class InUse(ValidationError):
    """Deleting was refused; the messages name the users."""


def register_usage(model: type[models.Model], fn: Callable[[Any], list[str]]) -> None:
    """`fn(row)` lists, in words for staff, what uses the row, such as "connector Stripe (enabled markets)".

    It is called in the scope of the row's tenant.
    """
    if fn not in _registry[model]:
        _registry[model].append(fn)


def usages(obj: TenantModel) -> list[str]:
    with tenant_scope(obj.tenant_id):
        return [line for fn in _registry[type(obj)] for line in fn(obj)]


class Retirable(TenantModel):
    """A row that can be switched off, and deleted only while nothing uses it."""

    is_active = models.BooleanField(
        "active", default=True, help_text="Switch off to retire; what is in use cannot be deleted."
    )

    class Meta:
        abstract = True

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Raises InUse."""
        found = usages(self)
        if found:
            raise InUse([f"{self} is in use: {'; '.join(found)}. Switch it off instead of deleting it."])
        return super().delete(*args, **kwargs)
