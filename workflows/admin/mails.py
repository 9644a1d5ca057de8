"""Mail that customers sent: looked at and linked to an order by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from eventlog import store
from eventlog.events import Category
from tenants.adminkit import (
    LineField,
    Masked,
    TenantAdmin,
    TenantForm,
    UncountedPaginator,
    display,
    link_to,
    may,
    register_page,
)
from tenants.models import Right
from workflows.admin.mail_panel import size_of, standing
from workflows.models import Order, ReceivedMail

_PERSONAL = ("sender", "sender_name", "recipients", "subject", "text", "files")


class MailForm(TenantForm):
    order_number = LineField(
        label="Order number", required=False, max_length=64, help_text="The order that the mail is about."
    )

    class Meta:
        model = ReceivedMail
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "order_number" in self.fields and self.instance.order:
            self.fields["order_number"].initial = self.instance.order.number

    def clean_order_number(self) -> Order | None:
        number = self.cleaned_data["order_number"]
        found = Order.objects.filter(number=number).first() if number else None
        if number and found is None:
            self.add_error("order_number", f"There is no order {number}.")
        return found


@admin.register(ReceivedMail)
class ReceivedMailAdmin(Masked, TenantAdmin):
    """A mail is linked to an order by saving it."""

    edit_right = Right.ACT
    form = MailForm
    personal = _PERSONAL
    first_tab = "Mail"
    nothing = (
        "What customers answer by mail is kept here and on the pages of their orders, once SendGrid's Inbound Parse is"
        " set up; the setup guide of SendGrid tells how."
    )
    list_display = ["received_at", "shown_order", "sender", "subject", "shown_link", "shown_files"]
    list_filter = ["is_automatic", "connector"]
    list_select_related = ["order"]
    search_fields = ["message_id"]
    search_help_text = "An order number, a sender, or a Message-ID."
    ordering = ["-id"]
    sortable_by: list[str] = []
    list_per_page = 50
    show_full_result_count = False
    paginator = UncountedPaginator
    fields = [
        "shown_order",
        "order_number",
        "linked_by",
        "shown_link",
        "sender",
        "sender_name",
        "shown_recipients",
        "subject",
        "shown_text",
        "shown_files",
        "is_automatic",
        "received_at",
        "sent_at",
        "connector",
        "message_id",
        "duplicates",
    ]
    _hidden = {"sender", "sender_name", "shown_recipients", "subject", "shown_text", "shown_files"}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [name for name in self.get_fields(request, obj) if name != "order_number"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self._shown(request, self.fields)

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return self._shown(request, self.list_display)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        term = search_term.strip()
        if not term:
            return queryset, False
        wanted = queryset.filter(order__number=term) | queryset.filter(message_id=term)
        if may(request, Right.SEE_PERSONAL_DATA):
            wanted |= queryset.filter(sender__iexact=term)
        return wanted, False

    def save_model(self, request: HttpRequest, obj: ReceivedMail, form: Any, change: bool) -> None:
        order = form.cleaned_data.get("order_number")
        if order == obj.order:
            return
        who = request.user.get_username()
        obj.order, obj.linked_by = (
            order,
            f"{who} linked it" if order else f"{who} said that it is about no order",
        )
        obj.save(update_fields=["order", "linked_by"])
        store.record(
            Category.NOTIFICATION,
            f"{who} linked a mail to the order" if order else f"{who} took a mail from its order",
            tenant_id=obj.tenant_id,
            order_id=order.pk if order else None,
            order_number=order.number if order else "",
            connector_id=obj.connector_id,
            actor=who,
            details={"mail": obj.pk},
        )

    @admin.display(description="Order")
    def shown_order(self, mail: ReceivedMail) -> str:
        return link_to(mail.order) if mail.order else "-"

    @display(
        description="Sender", label={"known": "success", "other": "warning", "none": "", "forged": "danger"}
    )
    def shown_link(self, mail: ReceivedMail) -> tuple[str, str]:
        return standing(mail)

    @admin.display(description="To")
    def shown_recipients(self, mail: ReceivedMail) -> str:
        return ", ".join(mail.recipients) or "-"

    @admin.display(description="Text")
    def shown_text(self, mail: ReceivedMail) -> str:
        return format_html(
            '<div style="white-space: pre-wrap; overflow-wrap: anywhere">{}</div>', mail.text or "-"
        )

    @admin.display(description="Attachments")
    def shown_files(self, mail: ReceivedMail) -> str:
        told = ((item["name"], size_of(item["size"])) for item in mail.files)
        return format_html_join(", ", "{} ({})", told) or "-"

    def _shown(self, request: HttpRequest, names: list[str]) -> list[str]:
        sees = may(request, Right.SEE_PERSONAL_DATA)
        return [name for name in names if sees or name not in self._hidden]


register_page("Orders", "Received Mails", "admin:workflows_receivedmail_changelist", icon="mark_email_unread")
