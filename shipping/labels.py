"""Labels are stored once, as they were made, and served as what they are and nothing else."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from connectors.contracts.shipping import Label as Made
from shipping.models import Label, Shipment

#: What browsers and printers get; a carrier cannot make us serve anything that runs.
SUFFIXES = {"application/pdf": "pdf", "application/zpl": "zpl"}
_UNKNOWN = "application/octet-stream"


def keep(shipment: Shipment, made: Made, source: str) -> None:
    """Store the label of a locked shipment; one that it has stays as it is."""
    if shipment.stored_label is None:
        Label.objects.create(
            tenant_id=shipment.tenant_id,
            shipment=shipment,
            content=made.content,
            content_type=made.content_type[:100],
            source=source,
        )


def find(**wanted: Any) -> Label | None:
    """The label of the shipment that is wanted, of the tenant in scope."""
    labels = Label.objects.select_related("shipment__order")
    return labels.filter(**{f"shipment__{name}": value for name, value in wanted.items()}).first()


def serve(label: Label) -> HttpResponse:
    """The label as a file to print."""
    kind = label.content_type.partition(";")[0].strip().lower()
    shipment = label.shipment
    name = f"{shipment.order.number}-{shipment.position}.{SUFFIXES.get(kind, 'bin')}"
    response = HttpResponse(bytes(label.content), content_type=kind if kind in SUFFIXES else _UNKNOWN)
    response["Content-Disposition"] = f'{"inline" if kind in SUFFIXES else "attachment"}; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
