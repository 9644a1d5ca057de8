"""What the log is narrowed by. Each filter leads to an index; none reads the log for its choices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from eventlog.callers import Caller, callers
from eventlog.models import Event
from tenants.adminkit import DropdownFilter

_LONGEST_ID = 18  # digits of a 64-bit number that are always valid


def is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID


class SinceFilter(DropdownFilter):
    title = "age"
    parameter_name = "hours"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "Last hour"), ("24", "Last day"), ("168", "Last week"), ("720", "Last 30 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        if self.value() not in {hours for hours, _ in self.lookup_choices}:
            return queryset
        return queryset.filter(at__gte=timezone.now() - timedelta(hours=int(self.value() or 0)))


class _CallerFilter(DropdownFilter):
    """Offers what the tenant's connectors have, and filters by their ids, which an index holds."""

    def choice(self, caller: Caller) -> tuple[str, str]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        self.callers = _known(request)
        seen = dict(choice for caller in self.callers if (choice := self.choice(caller))[0])
        return sorted(seen.items(), key=lambda choice: choice[1].casefold())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        if self.value() not in dict(self.lookup_choices):
            return queryset
        wanted = [caller.id for caller in self.callers if self.choice(caller)[0] == self.value()]
        return queryset.filter(connector_id__in=wanted)


class ConnectorFilter(_CallerFilter):
    title = "connector"
    parameter_name = "connector_id"

    def choice(self, caller: Caller) -> tuple[str, str]:
        return str(caller.id), caller.label


class ProviderFilter(_CallerFilter):
    title = parameter_name = "provider"

    def choice(self, caller: Caller) -> tuple[str, str]:
        return caller.provider, caller.provider_label


class ConnectorCategoryFilter(_CallerFilter):
    title = "connector category"
    parameter_name = "connector_category"

    def choice(self, caller: Caller) -> tuple[str, str]:
        return caller.category, caller.category


class StepFilter(DropdownFilter):
    """Offers the step that somebody came from; an order's page links here."""

    title = "step of a workflow"
    parameter_name = "step_run_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        wanted = request.GET.get("step_run_id", "")
        return [(wanted, f"Step result {wanted}")] if is_id(wanted) else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        return queryset.filter(step_run_id=self.value()) if self.value() else queryset


def _known(request: Any) -> list[Caller]:
    """Read once for all filters of a page."""
    if not hasattr(request, "log_callers"):
        request.log_callers = callers()
    found: list[Caller] = request.log_callers
    return found
