"""The shipments of an order on its page, each with its way and its label."""

from __future__ import annotations

from django.db.models import Prefetch
from django.http import HttpRequest
from django.template.loader import render_to_string

from connectors.schema import is_web_address
from shipping.admin.shipments import COLOURS, TRACKING_COLOURS, may_print
from shipping.models import Shipment, TrackingEvent
from workflows.admin import register_panel
from workflows.by_hand import Subject


@register_panel(20)
def shipments_panel(request: HttpRequest, subject: Subject) -> str:
    """Three statements."""
    rows = Shipment.objects.filter(order_id=subject.order.pk).select_related("connector", "label")
    scans = Prefetch("tracking", TrackingEvent.objects.order_by("-occurred_at", "-id"))
    shipments = list(rows.defer("label__content").prefetch_related("packages", scans).order_by("position"))
    context = {"shipments": [_row(shipment) for shipment in shipments], "may_print": may_print(request)}
    return render_to_string("admin/orders/shipments.html", context, request)


def _row(shipment: Shipment) -> dict[str, object]:
    label = shipment.stored_label
    return {
        "shipment": shipment,
        "colour": COLOURS.get(shipment.state, ""),
        "tracking_colour": TRACKING_COLOURS.get(shipment.tracking_state, ""),
        "tracking_url": shipment.tracking_url if is_web_address(shipment.tracking_url) else "",
        "label": label,
        "is_pdf": label is not None and label.content_type.startswith("application/pdf"),
    }
