"""Labels, as PDF or in the language of label printers."""

from __future__ import annotations

from connectors.sandbox.core import paper
from connectors.sandbox.core.wire import Response
from connectors.sandbox.unifaun.shipments import Shipment


def served(shipment: Shipment) -> Response:
    pages = [paper.Page(_lines(shipment, parcel), parcel) for parcel in shipment.parcels]
    if shipment.kind == "zpl":
        return Response(200, paper.zpl(pages), "application/octet-stream")
    return Response(200, paper.pdf(f"Label {shipment.number}", pages), "application/pdf")


def _lines(shipment: Shipment, parcel: str) -> list[str]:
    receiver = shipment.asked["receiver"]
    lines = (
        "TEST" if shipment.asked.get("test") else "",
        receiver.get("name", ""),
        receiver.get("address1", ""),
        f"{receiver.get('country', '')}-{receiver.get('zipcode', '')} {receiver.get('city', '')}",
        f"Service {shipment.asked['service']['id']}",
        f"Shipment {shipment.number}",
        f"Parcel {parcel}",
    )
    return [line for line in lines if line]
