"""The chart of an order type: its draft drawn, and edited where it is drawn."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html_join

from connectors.admin.publishable import state_of
from connectors.overtaken import refuse_overtaken, stamp
from tenants.adminkit import action
from workflows.admin.chart_drawing import columns_of, drawing_of
from workflows.admin.chart_operations import OperationRefused, apply
from workflows.chart_edits import statuses_of
from workflows.models import OrderType, StepGroup
from workflows.publication import to_document
from workflows.recent_results import recent_results
from workflows.steps import registry

#: Said beside Publish on the pages of a part; takes links to the order type and to its chart.
WHOLE = "Publish makes the whole draft of {} live. {}"


class ChartMixin:
    """For the ModelAdmin of order types. Every edit is one of the draft, refused when somebody else made one since."""

    @action(description="Chart", url_path="chart", permissions=["view"], icon="account_tree")
    def chart(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET draws; POST edits the draft, or publishes it as the editor's button does."""
        order_type = self.get_object(request, object_id)
        if order_type is None:
            raise Http404
        if request.method == "POST":
            return _post(self, request, order_type)
        return TemplateResponse(
            request, "admin/workflows/ordertype/chart.html", _context(self, request, order_type)
        )


def chart_url(order_type: OrderType | int) -> str:
    key = order_type if isinstance(order_type, int) else order_type.pk
    return reverse("admin:workflows_ordertype_chart", args=[key])


def _context(model_admin: Any, request: HttpRequest, order_type: OrderType) -> dict[str, Any]:
    statuses = statuses_of(order_type)
    kind, words = state_of(order_type)
    return {
        **model_admin.admin_site.each_context(request),
        "title": f"Chart of {order_type}",
        "opts": order_type._meta,
        "original": order_type,
        "columns": columns_of(statuses, recent_results(order_type.name)),
        "drawing": drawing_of(statuses),
        "choices": _choices(),
        "seen": stamp(order_type, to_document(order_type)),
        "state": {"words": words, "colour": {"live": "success", "draft": "warning"}.get(kind, "")},
        "differs": kind == "draft",
        "may_edit": model_admin.has_change_permission(request, order_type),
        "may_publish": model_admin.has_publish_permission(request, order_type),
    }


def _choices() -> list[tuple[str, str]]:
    """What may be added to a status: steps that are installed, then the tenant's step groups."""
    groups = [(f"group:{group.pk}", f"Group {group.name}") for group in StepGroup.objects.order_by("name")]
    return [(name, name) for name in registry.all_steps()] + groups


def _post(model_admin: Any, request: HttpRequest, order_type: OrderType) -> HttpResponse:
    operation = request.POST.get("op", "")
    publishes = operation == "publish"
    if not (
        model_admin.has_publish_permission(request, order_type)
        if publishes
        else model_admin.has_change_permission(request, order_type)
    ):
        raise PermissionDenied
    place = ""
    try:
        with transaction.atomic():
            _refuse_stale(order_type, request.POST.get("seen", ""))
            if not publishes:
                place = apply(order_type, operation, request.POST.dict())
    except (ValidationError, OperationRefused) as refused:
        _tell(request, refused)
    else:
        if publishes:
            answer = model_admin.publish(request, order_type)
            if isinstance(answer, HttpResponse):
                return answer
    return redirect(chart_url(order_type) + (f"#{place}" if place else ""))


def _refuse_stale(order_type: OrderType, seen: str) -> None:
    if not seen:
        raise ValidationError("Nothing was changed: reload the page and do it again.")
    refuse_overtaken(
        order_type, seen, lambda: stamp(order_type, to_document(OrderType.objects.get(pk=order_type.pk)))
    )


def _tell(request: HttpRequest, refused: Exception) -> None:
    lines = refused.messages if isinstance(refused, ValidationError) else [str(refused)]
    messages.error(request, format_html_join("", "<p>{}</p>", ((line,) for line in lines)))
