"""What the list of orders is narrowed by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from workflows.models import Order, OrderStatus, OrderType


class ErrorsFilter(admin.SimpleListFilter):
    title = "errors"
    parameter_name = "errors"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("active", "Has active errors"), ("none", "Has none")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        if self.value() not in {"active", "none"}:
            return queryset
        return queryset.filter(has_errors=self.value() == "active")


class _NameFilter(admin.SimpleListFilter):
    """Offers the names that the tenant's drafts have, because listing those of all orders would read them all."""

    def names(self) -> Iterable[str]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in dict.fromkeys(self.names())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class StatusFilter(_NameFilter):
    title = parameter_name = "status"

    def names(self) -> Iterable[str]:
        return OrderStatus.objects.order_by("position").values_list("name", flat=True)


class OrderTypeFilter(_NameFilter):
    title = "order type"
    parameter_name = "order_type"

    def names(self) -> Iterable[str]:
        return OrderType.objects.values_list("name", flat=True)
