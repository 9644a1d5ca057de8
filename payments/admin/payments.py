from __future__ import annotations

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from payments.models import Payment, PaymentEntry
from tenants.adminkit import Masked, ReadOnlyAdmin, UncountedPaginator, display, register_page
from tenants.money import Money
from workflows.admin.panels import ReadOnlyInline

COLOURS = {
    "pending": "info",
    "authorized": "info",
    "captured": "success",
    "refunded": "success",
    "cancelled": "",
    "declined": "danger",
    "expired": "warning",
    "unknown": "warning",
}


class EntryInline(Masked, ReadOnlyInline):
    """The ledger is written by answers and webhooks only."""

    model = PaymentEntry
    masked = ("reason",)
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


class _State:
    @display(description="State", label=COLOURS)
    def shown_state(self, payment: Payment) -> tuple[str, str]:
        return payment.state, payment.get_state_display()


@admin.register(Payment)
class PaymentAdmin(Masked, _State, ReadOnlyAdmin):
    masked = ("reason",)
    nothing = "Payments come with orders that name a published payment method."
    list_display = [
        "owner",
        "method_name",
        "shown_state",
        "amount",
        "authorized",
        "captured",
        "refunded",
        "created_at",
    ]
    list_filter = ["state", "method", "connector"]
    list_select_related = ["order", "checkout"]
    search_fields = ["reference"]
    search_help_text = "An order number, a cart, our reference, or the provider's id."
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
                    "cart",
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
        own = Q(order__number=term) | Q(checkout__cart=term)
        return queryset.filter(own | Q(reference=term) | Q(provider_id=term)), False

    @admin.display(description="Order", ordering="order")
    def owner(self, payment: Payment) -> str:
        """The order, or the cart that is at checkout yet."""
        return str(payment.order) if payment.order else f"cart {self.cart(payment)}"

    @admin.display(description="Cart")
    def cart(self, payment: Payment) -> str:
        """As the shop called it when the payment was begun at checkout."""
        checkout = getattr(payment, "checkout", None)
        return (checkout.cart if checkout else "") or "-"

    @admin.display(description="Awaiting confirmation")
    def unconfirmed(self, payment: Payment) -> str:
        waiting = {"capture": payment.capturing_minor, "refund": payment.refunding_minor}
        return (
            ", ".join(f"{kind} of {payment.money(minor)}" for kind, minor in waiting.items() if minor) or "-"
        )


register_page("Payments", "Payments", "admin:payments_payment_changelist", icon="payments")
