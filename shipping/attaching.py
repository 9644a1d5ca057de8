"""The labels of an order's shipments, as customers get them with a mail."""

from __future__ import annotations

from connectors.contracts.notification import Attachment
from shipping.models import Label, ShipmentState

_SUFFIX = {"application/pdf": "pdf", "image/png": "png", "application/zpl": "zpl", "text/html": "html"}


def labels(order_id: int, shipment: str, kind: str) -> list[Attachment]:
    """Of one shipment where its reference is given; of returns alone, or of the others, as `kind` says. None of those that
    were cancelled."""
    rows = Label.objects.filter(shipment__order_id=order_id).exclude(shipment__state=ShipmentState.CANCELLED)
    if shipment:
        rows = rows.filter(shipment__reference=shipment)
    if kind != "All":
        rows = rows.filter(shipment__is_return=kind == "Returns")
    return [_attached(label) for label in rows.select_related("shipment").order_by("shipment__position")]


def _attached(label: Label) -> Attachment:
    kind = label.content_type.partition(";")[0].strip()
    what = "return-label" if label.shipment.is_return else "label"
    number = label.shipment.consignment or label.shipment.tracking_number or str(label.shipment.position)
    safe = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in number)
    return Attachment(
        name=f"{what}-{safe}.{_SUFFIX.get(kind, 'bin')}", content_type=kind, content=bytes(label.content)
    )
