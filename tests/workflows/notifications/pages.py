"""Addresses of our pages, what a form of theirs gets, and what they answer."""

from django.urls import reverse

from tenants.scoping import tenant_scope
from workflows.models import NotificationTemplate

TEMPLATES = "/admin/workflows/notificationtemplate/"
MESSAGES = "/admin/workflows/sentmessage/"
GIVEN = {
    "name": "Shipped",
    "is_active": "on",
    "channel": "email",
    "statuses": ["New", "Ship"],
    "order_type": "Online",
    "language": "nb",
    "subject": "Order {number}",
    "text": "Hello {customer.first_name}",
    "html": "<p>{lines}</p>",
    "delay_minutes": "0",
    "fallback_when": "not_sent",
}


def html(answer) -> str:
    assert answer.status_code == 200, answer
    return answer.content.decode()


def errors(answer) -> dict:
    assert answer.status_code == 200
    return answer.context["adminform"].form.errors


def preview(template) -> str:
    return reverse("admin:notification-template-preview", args=[template.pk])


def saved(shop) -> NotificationTemplate:
    with tenant_scope(shop.tenant):
        return NotificationTemplate.objects.prefetch_related("markets").get()
