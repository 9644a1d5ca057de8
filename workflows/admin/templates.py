from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tenants.adminkit import TrackedAdmin, action, register_page
from tenants.models import Right
from workflows.admin import template_preview  # noqa: F401 - registers its URL
from workflows.admin.template_coverage import coverage_page
from workflows.admin.template_form import TemplateForm
from workflows.models import NotificationTemplate
from workflows.notifications.choosing import ties
from workflows.notifications.hours import in_words
from workflows.notifications.templates import rules
from workflows.steps.text import overview

_LIVE = (
    "A template is in force as soon as it is saved: there is no draft and nothing to publish."
    " History shows who changed what."
)
_WHEN = (
    "Of the templates that fit an order, the one with an order type wins over one with markets, and that over one"
    " with a language. A step's property Template asks for one by name, wherever it is used."
)
_TIME = (
    "Times are those of the market (its time zone, else its country's). A message that waits holds up nothing else, and is"
    " written when it goes out; one of a cancelled order is dropped."
)
_INSTEAD = (
    "Where a message cannot reach the customer, another template may go out in its place: only where it is certain that"
    " the first did not. When an answer was lost and nobody knows, nothing else is sent."
)
_FIELDS = format_html(
    "Order fields in braces are filled in:<br>{}",
    format_html_join(SafeString("<br>"), "{}", ((line,) for line in overview())),
)


@admin.register(NotificationTemplate)
class NotificationTemplateAdmin(TrackedAdmin):
    """What is saved here reaches customers at once, so that it takes the right to publish."""

    edit_right = Right.PUBLISH
    nothing = "A template is what a Notification step sends: to the customer, at the statuses that it names."
    form = TemplateForm
    list_display = [
        "name",
        "used_in",
        "order_type",
        "used_for",
        "language",
        "channel",
        "goes_out",
        "fallback",
        "is_active",
    ]
    list_select_related = ["fallback"]
    list_filter = ["is_active", "channel"]
    search_fields = ["name", "subject"]
    fieldsets = [
        (None, {"description": _LIVE, "fields": ["name", "is_active", "channel", "connector"]}),
        ("When", {"description": _WHEN, "fields": ["statuses", "order_type", "markets", "language"]}),
        ("What", {"description": _FIELDS, "fields": ["subject", "text", "html"]}),
        ("Sending", {"fields": ["vendor_template", "sender", "reply_to"]}),
        (
            "Time",
            {
                "description": _TIME,
                "fields": ["delay_minutes", "opens", "closes", "open_days", "only_in_status"],
            },
        ),
        ("In its place", {"description": _INSTEAD, "fields": ["fallback", "fallback_when"]}),
    ]
    actions_list = ["coverage"]
    actions_detail = ["preview"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[NotificationTemplate]:
        return super().get_queryset(request).prefetch_related("markets")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """A tie is no error yet: it may be on purpose while the other template is being changed."""
        super().save_related(request, form, formsets, change)
        for one, other, status in ties(rules()):
            if form.instance.name in (one.name, other.name):
                text = (
                    f"{one.name} and {other.name} fit some orders of status {status} equally well; such an order gets"
                    " neither. Make one of them more specific, or switch it off."
                )
                self.message_user(request, text, messages.WARNING)

    @action(description="Preview", url_path="show-preview", icon="visibility")
    def preview(self, request: HttpRequest, object_id: int) -> Any:
        return redirect("admin:notification-template-preview", object_id)

    @action(description="Who gets which", url_path="coverage/", icon="grid_on")
    def coverage(self, request: HttpRequest) -> Any:
        return coverage_page(request)

    @admin.display(description="Goes out")
    def goes_out(self, template: NotificationTemplate) -> str:
        delay = f"after {in_words(template.delay_minutes)}" if template.delay_minutes else ""
        hours = "" if template.hours.always else str(template.hours)
        return ", ".join(filter(None, [delay, hours])) or "at once"

    @admin.display(description="Order statuses")
    def used_in(self, template: NotificationTemplate) -> str:
        return ", ".join(template.statuses) or "only by name"

    @admin.display(description="Markets")
    def used_for(self, template: NotificationTemplate) -> str:
        return ", ".join(market.code for market in template.markets.all()) or "all"


register_page(
    "Configuration", "Notification Templates", "admin:workflows_notificationtemplate_changelist", icon="mail"
)
