"""Small answers for the page's script: whether something has changed, older parts of the journey, one call."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from eventlog.models import Event, EventPayload
from tenants.adminkit import may, pretty_json, register_admin_url
from tenants.models import Right
from tenants.personal import shown
from workflows import orders
from workflows.admin.order_page.journey import journey
from workflows.admin.order_page.page import pulse_of
from workflows.models import OPEN_RUN_STATES, Order, WorkflowRun
from workflows.problems import NotFound

_LONGEST_COMMENT = 2000


def order_or_404(request: HttpRequest, pk: int, right: Right = Right.VIEW) -> Order:
    """The order of the tenant in scope. Raises PermissionDenied, Http404."""
    if not may(request, right):
        raise PermissionDenied
    return get_object_or_404(Order.objects.select_related("market", "store", "tenant"), pk=pk)


def pulse(request: HttpRequest, pk: int) -> HttpResponse:
    order = order_or_404(request, pk)
    busy = WorkflowRun.objects.filter(order=order, state__in=OPEN_RUN_STATES).exists()
    return JsonResponse({"pulse": pulse_of(order), "busy": busy})


def older(request: HttpRequest, pk: int) -> HttpResponse:
    """A further page of the journey, as a part of the page."""
    order = order_or_404(request, pk)
    before = request.GET.get("before", "")
    found = journey(
        order, before=int(before) if before.isdecimal() else None, shown=request.GET.get("show", "")
    )
    return render(request, "admin/orders/journey.html", {"order": order, "journey": found})


def call(request: HttpRequest, pk: int, event: int) -> HttpResponse:
    """What was sent and answered, redacted, as a part of the page."""
    order = order_or_404(request, pk)
    found = Event.objects.filter(order_id=order.pk, pk=event).first()
    if found is None:
        raise Http404
    found.url = shown(found.url)
    context: dict[str, Any] = {"event": found, "may_see": may(request, Right.SEE_PERSONAL_DATA)}
    if context["may_see"]:
        payload = EventPayload.objects.filter(pk=found.pk).first()
        context["sides"] = _sides(payload)
    return render(request, "admin/orders/call.html", context)


@require_POST
def solve(request: HttpRequest, pk: int, error: int) -> HttpResponse:
    """Say that an order error is solved."""
    order = order_or_404(request, pk, Right.ACT)
    comment = request.POST.get("comment", "").strip()[:_LONGEST_COMMENT]
    try:
        orders.solve_error(error, actor=request.user.get_username(), comment=comment, order_id=order.pk)
    except NotFound:
        raise Http404 from None
    messages.success(request, "The error is marked as solved.")
    return redirect("admin:workflows_order_change", order.pk)


def _sides(payload: EventPayload | None) -> list[tuple[str, Any, str]]:
    """Title, headers and body of request and response."""
    if payload is None:
        return []
    sides = (("Request", payload.request), ("Response", payload.response))
    return [(title, (part or {}).get("headers") or {}, _body(part)) for title, part in sides if part]


def _body(part: dict[str, Any]) -> str:
    body = part.get("body")
    return body if isinstance(body, str) else pretty_json(body) if body is not None else ""


for _route, _name, _view in (
    ("pulse/", "workflows-order-pulse", pulse),
    ("journey/", "workflows-order-journey", older),
    ("call/<int:event>/", "workflows-order-call", call),
    ("error/<int:error>/solve/", "workflows-order-solve", solve),
):
    register_admin_url(f"workflows/order/<int:pk>/{_route}", _name, _view)
