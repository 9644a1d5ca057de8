"""What a template says for an order. Nothing is sent, and nothing is kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from connectors.contracts.common import OrderDocument
from connectors.contracts.sms import outside_gsm, sms_length, without_astral
from connectors.errors import Misconfigured
from tenants.adminkit import LineField, may, register_admin_url
from tenants.models import Right
from workflows.documents import order_documents
from workflows.models import Channel, NotificationTemplate, Order
from workflows.notifications.choosing import TemplateTie
from workflows.notifications.example import example_order
from workflows.notifications.rendering import render
from workflows.notifications.templates import choose_for, rules
from workflows.notifications.waiting import due_from, told

#: In front of the HTML, in its sandbox: no script, and pictures only over TLS.
_POLICY = (
    '<meta http-equiv="Content-Security-Policy"'
    " content=\"default-src 'none'; img-src https: data:; style-src 'unsafe-inline'\">"
    '<meta name="referrer" content="no-referrer">'
)


class OrderForm(forms.Form):
    order = LineField(
        label="Order number", max_length=64, required=False, help_text="Empty shows an example order."
    )


def preview_page(request: HttpRequest, pk: int) -> HttpResponse:
    if not may(request, Right.VIEW):
        raise PermissionDenied
    template = NotificationTemplate.objects.filter(pk=pk).first()
    if template is None:
        raise Http404
    form = OrderForm(request.GET)
    order = _order(request, form)
    context = {
        **admin.site.each_context(request),
        "title": f"Preview of {template}",
        "opts": NotificationTemplate._meta,
        "original": template,
        "form": form,
        "order": order,
        "may_choose": may(request, Right.SEE_PERSONAL_DATA),
        **(_shown(template, order) if order else {}),
    }
    return TemplateResponse(request, "admin/workflows/notificationtemplate/preview.html", context)


def _order(request: HttpRequest, form: OrderForm) -> OrderDocument | None:
    """The order asked for; an example where none is, or where the person may not see customers. None for a bad number."""
    if not form.is_valid():
        return None
    number = form.cleaned_data["order"]
    if not number or not may(request, Right.SEE_PERSONAL_DATA):
        return example_order()
    found = Order.objects.filter(number=number).values_list("pk", flat=True).first()
    if found is None:
        form.add_error("order", f"There is no order {number}.")
        return None
    return order_documents([found])[found]


def _shown(template: NotificationTemplate, order: OrderDocument) -> dict[str, Any]:
    try:
        rendered = render(template, order)
    except Misconfigured as error:
        return {"problem": str(error)}
    framed = f"{_POLICY}{rendered.html}" if rendered.html else ""
    return {
        "rendered": rendered,
        "framed": framed,
        "sms": _sms(rendered.text) if template.channel == Channel.SMS else None,
        "goes_out": _goes_out(template, order.market),
        **_choice(template, order),
    }


def _sms(text: str) -> dict[str, Any]:
    """How long the text is, and which letters make it longer than it looks."""
    return {"length": sms_length(text), "outside": outside_gsm(text), "emoji": text != without_astral(text)}


def _goes_out(template: NotificationTemplate, market: str) -> str:
    due = due_from(timezone.now(), template, market)
    return told(due, market) if due else "at once"


def _choice(template: NotificationTemplate, order: OrderDocument) -> dict[str, Any]:
    """Which template a Notification step would take for the order as it stands."""
    try:
        choice = choose_for(rules(), order, template.channel)
    except TemplateTie as error:
        return {"tie": str(error)}
    return {"chosen": choice.rule.name if choice.rule else "", "trace": choice.trace}


register_admin_url(
    "workflows/notificationtemplate/<int:pk>/preview/", "notification-template-preview", preview_page
)
