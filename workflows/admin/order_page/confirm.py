"""Asking before an act: what it would do, what it would send, why it is done. Then it is started, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tenants.adminkit import may, register_admin_url
from tenants.models import Right
from workflows.acts import Asked, asked_before
from workflows.admin.order_page.live import order_or_404
from workflows.by_hand import OrderAct, Subject, find_act, subjects
from workflows.by_hand.doing import RightMissing, checked, do
from workflows.by_hand.fields import Input
from workflows.dry_run import StepPreview, preview
from workflows.models import Order, StepRun, WorkflowRun
from workflows.order_acts.runs import AgainRun, RerunStep, ResumeRun
from workflows.problems import InvalidData, NotPossible, OrderProblem

_ON_RUNS = {"resume": ResumeRun, "again": AgainRun}


@require_http_methods(["GET", "HEAD", "POST"])
def act_view(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One of the acts that every order offers."""
    order = order_or_404(request, pk, Right.ACT)
    try:
        act = find_act(name)
    except InvalidData:
        raise Http404 from None
    return _view(request, order, act)


@require_http_methods(["GET", "HEAD", "POST"])
def run_view(request: HttpRequest, pk: int, run: int, how: str) -> HttpResponse:
    """Resume a run, or run it again."""
    order = order_or_404(request, pk, Right.ACT)
    found = WorkflowRun.objects.filter(order=order, pk=run).first()
    if found is None or how not in _ON_RUNS:
        raise Http404
    found.order = order
    return _view(request, order, _ON_RUNS[how](found))


@require_http_methods(["GET", "HEAD", "POST"])
def step_view(request: HttpRequest, pk: int, step: int) -> HttpResponse:
    """Run one step again."""
    order = order_or_404(request, pk, Right.ACT)
    found = StepRun.objects.select_related("run__order").filter(order=order, pk=step).first()
    if found is None:
        raise Http404
    return _view(request, order, RerunStep(found))


def _view(request: HttpRequest, order: Order, act: OrderAct) -> HttpResponse:
    if not may(request, act.right):
        raise PermissionDenied
    (subject,) = subjects([order])
    if request.method != "POST":
        return _page(request, subject, act)
    before = asked_before(asked(request, order))
    if before is not None:
        return _sent_before(request, before)
    try:
        begun = do(act, subject, given(request), asked(request, order), rights=_rights(request))
    except RightMissing as error:
        raise PermissionDenied(str(error)) from None
    except InvalidData as error:
        return _page(request, subject, act, errors=error.errors)
    except OrderProblem as error:
        return _page(request, subject, act, errors={"": [_sentence(error)]})
    where = reverse("admin:workflows_order_change", args=[order.pk])
    if begun.run is None:
        messages.success(request, begun.message)
        return redirect(where)
    return redirect(f"{where}?run={begun.run.pk}")


def _sent_before(request: HttpRequest, run: WorkflowRun) -> HttpResponse:
    """Whatever the form said the second time, and whether or not it could be done again by now."""
    messages.info(
        request,
        "This form was sent before, and is not done twice: below is what came of it. For another one open the action again.",
    )
    return redirect(f"{reverse('admin:workflows_order_change', args=[run.order_id])}?run={run.pk}")


def asked(request: HttpRequest, order: Order) -> Asked:
    """The form's token makes one act of two clicks."""
    token = request.POST.get("token", "")[:32]
    return Asked(
        actor=request.user.get_username(),
        reason=request.POST.get("reason", "").strip(),
        token=f"{token}:{order.pk}" if token else "",
    )


def given(request: HttpRequest) -> dict[str, Any]:
    """What the form sent. A box that is not ticked is not sent at all, which is not the same as not asked."""
    sent = request.POST if request.method == "POST" else request.GET
    values: dict[str, Any] = {name: sent[name] for name in sent if name not in ("token", "reason")}
    flags = {name: name in sent for name in sent.getlist("flags")}
    return values | flags


def _page(
    request: HttpRequest, subject: Subject, act: OrderAct, errors: Mapping[str, list[str]] | None = None
) -> HttpResponse:
    offer = act.offer(subject)
    shown = given(request)
    found, trouble = _foreseen(act, subject, shown)
    context = {
        **admin.site.each_context(request),
        "title": f"{act.label}: order {subject.order.number}",
        "order": subject.order,
        "act": act,
        "offer": offer,
        "inputs": drawn(offer.inputs, shown, errors or {}),
        "reason": request.POST.get("reason", request.GET.get("reason", "")),
        "reason_errors": (errors or {}).get("reason", ()),
        "whole_errors": (errors or {}).get("", ()),
        "token": request.POST.get("token") or uuid4().hex,
        "previews": found,
        "trouble": trouble,
        "back": reverse("admin:workflows_order_change", args=[subject.order.pk]),
    }
    return TemplateResponse(request, "admin/orders/act.html", context)


def drawn(inputs: Any, shown: Mapping[str, Any], errors: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """The inputs as the template draws them, with what was typed."""
    return [
        {"input": item, "value": _value(item, shown), "errors": errors.get(item.name, ())} for item in inputs
    ]


def _value(item: Input, shown: Mapping[str, Any]) -> Any:
    if item.name in shown:
        return shown[item.name]
    return getattr(item, "chosen", None) or getattr(item, "initial", "")


def _foreseen(act: OrderAct, subject: Subject, shown: Mapping[str, Any]) -> tuple[list[StepPreview], str]:
    """What the steps would send now, or why that cannot be told."""
    try:
        values = checked(act, subject, shown, reason="for looking only")
        outline = act.outline(subject, values)
        if outline is None:
            return [], ""
        live = act.live(subject, values)
        return preview(subject.order, outline, status=act.status(subject, values), live=live), ""
    except NotPossible as error:
        return [], "" if act.offer(subject).refusal else _sentence(error)
    except OrderProblem as error:
        return [], _sentence(error)


def _rights(request: HttpRequest) -> Any:
    return getattr(request, "rights", frozenset())


def _sentence(error: OrderProblem) -> str:
    text = error.message
    return f"{text[:1].upper()}{text[1:]}."


register_admin_url("workflows/order/<int:pk>/act/<slug:name>/", "workflows-order-act", act_view)
register_admin_url("workflows/order/<int:pk>/run/<int:run>/<slug:how>/", "workflows-order-run", run_view)
register_admin_url("workflows/order/<int:pk>/step/<int:step>/rerun/", "workflows-order-rerun", step_view)
