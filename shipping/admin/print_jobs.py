from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from shipping import printing
from shipping.models import PrintJob
from tenants.adminkit import (
    ReadOnlyAdmin,
    UncountedPaginator,
    action,
    display,
    link_to,
    register_page,
)

_COLOURS = {"queued": "info", "claimed": "warning", "printed": "success", "failed": "danger"}


@admin.register(PrintJob)
class PrintJobAdmin(ReadOnlyAdmin):
    """What waits for a printer, newest first."""

    first_tab = "Print job"
    nothing = (
        "Labels come here by the step PrintShippingLabel with Print Queue, by the action on Shipments, or over the API;"
        " a workstation claims and prints them."
    )
    list_display = [
        "order",
        "shipment",
        "store",
        "shown_state",
        "workstation",
        "attempts",
        "created_at",
        "printed_at",
    ]
    list_filter = ["state", "store"]
    list_select_related = ["shipment__order", "store"]
    search_fields = ["shipment__order__number", "shipment__reference"]
    ordering = ["-id"]
    sortable_by: list[str] = []
    show_full_result_count = False
    paginator = UncountedPaginator
    actions = ["print_again"]
    fields = [
        "shipment_page",
        "order",
        "store",
        "shown_state",
        "reason",
        "workstation",
        "claimed_until",
        "attempts",
        "requested_by",
        "created_at",
        "printed_at",
    ]

    @admin.display(description="Shipment")
    def shipment_page(self, job: PrintJob) -> str:
        return link_to(job.shipment)

    @admin.display(description="Order")
    def order(self, job: PrintJob) -> str:
        return job.shipment.order.number

    @display(description="State", label=_COLOURS)
    def shown_state(self, job: PrintJob) -> tuple[str, str]:
        return job.state, job.get_state_display()

    @action(description="Print again", permissions=["act"])
    def print_again(self, request: HttpRequest, queryset: QuerySet[PrintJob]) -> None:
        rows = queryset.select_related("shipment__label", "shipment__store")
        count = printing.requeue(list(rows), request.user.get_username())
        self.message_user(request, f"{count} labels wait for a printer again.", messages.SUCCESS)


register_page("Shipping", "Print Queue", "admin:shipping_printjob_changelist", icon="print")
