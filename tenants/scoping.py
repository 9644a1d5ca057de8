"""Every query names its tenant or fails. Built on django-scopes, with its gaps closed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import models
from django_scopes import ScopeError, get_scope, scope, scopes_disabled
from simple_history.manager import HistoryManager
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
    if tenant is None:
        raise ScopeError("tenant_scope needs a tenant")
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
    return None if _is_platform() else get_scope().get("tenant")


def _is_platform() -> bool:
    return not get_scope().get("_enabled", True)


def is_closed() -> bool:
    """Whether no tenant is in scope, so that nothing may be read."""
    return not _is_platform() and _scoped() is None


def _in_scope(rows: models.QuerySet) -> models.QuerySet:
    return rows if _is_platform() else rows.filter(tenant=_scoped())


def _unscoped(model: type[models.Model]) -> ScopeError:
    return ScopeError(f"{model.__name__} was queried without a tenant; enter tenant_scope(tenant) first")


class ClosedQuerySet(models.QuerySet):
    """What a manager hands out without a scope: it can create, and refuses everything that would read."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise _unscoped(self.model)

    query = property(_refuse)

    def all(self) -> Any:
        """Open once a scope is entered, so that form fields and views may name a queryset when they are defined."""
        return self if is_closed() else self.model._default_manager.using(self.db)

    def using(self, alias: str | None) -> ClosedQuerySet:
        return type(self)(self.model, using=alias)

    def none(self) -> Any:
        return models.QuerySet(self.model, using=self.db).none()

    def __repr__(self) -> str:
        return f"<{self.model.__name__} rows, closed: no tenant in scope>"


_OPEN = {"all", "using", "none", "create", "acreate", "bulk_create", "abulk_create"}
_OPERATORS = {"__iter__", "__aiter__", "__len__", "__bool__", "__getitem__", "__and__", "__or__", "__xor__"}
for _name in {name for name in dir(models.QuerySet) if not name.startswith("_")} - _OPEN | _OPERATORS:
    if callable(getattr(models.QuerySet, _name)):
        setattr(ClosedQuerySet, _name, ClosedQuerySet._refuse)


def scoped_manager(base: type[models.Manager] = models.Manager) -> models.Manager:
    """A manager that filters by the tenant in scope; `base` may be `Manager.from_queryset(SomeQuerySet)`."""

    class TenantManager(base):  # type: ignore[misc, valid-type]
        def get_queryset(self) -> models.QuerySet:
            if is_closed():
                return ClosedQuerySet(self.model, using=self._db)
            return _in_scope(super().get_queryset())

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
        strangers = dict.fromkeys(self._foreign_references(), "Choose one of this tenant's own.")
        if strangers:
            raise ValidationError(strangers)

    def _foreign_references(self) -> Iterator[str]:
        for field in self._meta.concrete_fields:
            row = getattr(self, field.name, None) if _points_to_tenant_model(field) else None
            if row is not None and row.tenant_id != self.tenant_id:
                yield field.name


class BusyTenantModel(TenantModel):
    """A row that every step or call writes. The server has no index of the tenant alone, as composite ones begin with it,
    and does not look at the tenant's row, at which all transactions would meet; the row's parent vouches for the tenant."""

    tenant = models.ForeignKey(
        "tenants.Tenant",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        abstract = True


def _points_to_tenant_model(field: models.Field) -> bool:
    return isinstance(field.related_model, type) and issubclass(field.related_model, TenantModel)


class _ScopedHistoryManager(HistoryManager):
    def get_super_queryset(self) -> models.QuerySet:
        """Raises ScopeError."""
        if is_closed():
            raise _unscoped(self.model)
        return _in_scope(super().get_super_queryset())


class _HistoryRow(models.Model):
    objects = scoped_manager()

    class Meta:
        abstract = True


def scoped_history(**options: Any) -> HistoricalRecords:
    """`history = scoped_history(...)` on a TenantModel: its history is filtered by the tenant in scope as well."""
    return HistoricalRecords(
        history_manager=_ScopedHistoryManager,
        bases=[_HistoryRow],
        **options,
    )
