"""Labels: a page for each parcel, as PDF or in the printers' language ZPL."""

from __future__ import annotations

from io import BytesIO

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A6
from reportlab.pdfgen.canvas import Canvas

from connectors.sandbox.core.wire import Response
from connectors.sandbox.unifaun.shipments import Shipment

_MARGIN = 20


def served(shipment: Shipment) -> Response:
    if shipment.kind == "zpl":
        return Response(200, _zpl(shipment), "application/octet-stream")
    return Response(200, _pdf(shipment), "application/pdf")


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


def _pdf(shipment: Shipment) -> bytes:
    made = BytesIO()
    canvas = Canvas(made, pagesize=A6, invariant=True)
    canvas.setTitle(f"Label {shipment.number}")
    for parcel in shipment.parcels:
        canvas.setFont("Helvetica", 10)
        for place, text in enumerate(_lines(shipment, parcel)):
            canvas.drawString(_MARGIN, A6[1] - 2 * _MARGIN - 14 * place, text)
        Code128(parcel, barHeight=60, barWidth=1).drawOn(canvas, 0, 2 * _MARGIN)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def _zpl(shipment: Shipment) -> bytes:
    labels = []
    for parcel in shipment.parcels:
        texts = [
            f"^FO40,{40 + 40 * place}^A0N,28^FD{text}^FS"
            for place, text in enumerate(_lines(shipment, parcel))
        ]
        labels.append(f"^XA{''.join(texts)}^FO40,400^BCN,120^FD{parcel}^FS^XZ")
    return "\n".join(labels).encode()
