"""One act on several orders: asked once, started for each, and shown as it goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tenants.adminkit import may, register_admin_url
from tenants.models import Right
from tenants.money import Money
from workflows.acts import asked_before
from workflows.admin.order_page.confirm import asked, drawn, given
from workflows.admin.order_page.results import rows_of
from workflows.by_hand import Offer, OrderAct, Subject, all_acts, find_act, subjects
from workflows.by_hand.doing import RightMissing, do
from workflows.by_hand.fields import Input, shared_inputs
from workflows.models import Order, WorkflowRun
from workflows.problems import InvalidData, OrderProblem

#: Orders of one act on the list.
MOST = 100


@dataclass(frozen=True, slots=True)
class _Row:
    subject: Subject
    offer: Offer


def list_actions(request: HttpRequest) -> dict[str, tuple[Callable[..., HttpResponse], str, str]]:
    """The acts as actions of the order list, for a person's rights."""
    found = [act for act in all_acts() if act.on_list and may(request, act.right)]
    return {f"act_{act.name}": (_begin(act), f"act_{act.name}", f"{act.group}: {act.label}") for act in found}


def _begin(act: OrderAct) -> Callable[..., HttpResponse]:
    def ask(model_admin: Any, request: HttpRequest, rows: Any) -> HttpResponse:
        ids = [str(pk) for pk in rows.order_by("-pk").values_list("pk", flat=True)[: MOST + 1]]
        if len(ids) > MOST:
            messages.error(request, f"Choose at most {MOST} orders at once; nothing was done.")
            return redirect(request.get_full_path())
        where = reverse("admin:workflows-orders-act", args=[act.name])
        return redirect(f"{where}?ids={','.join(ids)}")

    return ask


@require_http_methods(["GET", "HEAD", "POST"])
def acts_view(request: HttpRequest, name: str) -> HttpResponse:
    """Ask before an act on several orders, then start it for each that can."""
    act = _act(request, name)
    orders = Order.objects.filter(pk__in=_numbers(request, "ids")).select_related("market", "store", "tenant")
    rows = [_Row(subject, act.offer(subject)) for subject in subjects(list(orders.order_by("-pk")))]
    if not rows:
        raise Http404
    if request.method == "POST":
        try:
            return _start(request, act, rows)
        except InvalidData as error:
            return _page(request, act, rows, error.errors)
    return _page(request, act, rows, {})


@require_safe
def started_view(request: HttpRequest) -> HttpResponse:
    """How the runs go that somebody has just started."""
    if not may(request, Right.VIEW):
        raise PermissionDenied
    found = WorkflowRun.objects.filter(pk__in=_numbers(request, "runs")).select_related("order")
    rows = rows_of(list(found.order_by("-pk")), None, acting=False)
    context = {
        **admin.site.each_context(request),
        "title": "Acts on several orders",
        "rows": rows,
        "busy": any(row.is_open for row in rows),
        "back": reverse("admin:workflows_order_changelist"),
    }
    return TemplateResponse(request, "admin/orders/started.html", context)


def _start(request: HttpRequest, act: OrderAct, rows: Sequence[_Row]) -> HttpResponse:
    runs, left = _sent_before(request, rows)
    possible = [row for row in left if not row.offer.refusal]
    if possible and act.needs_reason and not request.POST.get("reason", "").strip():
        raise InvalidData({"reason": ["Say why; whoever looks at the orders later needs it."]})
    done, refused = 0, []
    for row in possible:
        order = row.subject.order
        try:
            begun = do(act, row.subject, given(request), asked(request, order), rights=_rights(request))
        except RightMissing as error:
            raise PermissionDenied(str(error)) from None
        except OrderProblem as error:
            refused.append(f"{order.number}: {error.message}")
            continue
        done += 1
        runs += [str(begun.run.pk)] if begun.run else []
    if len(left) < len(rows):
        messages.info(request, "This form was sent before, and is not done twice: below is what came of it.")
    _tell(request, act, done, len(left) - len(possible), refused)
    if not runs:
        return redirect("admin:workflows_order_changelist")
    return redirect(f"{reverse('admin:workflows-orders-started')}?runs={','.join(runs)}")


def _sent_before(request: HttpRequest, rows: Sequence[_Row]) -> tuple[list[str], list[_Row]]:
    """The runs of those orders for which this very form was sent before, and the other rows."""
    found = [(row, asked_before(asked(request, row.subject.order))) for row in rows]
    return [str(run.pk) for _, run in found if run], [row for row, run in found if run is None]


def _tell(request: HttpRequest, act: OrderAct, done: int, left_out: int, refused: Sequence[str]) -> None:
    if done:
        messages.success(request, f"{act.label}: asked for {done} {'order' if done == 1 else 'orders'}.")
    if left_out:
        messages.warning(request, f"{left_out} left out, where it is not possible now.")
    if refused:
        messages.error(request, f"Refused for {'; '.join(refused[:5])}{' …' if len(refused) > 5 else ''}.")


def _page(
    request: HttpRequest, act: OrderAct, rows: Sequence[_Row], errors: dict[str, list[str]]
) -> HttpResponse:
    possible = [row for row in rows if not row.offer.refusal]
    context = {
        **admin.site.each_context(request),
        "title": f"{act.label}: {len(possible)} of {len(rows)} chosen orders",
        "act": act,
        "rows": rows,
        "count": len(possible),
        "sums": _sums(possible),
        "inputs": drawn(_inputs(possible), given(request), errors),
        "reason": request.POST.get("reason", ""),
        "reason_errors": errors.get("reason", ()),
        "token": request.POST.get("token") or uuid4().hex,
        "ids": ",".join(str(row.subject.order.pk) for row in rows),
        "back": reverse("admin:workflows_order_changelist"),
    }
    return TemplateResponse(request, "admin/orders/acts.html", context)


def _sums(rows: Sequence[_Row]) -> list[Money]:
    sums: dict[str, Money] = {}
    for row in rows:
        amount = row.offer.amount
        if amount is not None:
            sums[amount.currency] = sums.get(amount.currency, Money.zero(amount.currency)) + amount
    return list(sums.values())


def _inputs(rows: Sequence[_Row]) -> list[Input]:
    return [item for item in shared_inputs([row.offer.inputs for row in rows]) if item.name != "payment"]


def _act(request: HttpRequest, name: str) -> OrderAct:
    try:
        act = find_act(name)
    except InvalidData:
        raise Http404 from None
    if not act.on_list:
        raise Http404
    if not may(request, act.right):
        raise PermissionDenied
    return act


def _numbers(request: HttpRequest, name: str) -> list[int]:
    sent = request.POST.get(name) or request.GET.get(name, "")
    return [
        int(part) for part in sent.split(",")[:MOST] if part.isascii() and part.isdigit() and len(part) < 19
    ]


def _rights(request: HttpRequest) -> Any:
    return getattr(request, "rights", frozenset())


register_admin_url("workflows/order/act/<slug:name>/", "workflows-orders-act", acts_view)
register_admin_url("workflows/order/acts/", "workflows-orders-started", started_view)
