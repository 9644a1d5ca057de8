"""The section "shipments" of order documents: what exporters, shops and notifications get to know of the parcels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import prefetch_related_objects

from shipping.models import Package, Shipment
from tenants.kept import Kept
from workflows.documents import register_section


def shipments_of(order_ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """Shipments in their order; at most two statements."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    shipments = _shipments(list(order_ids))
    prefetch_related_objects(shipments, "packages")
    for shipment in shipments:
        found[shipment.order_id].append(shipment_document(shipment))
    return dict(found)


def shipment_document(shipment: Shipment) -> dict[str, Any]:
    return {
        "reference": shipment.reference,
        "shipping_option": shipment.option_name,
        "warehouse": shipment.store.code if shipment.store else "",
        "pickup_point": shipment.pickup_point,
        "carrier": shipment.carrier,
        "product": shipment.product,
        "consignment": shipment.consignment,
        "tracking_number": shipment.tracking_number,
        "tracking_url": shipment.tracking_url,
        "state": str(shipment.state),
        "tracking_state": str(shipment.tracking_state),
        "parcels": [_parcel(package) for package in shipment.packages.all()],
    }


def _parcel(package: Package) -> dict[str, Any]:
    return {
        "reference": package.reference,
        "number": package.number,
        "weight": package.weight,
        "length": package.length,
        "width": package.width,
        "height": package.height,
    }


_shipments = Kept(
    lambda ids: (
        Shipment.objects.filter(order_id__in=ids)
        .order_by("order_id", "position")
        .select_related("connector", "store")
    )
)

register_section("shipments", shipments_of)
