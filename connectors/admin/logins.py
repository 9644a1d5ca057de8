"""The list's filter for connectors that somebody has to connect again, and the line on the first page that leads there."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from connectors.consents import in_need
from connectors.models import Connector
from tenants.dashboard import register_waiting


class LoginFilter(admin.SimpleListFilter):
    title, parameter_name = "login", "login"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("again", "To be connected again")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Connector]) -> QuerySet[Connector]:
        if self.value() != "again":
            return queryset
        return queryset.filter(pk__in=in_need().values("connector_id"))


register_waiting(
    "connector has to be connected again, now or soon",
    "connectors have to be connected again, now or soon",
    in_need,
    "admin:connectors_connector_changelist",
    "login=again",
)
