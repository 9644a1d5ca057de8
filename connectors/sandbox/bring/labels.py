"""Labels: a page for each package. The link to a label leads on to a storage, which wants no credentials of Bring's."""

from __future__ import annotations

import hashlib
from io import BytesIO

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A6
from reportlab.pdfgen.canvas import Canvas

from connectors.sandbox.bring.shipments import Package, Shipment
from connectors.sandbox.core.wire import Request, Response

_MARGIN = 20


def redirect(shipment: Shipment, url: str) -> Response:
    place = f"{url}/storage/{shipment.label_id}.pdf?X-Amz-Expires=300&X-Amz-Signature={_signature(shipment)}"
    return Response(302, content_type="text/html", headers={"Location": place})


def stored(shipment: Shipment, request: Request) -> Response:
    """As a storage of its own would: a signed address, and no second way of proving who one is."""
    refused = request.query.get("X-Amz-Signature") != _signature(shipment)
    if refused or "x-mybring-api-key" in request.headers:
        return Response(403, b"<Error><Code>AccessDenied</Code></Error>", "application/xml")
    return Response(200, _pdf(shipment), "application/pdf")


def _signature(shipment: Shipment) -> str:
    return hashlib.sha256(f"sandbox {shipment.label_id}".encode()).hexdigest()


def _pdf(shipment: Shipment) -> bytes:
    made = BytesIO()
    canvas = Canvas(made, pagesize=A6, invariant=True)
    canvas.setTitle(f"Label {shipment.consignment}")
    for package in shipment.packages:
        _page(canvas, shipment, package)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def _page(canvas: Canvas, shipment: Shipment, package: Package) -> None:
    recipient, top = shipment.asked["parties"]["recipient"], A6[1] - 2 * _MARGIN
    lines = (
        "TEST" if shipment.is_test else "",
        recipient["name"],
        recipient["addressLine"],
        recipient.get("addressLine2") or "",
        f"{recipient['countryCode'].upper()}-{recipient['postalCode']} {recipient['city']}",
        f"Reference {shipment.reference}",
        f"Shipment {shipment.consignment}",
        f"Package {package.number}",
    )
    canvas.setFont("Helvetica", 10)
    for place, text in enumerate(filter(None, lines)):
        canvas.drawString(_MARGIN, top - 14 * place, text)
    Code128(package.number, barHeight=60, barWidth=1).drawOn(canvas, 0, 2 * _MARGIN)
