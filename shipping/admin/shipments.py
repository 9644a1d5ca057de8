from __future__ import annotations

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.clickjacking import xframe_options_sameorigin

from connectors.contracts.shipping import PDF
from connectors.schema import is_web_address
from shipping import labels, printing, sheets
from shipping.choices import read_choice
from shipping.models import Label, Package, PrintJob, Shipment, TrackingEvent
from tenants.adminkit import (
    ReadOnlyAdmin,
    UncountedPaginator,
    action,
    display,
    link,
    may,
    register_admin_url,
    register_page,
)
from tenants.models import Right
from workflows.admin.panels import ReadOnlyInline

_PREVIEW_BYTES = 800
COLOURS = {"draft": "", "booking": "warning", "booked": "success", "cancelled": ""}
TRACKING_COLOURS = {
    "pre_transit": "info",
    "in_transit": "info",
    "out_for_delivery": "info",
    "ready_for_pickup": "info",
    "delivered": "success",
    "exception": "danger",
    "returned": "warning",
}


class PackageInline(ReadOnlyInline):
    model = Package
    verbose_name_plural = "Packages"
    fields = ["position", "number", "weight", "length", "width", "height"]
    ordering = ["position"]


class TrackingInline(ReadOnlyInline):
    """Written by UpdateShipmentStatus and webhooks only."""

    model = TrackingEvent
    verbose_name_plural = "Tracking"
    fields = ["occurred_at", "parcel", "state", "raw_state", "description", "place"]
    ordering = ["-occurred_at", "-id"]


class PrintJobInline(ReadOnlyInline):
    model = PrintJob
    verbose_name_plural = "Printing"
    fields = [
        "created_at",
        "store",
        "state",
        "workstation",
        "attempts",
        "printed_at",
        "requested_by",
        "reason",
    ]
    ordering = ["-id"]
    nothing = "Nobody asked to print it; PrintShippingLabel with Print Queue does, or the action on the list."


class _States:
    @display(description="State", label=COLOURS)
    def shown_state(self, shipment: Shipment) -> tuple[str, str]:
        return shipment.state, shipment.get_state_display()

    @display(description="Tracking state", label=TRACKING_COLOURS)
    def shown_tracking(self, shipment: Shipment) -> tuple[str, str]:
        return shipment.tracking_state, shipment.get_tracking_state_display() or "-"


@admin.register(Shipment)
class ShipmentAdmin(_States, ReadOnlyAdmin):
    first_tab = "Shipment"
    nothing = (
        "Shipments come with orders, or are made by the step CompleteShipment from a published "
        "shipping provider."
    )
    list_display = [
        "order",
        "option_name",
        "connector",
        "shown_state",
        "consignment",
        "shown_tracking",
        "expected_delivery",
        "created_at",
    ]
    list_filter = ["state", "tracking_state", "is_return", "provider"]
    list_select_related = ["order", "connector"]
    search_fields = ["reference"]
    search_help_text = "An order number, our reference, a consignment or a parcel's number."
    ordering = ["-id"]
    sortable_by: list[str] = []
    show_full_result_count = False
    paginator = UncountedPaginator
    inlines = [PackageInline, TrackingInline, PrintJobInline]
    actions = ["print_labels", "queue_labels"]
    fieldsets = [
        (None, {"fields": ["order", "position", "shown_state", "reason", "label_file", "preview"]}),
        (
            "Service",
            {
                "fields": [
                    "provider",
                    "option_name",
                    "product",
                    "codes",
                    "pickup_point",
                    "delivery_choice",
                    "store",
                    "return_of",
                ]
            },
        ),
        (
            "Carrier",
            {
                "fields": [
                    "connector",
                    "account",
                    "reference",
                    "consignment",
                    "booked_at",
                    "created_at",
                    "modified_at",
                ]
            },
        ),
        (
            "Tracking",
            {
                "fields": [
                    "shown_tracking",
                    "raw_tracking_state",
                    "tracking_number",
                    "page",
                    "expected_delivery",
                    "polled_at",
                    "pushed_until",
                ]
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shipment]:
        rows: QuerySet[Shipment] = super().get_queryset(request)
        return rows.select_related("label", "order", "connector").defer("label__content")

    def get_fieldsets(self, request: HttpRequest, obj: Shipment | None = None) -> list:
        """Who may print is decided for each request, so it is kept with the row."""
        if obj is not None:
            obj.may_print = may_print(request)  # type: ignore[attr-defined]
        return list(super().get_fieldsets(request, obj))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Shipment], search_term: str
    ) -> tuple[QuerySet[Shipment], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        known = Q(order__number=term) | Q(reference=term) | Q(consignment=term)
        parcels = Package.objects.filter(number=term).values("shipment")
        return queryset.filter(known | Q(pk__in=parcels)), False

    @admin.display(description="Services")
    def codes(self, shipment: Shipment) -> str:
        return ", ".join(shipment.services) or "-"

    @admin.display(description="Tracking page")
    def page(self, shipment: Shipment) -> str:
        """A link only where the carrier gave a web address."""
        url = shipment.tracking_url
        if not is_web_address(url):
            return url or "-"
        return link(url, url, new_tab=True)

    @admin.display(description="Label")
    def label_file(self, shipment: Shipment) -> str:
        label = shipment.stored_label
        if label is None:
            return "none yet"
        kind = label.content_type.partition("/")[2].upper()
        made = f"{kind} of {label.created_at:%Y-%m-%d %H:%M}"
        if not getattr(shipment, "may_print", False):
            return f"{made} (only for those who may see personal data)"
        where = reverse("admin:shipping-label", args=[shipment.pk])
        return format_html("{} ({})", link(where, "Print", new_tab=True), made)

    @admin.display(description="Preview")
    def preview(self, shipment: Shipment) -> str:
        """The label as it is printed; what is no PDF is shown as its first lines."""
        label = shipment.stored_label
        if label is None or not getattr(shipment, "may_print", False):
            return "-"
        where = reverse("admin:shipping-label", args=[shipment.pk])
        if label.content_type == PDF:
            return format_html(
                '<iframe title="Label" src="{}#toolbar=0&view=FitH" loading="lazy" class="bg-white border'
                ' border-base-200 dark:border-base-800 rounded-default w-full max-w-xl" style="height: 26rem">'
                "</iframe>",
                where,
            )
        text = bytes(label.content)[:_PREVIEW_BYTES].decode("utf-8", "replace")
        return format_html('<pre class="text-xs whitespace-pre-wrap max-w-xl">{}</pre>', text)

    @admin.display(description="Delivery choice")
    def delivery_choice(self, shipment: Shipment) -> str:
        """What the shopper chose in a delivery checkout, in words."""
        if not shipment.choice:
            return f"waits for ConfirmDeliveryChoice ({shipment.session})" if shipment.session else "-"
        choice = read_choice(shipment.choice)
        parts = [choice.name or choice.product, choice.carrier, choice.order_id]
        point = choice.pickup_point.name if choice.pickup_point else ""
        return ", ".join(part for part in [*parts, point] if part)

    @action(description="Print labels", permissions=["view"])
    def print_labels(self, request: HttpRequest, queryset: QuerySet[Shipment]) -> HttpResponse | None:
        """One PDF of all that are chosen, in their order."""
        if not may_print(request):
            raise PermissionDenied
        found = list(Label.objects.filter(shipment__in=queryset).order_by("shipment_id"))
        try:
            return sheets.serve(found, missing=queryset.count() - len(found))
        except sheets.CannotJoin as error:
            self.message_user(request, f"{error}.", messages.ERROR)
            return None

    @action(description="Put into the print queue", permissions=["act"])
    def queue_labels(self, request: HttpRequest, queryset: QuerySet[Shipment]) -> None:
        rows = queryset.select_related("label", "store").defer("label__content")
        ready = [shipment for shipment in rows if shipment.stored_label is not None]
        for shipment in ready:
            printing.enqueue(shipment, request.user.get_username())
        missing = len(rows) - len(ready)
        told = f"{len(ready)} labels wait for their warehouse's printer"
        rest = f"; {missing} have none yet: run PrintShippingLabel" if missing else ""
        self.message_user(request, f"{told}{rest}.", messages.WARNING if missing else messages.SUCCESS)


@xframe_options_sameorigin
def label_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The stored label, also for the pages that show it in a frame; it bears the recipient's address."""
    if not may_print(request):
        raise PermissionDenied
    label = labels.find(pk=pk)
    if label is None:
        raise Http404
    return labels.serve(label)


def may_print(request: HttpRequest) -> bool:
    return may(request, Right.VIEW) and may(request, Right.SEE_PERSONAL_DATA)


register_admin_url("shipping/shipment/<int:pk>/label/", "shipping-label", label_page)
register_page("Shipping", "Shipments", "admin:shipping_shipment_changelist", icon="package_2")
