from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from connectors.canonical import checksum
from connectors.publishing import PublishRefused, retire
from payments.forms import SETTINGS, PaymentMethodForm, seen
from payments.methods import method_document
from payments.models import Payment, PaymentEntry, PaymentMethod
from payments.publication import publish_method
from tenants.adminkit import (
    PublishAdmin,
    ReadOnlyAdmin,
    UncountedPaginator,
    action,
    display,
    register_page,
)
from tenants.money import Money
from workflows.admin import register_panel
from workflows.admin.panels import ReadOnlyInline

_COLOURS = {
    "pending": "info",
    "authorized": "info",
    "captured": "success",
    "refunded": "success",
    "cancelled": "",
    "declined": "danger",
    "expired": "warning",
    "unknown": "warning",
}


@admin.register(PaymentMethod)
class PaymentMethodAdmin(PublishAdmin):
    form = PaymentMethodForm
    list_display = ["name", "payment_method_name", "provider", "connector", "markets", "version"]
    list_select_related = ["connector", "live"]
    search_fields = ["name", "payment_method_name"]
    filter_horizontal = ["valid_on_markets"]
    fieldsets = [
        (None, {"fields": ["name", "payment_method_name", "connector", *SETTINGS, "comment", "seen"]}),
        ("Valid On Markets", {"fields": ["valid_on_markets"]}),
        ("Options", {"fields": ["options"]}),
    ]
    actions_submit_line = ["publish", "retire"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PaymentMethod]:
        return super().get_queryset(request).prefetch_related("valid_on_markets")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Payment methods are retired: payments and publications refer to them."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Who may only look sees the connector by its name; its settings are on its own page."""
        return [] if self.has_change_permission(request, obj) else ["connector"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        return [
            (None, {"fields": ["name", "payment_method_name", "connector", "valid_on_markets", "options"]})
        ]

    def save_model(self, request: HttpRequest, obj: PaymentMethod, form: Any, change: bool) -> None:
        form.write_connector(request.user)
        super().save_model(request, obj, form, change)

    @action(description="Publish", permissions=["publish"])
    def publish(self, request: HttpRequest, obj: PaymentMethod) -> None:
        """Makes the draft and its connector's draft live. The first press shows the warnings, another one of the same
        draft confirms them; when it is refused, the draft stays saved."""
        obj = PaymentMethod.objects.get(pk=obj.pk)
        mark, digest = f"confirm-payment-method-{obj.pk}", seen(obj)
        confirmed = request.session.pop(mark, {}).get(digest, [])
        comment = request.POST.get("comment", "")[:500]
        try:
            made = publish_method(obj, user=request.user, comment=comment, confirmed=confirmed)
        except PublishRefused as refused:
            if refused.can_be_confirmed:
                codes = {*confirmed, *(finding.code for finding in refused.findings)}
                request.session[mark] = {digest: sorted(codes)}
            self._tell(request, refused)
        else:
            self.message_user(request, f"Version {made.number} of {obj} is live.", messages.SUCCESS)

    def _tell(self, request: HttpRequest, refused: PublishRefused) -> None:
        gentle = refused.can_be_confirmed
        head = "Press Publish again to publish in spite of:" if gentle else "Saved as draft, not published:"
        lines = format_html_join("", "<li>{}</li>", ((str(finding),) for finding in refused.findings))
        level = messages.WARNING if gentle else messages.ERROR
        self.message_user(request, format_html("{}<ul>{}</ul>", head, lines), level)

    @action(description="Retire", permissions=["publish"])
    def retire(self, request: HttpRequest, obj: PaymentMethod) -> None:
        """New orders cannot use it any more; payments made with it go on."""
        retire(obj, user=request.user)
        self.message_user(request, f"{obj.name} is retired.", messages.SUCCESS)

    @admin.display(description="Provider Name", ordering="connector__type")
    def provider(self, method: PaymentMethod) -> str:
        return method.connector.type

    @admin.display(description="Valid On Markets")
    def markets(self, method: PaymentMethod) -> str:
        return ", ".join(market.code for market in method.valid_on_markets.all()) or "all"

    @display(description="Version", label={"live": "success", "draft": "warning", "retired": ""})
    def version(self, method: PaymentMethod) -> tuple[str, str]:
        if method.retired:
            return "retired", "Retired"
        if method.live is None:
            return "draft", "Draft, never published"
        if method.live.checksum == checksum(method_document(method)):
            return "live", f"{method.live.number} live"
        return "draft", f"{method.live.number} live, draft differs"


class EntryInline(ReadOnlyInline):
    """The ledger is written by answers and webhooks only."""

    model = PaymentEntry
    fields = [
        "occurred_at",
        "kind",
        "standing",
        "shown_amount",
        "shown_total",
        "reference",
        "source",
        "reason",
    ]
    readonly_fields = ["shown_amount", "shown_total"]

    @admin.display(description="Amount")
    def shown_amount(self, entry: PaymentEntry) -> Money | str:
        return entry.amount or "-"

    @admin.display(description="Total")
    def shown_total(self, entry: PaymentEntry) -> Money | str:
        return entry.total or "-"


@register_panel
class PaymentPanel(ReadOnlyInline):
    """The payments on the order's page."""

    model = Payment
    fields = ["position", "method_name", "state", "amount", "authorized", "captured", "refunded", "cancelled"]
    readonly_fields = ["amount", "authorized", "captured", "refunded", "cancelled"]
    ordering = ["position"]
    show_change_link = True


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = [
        "order",
        "method_name",
        "shown_state",
        "amount",
        "authorized",
        "captured",
        "refunded",
        "created_at",
    ]
    list_filter = ["state", "method", "connector"]
    list_select_related = ["order"]
    search_fields = ["reference"]
    search_help_text = "An order number, our reference, or the provider's id."
    ordering = ["-id"]
    sortable_by: list[str] = []
    show_full_result_count = False
    paginator = UncountedPaginator
    inlines = [EntryInline]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "order",
                    "position",
                    "method_name",
                    "connector",
                    "shown_state",
                    "raw_state",
                    "reason",
                ]
            },
        ),
        ("Amounts", {"fields": ["amount", "authorized", "captured", "refunded", "cancelled", "unconfirmed"]}),
        ("Provider", {"fields": ["reference", "provider_id", "created_at", "modified_at"]}),
    ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Payment], search_term: str
    ) -> tuple[QuerySet[Payment], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset.filter(Q(order__number=term) | Q(reference=term) | Q(provider_id=term)), False

    @display(description="State", label=_COLOURS)
    def shown_state(self, payment: Payment) -> tuple[str, str]:
        return payment.state, payment.get_state_display()

    @admin.display(description="Awaiting confirmation")
    def unconfirmed(self, payment: Payment) -> str:
        waiting = {"capture": payment.capturing_minor, "refund": payment.refunding_minor}
        return (
            ", ".join(f"{kind} of {payment.money(minor)}" for kind, minor in waiting.items() if minor) or "-"
        )


register_page("Payments", "Payments", "admin:payments_payment_changelist", icon="payments")
register_page("Configuration", "Payments", "admin:payments_paymentmethod_changelist", icon="credit_card")
