from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.messages import ERROR, SUCCESS
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from tenants.adminkit import (
    Masked,
    ReadOnlyAdmin,
    UncountedPaginator,
    action,
    display,
    link_to,
    may,
    register_page,
)
from tenants.models import Right
from workflows.models import MessageState, SentMessage
from workflows.notifications.hurrying import drop_waiting, send_now
from workflows.problems import NotPossible

#: What a message says and to whom; a vendor's reason often repeats the address.
_PERSONAL = {"recipient", "subject", "reason"}
_COLOURS = {
    "waiting": "",
    "planned": "info",
    "dropped": "",
    "sent": "info",
    "deferred": "warning",
    "delivered": "success",
    "opened": "success",
    "clicked": "success",
    "failed": "danger",
    "complained": "danger",
}


def _shown(request: HttpRequest, names: list[str]) -> list[str]:
    sees = may(request, Right.SEE_PERSONAL_DATA)
    return [name for name in names if sees or name not in _PERSONAL]


class _State:
    @display(description="State", label=_COLOURS)
    def shown_state(self, message: SentMessage) -> tuple[str, str]:
        if message.due_at is not None and message.state == MessageState.WAITING:
            return "planned", f"Goes out {localtime(message.due_at):%d %b %H:%M}"
        return message.state, message.get_state_display()


@admin.register(SentMessage)
class SentMessageAdmin(Masked, _State, ReadOnlyAdmin):
    personal = ("recipient", "subject", "reason", "content")
    first_tab = "Message"
    nothing = "Each message that a Notification step sends is kept here, with what became of it."
    list_display = ["created_at", "order", "template_name", "recipient", "subject", "shown_state", "reason"]
    list_filter = ["state", "channel", "connector"]
    list_select_related = ["order"]
    search_fields = ["reference"]
    search_help_text = "An order number, a recipient, our reference, or the vendor's id."
    actions_detail = ["waiting"]
    ordering = ["-id"]
    sortable_by: list[str] = []
    list_per_page = 50
    show_full_result_count = False
    paginator = UncountedPaginator
    fields = [
        "order",
        "template_name",
        "why",
        "channel",
        "recipient",
        "subject",
        "shown_state",
        "changed_at",
        "reason",
        "connector",
        "in_place_of",
        "result",
        "reference",
        "provider_message_id",
        "created_at",
        "sent_at",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SentMessage]:
        return (
            super().get_queryset(request).select_related("order", "connector", "step_run__run", "fallback_of")
        )

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return _shown(request, self.list_display)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return _shown(request, self.fields)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SentMessage], search_term: str
    ) -> tuple[QuerySet[SentMessage], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        wanted = Q(order__number=term) | Q(reference=term) | Q(provider_message_id=term)
        if may(request, Right.SEE_PERSONAL_DATA):
            wanted |= Q(recipient=term)
        return queryset.filter(wanted), False

    @action(description="Send now or drop", url_path="waiting", permissions=["hurry"], icon="schedule_send")
    def waiting(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """GET asks, POST does it."""
        message = self.get_object(request, str(object_id))
        if message is None:
            raise Http404
        if request.method == "POST":
            return self._decided(request, message)
        context = {**self.admin_site.each_context(request), "title": str(message), "opts": self.opts}
        context |= {"original": message, "due": localtime(message.due_at) if message.due_at else None}
        return TemplateResponse(request, "admin/workflows/sentmessage/waiting.html", context)

    def has_hurry_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Only while it waits."""
        waits = SentMessage.objects.filter(pk=object_id, state=MessageState.WAITING, due_at__isnull=False)
        return may(request, Right.ACT) and waits.exists()

    def _decided(self, request: HttpRequest, message: SentMessage) -> HttpResponse:
        act, told = (send_now, "is sent") if "send" in request.POST else (drop_waiting, "is dropped")
        try:
            act(message, request.user.get_username())
        except NotPossible as refused:
            self.message_user(request, f"{refused}.", ERROR)
        else:
            self.message_user(request, f"The message {told}.", SUCCESS)
        return redirect("admin:workflows_sentmessage_change", message.pk)

    @admin.display(description="How the template was chosen")
    def why(self, message: SentMessage) -> str:
        return format_html_join(SafeString("<br>"), "{}", ((line,) for line in message.trace)) or "-"

    @admin.display(description="In place of")
    def in_place_of(self, message: SentMessage) -> str:
        return link_to(message.fallback_of) if message.fallback_of else "-"

    @admin.display(description="Workflow result")
    def result(self, message: SentMessage) -> str:
        if message.step_run is None:
            return "-"
        return link_to(message.step_run.run)


register_page("Orders", "Sent Messages", "admin:workflows_sentmessage_changelist", icon="outgoing_mail")
