"""What the steps of a status would send for an order, without sending it: a page beside the chart."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from connectors.runtime import TenantRuntime, runtime
from tenants.adminkit import LineField, OneOfField, action, may, pretty_json
from tenants.models import Right
from tenants.personal import shown
from workflows.chart import UnknownOrderType, chart_of
from workflows.dry_run import CallPreview, Standing, StepPreview, dry_run
from workflows.models import Order, OrderType
from workflows.problems import InvalidData

_STANDINGS = {
    Standing.FIRST: "",
    Standing.RETRY: "an earlier try failed; it is tried again",
    Standing.ASKED: "it is not known whether an earlier try was executed; that is found out first",
    Standing.DONE: "done before; it is not sent again",
    Standing.BUSY: "under way elsewhere; it is not sent",
    Standing.AGAIN: "done before, and would be done once more",
}


class DryRunForm(forms.Form):
    order = LineField(label="Order number", max_length=64)
    status = OneOfField(help_text="As if the order entered it now.")

    def __init__(self, names: list[str], data: Any) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        fields["status"].choices = [(name, name) for name in names]


class DryRunMixin:
    """For the ModelAdmin of order types. What is asked is the published chart, which is what would run."""

    @action(description="Dry run", url_path="dry-run", permissions=["view"], icon="science")
    def dry_run(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        order_type = self.get_object(request, object_id)
        if order_type is None:
            raise Http404
        live = runtime(order_type.tenant_id)
        form = DryRunForm(_statuses(live, order_type), request.POST or None)
        steps = _rehearsed(form, order_type, live) if request.method == "POST" and form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "title": f"Dry run of {order_type}",
            "opts": order_type._meta,
            "original": order_type,
            "form": form,
            "back": reverse("admin:workflows_ordertype_chart", args=[order_type.pk]),
            "steps": None if steps is None else [_step(step, request) for step in steps],
        }
        return TemplateResponse(request, "admin/workflows/ordertype/dry_run.html", context)


def _statuses(live: TenantRuntime, order_type: OrderType) -> list[str]:
    try:
        return list(chart_of(live, order_type.name).statuses)
    except UnknownOrderType:
        return []


def _rehearsed(form: DryRunForm, order_type: OrderType, live: TenantRuntime) -> list[StepPreview] | None:
    number = form.cleaned_data["order"].strip()
    order = Order.objects.filter(number=number).first()
    if order is None:
        form.add_error("order", f"There is no order {number!r}; give its whole number.")
    elif order.order_type.casefold() != order_type.name.casefold():
        form.add_error("order", f"Order {number} is of the type {order.order_type}.")
    else:
        try:
            return dry_run(order, form.cleaned_data["status"], live=live)
        except InvalidData as refused:
            form.add_error("status", str(refused))
    return None


def _step(step: StepPreview, request: HttpRequest) -> dict[str, Any]:
    result = step.result
    return {
        "step": step,
        "result": f"{result.state.value.capitalize()}: {shown(result.message)}" if result else "",
        "calls": [_call(call, may(request, Right.SEE_PERSONAL_DATA)) for call in step.calls],
    }


def _call(call: CallPreview, sees: bool) -> dict[str, Any]:
    return {
        "call": call,
        "standing": _STANDINGS[call.standing],
        "note": shown(call.rehearsal.note),
        "requests": [
            {
                "line": f"{item.method} {shown(item.url)}",
                "headers": pretty_json(dict(item.headers)),
                "body": _body(item.body, sees),
            }
            for item in call.rehearsal.requests
        ],
    }


def _body(body: Any, sees: bool) -> str:
    if not body:
        return ""
    return pretty_json(body) if sees else "Shown to those who may see personal data."
