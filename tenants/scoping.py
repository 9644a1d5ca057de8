"""Every query names its tenant or fails. Built on django-scopes, with its gaps closed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import models
from django_scopes import ScopedManager, ScopeError, get_scope, scope, scopes_disabled
from django_scopes.manager import DisabledQuerySet
from simple_history.manager import HistoryManager, HistoricalQuerySet
from simple_history.models import HistoricalRecords

if TYPE_CHECKING:
    from tenants.models import Tenant

__all__ = [
    "ScopeError",
    "TenantModel",
    "current_tenant",
    "current_tenant_id",
    "platform_scope",
    "scoped_history",
    "scoped_manager",
    "tenant_scope",
]

logger = logging.getLogger(__name__)


@contextmanager
def tenant_scope(tenant: Tenant | int) -> Iterator[None]:
    """Queries inside see this tenant's rows only. Takes the tenant or its primary key."""
    with scope(tenant=tenant):
        yield


@contextmanager
def platform_scope(reason: str) -> Iterator[None]:
    """Queries inside see every tenant: for the worker's claim, the key look-up and the login only."""
    if not reason:
        raise ValueError("platform_scope needs a reason")
    logger.debug("platform scope: %s", reason)
    with scopes_disabled():
        yield


def current_tenant_id() -> int | None:
    """The primary key of the tenant in scope; None outside and in a platform scope."""
    tenant = _scoped()
    return getattr(tenant, "pk", tenant)


def current_tenant() -> Tenant:
    """The tenant in scope. Raises ScopeError outside."""
    from tenants.models import Tenant

    tenant = _scoped()
    if tenant is None:
        raise ScopeError("no tenant is in scope; enter tenant_scope(tenant) first")
    return tenant if isinstance(tenant, Tenant) else Tenant.objects.get(pk=tenant)


def _scoped() -> Any:
    state = get_scope()
    return state.get("tenant") if state.get("_enabled", True) else None


class ClosedQuerySet(DisabledQuerySet):
    """What a manager hands out without a scope; django-scopes leaves the methods below open."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ScopeError(
            f"{self.model.__name__} was queried without a tenant; enter tenant_scope(tenant) first"
        )

    error = _refuse


_OPEN = {
    "using",
    "none",
    "create",
    "acreate",
    "bulk_create",
    "abulk_create",
    "as_manager",
    "resolve_expression",
}
_GUARDED = [name for name in dir(models.QuerySet) if not name.startswith("_") and name not in _OPEN]
for _name in [
    *_GUARDED,
    "__iter__",
    "__aiter__",
    "__len__",
    "__bool__",
    "__getitem__",
    "__and__",
    "__or__",
    "__xor__",
]:
    if callable(getattr(models.QuerySet, _name)):
        setattr(ClosedQuerySet, _name, ClosedQuerySet._refuse)


def scoped_manager(base: type[models.Manager] = models.Manager, field: str = "tenant") -> models.Manager:
    """A manager that filters by the tenant in scope; `base` may come from `SomeQuerySet.as_manager().__class__`."""
    scoped = type(ScopedManager(_manager_class=base, tenant=field))

    class TenantManager(scoped):  # type: ignore[misc, valid-type]
        def get_queryset(self) -> models.QuerySet:
            found = super().get_queryset()
            return (
                ClosedQuerySet(self.model, using=self._db) if isinstance(found, DisabledQuerySet) else found
            )

    return TenantManager()


class TenantModel(models.Model):
    """A row of exactly one tenant. Forward foreign keys are not filtered by scope, so `clean` checks them."""

    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.PROTECT, related_name="+", editable=False)

    objects = scoped_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.adopt_tenant()
        super().save(*args, **kwargs)

    def adopt_tenant(self) -> None:
        """Take the tenant in scope when none is set. Raises ScopeError for a row of another tenant."""
        in_scope = current_tenant_id()
        if in_scope is None:
            return
        if self.tenant_id is None:
            self.tenant_id = in_scope
        elif self.tenant_id != in_scope:
            raise ScopeError(
                f"this {self._meta.verbose_name} belongs to another tenant than the one in scope"
            )

    def clean(self) -> None:
        super().clean()
        strangers = {name: "Choose one of this tenant's own." for name in self._foreign_references()}
        if strangers:
            raise ValidationError(strangers)

    def _foreign_references(self) -> Iterator[str]:
        for field in self._meta.concrete_fields:
            target = field.related_model
            if (
                isinstance(target, type)
                and issubclass(target, TenantModel)
                and getattr(self, field.attname) is not None
            ):
                if getattr(self, field.name).tenant_id != self.tenant_id:
                    yield field.name


class _ScopedHistoryManager(HistoryManager):
    def get_super_queryset(self) -> models.QuerySet:
        state = get_scope()
        if not state.get("_enabled", True):
            return super().get_super_queryset()
        if state.get("tenant") is None:
            raise ScopeError(
                f"{self.model.__name__} was queried without a tenant; enter tenant_scope(tenant) first"
            )
        return super().get_super_queryset().filter(tenant=state["tenant"])


class _HistoryRow(models.Model):
    objects = scoped_manager()

    class Meta:
        abstract = True


def scoped_history(**options: Any) -> HistoricalRecords:
    """`history = scoped_history(...)` on a TenantModel: its history is filtered by the tenant in scope as well."""
    return HistoricalRecords(
        history_manager=_ScopedHistoryManager,
        historical_queryset=HistoricalQuerySet,
        bases=[_HistoryRow],
        **options,
    )
