"""What went wrong with orders, and where staff say that it is solved."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from eventlog.links import events_url
from tenants.adminkit import Masked, TenantAdmin, display, link, may
from tenants.models import Right
from workflows import orders
from workflows.models import ErrorStatus, OrderError

_STATUS_COLOURS = {"Active": "danger", "Solved": "success"}
_FREE = ("message", "details", "comment")
_SEVERITY_COLOURS = {"Error": "danger", "Warning": "warning"}


def sent_link(error: OrderError) -> SafeString:
    """To the requests and answers of the step that failed; to all of the order where an error has another origin."""
    where = events_url(order=error.order.number, step_run=error.step_run_id)
    return link(where, "What was sent" if error.step_run_id else "Events of this order")


class _Columns:
    @display(description="Status", label=_STATUS_COLOURS)
    def shown_status(self, error: OrderError) -> tuple[str, str]:
        return error.status, error.get_status_display()

    @display(description="Severity", label=_SEVERITY_COLOURS)
    def shown_severity(self, error: OrderError) -> tuple[str, str]:
        return error.severity, error.get_severity_display()

    @admin.display(description="Log")
    def log(self, error: OrderError) -> str:
        return sent_link(error)


@admin.register(OrderError)
class OrderErrorAdmin(Masked, _Columns, TenantAdmin):
    """An active error is solved by saving it, with a comment."""

    masked = _FREE
    nothing = "What goes wrong with orders is listed here until it is solved."
    list_display = ["order", "shown_status", "shown_severity", "message", "occurred_at"]
    list_filter = ["status", "severity"]
    list_select_related = ["order"]
    search_fields = ["order__number__istartswith", "key"]
    search_help_text = "The beginning of an order number, or a key as step-90."
    ordering = ["-id"]
    show_full_result_count = False
    fields = [
        "order",
        "shown_status",
        "shown_severity",
        "message",
        "details",
        "log",
        "reference",
        "key",
        "occurred_at",
        "comment",
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [name for name in self.fields if name != "comment"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, Right.ACT) and (obj is None or obj.status == ErrorStatus.ACTIVE)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        buttons = {"save_label": "Mark as solved", "show_save_and_continue": False}
        return super().changeform_view(request, object_id, form_url, {**buttons, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: OrderError, form: Any, change: bool) -> None:
        orders.solve_error(obj.pk, actor=request.user.get_username(), comment=obj.comment)
