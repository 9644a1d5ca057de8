"""What a customer wrote, on the order's page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from tenants.adminkit import may
from tenants.models import Right
from workflows.admin.panels import register_panel
from workflows.by_hand import Subject
from workflows.models import ReceivedMail

_MOST = 20


def standing(mail: ReceivedMail) -> tuple[str, str]:
    """Whether the sender is who it seems to be."""
    if mail.is_verified is False:
        return "forged", "Sender not verified"
    if mail.is_customers:
        return "known", "Customer"
    return ("other", "Another address") if mail.order_id else ("none", "Unknown")


def size_of(size: int) -> str:
    return f"{size / 1024:.0f} kB" if size >= 1024 else f"{size} bytes"


@register_panel(60)
def mail_panel(request: HttpRequest, subject: Subject) -> str:
    """What the customer wrote; nothing where that is nothing. One statement."""
    rows = list(ReceivedMail.objects.filter(order_id=subject.order.pk).order_by("-id")[:_MOST])
    if not rows:
        return ""
    colours = {"known": "success", "other": "warning", "forged": "danger", "none": ""}
    shown = [(mail, *_label(mail, colours), [_named(item) for item in mail.files]) for mail in rows]
    context = {"mails": shown, "sees_people": may(request, Right.SEE_PERSONAL_DATA)}
    return render_to_string("admin/orders/mails.html", context, request)


def _label(mail: ReceivedMail, colours: dict[str, str]) -> tuple[str, str]:
    kind, words = standing(mail)
    return words, colours[kind]


def _named(item: dict[str, Any]) -> str:
    return f"{item['name']} ({size_of(item['size'])})"
