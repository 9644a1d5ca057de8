"""Labels: a page for each item, or as many ZPL labels, in base64 in an answer."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

from reportlab.graphics.barcode.code128 import Code128
from reportlab.pdfgen.canvas import Canvas

from connectors.sandbox.postnord.shipments import Shipment

Json = dict[str, Any]

_MM = 72 / 25.4
#: 105 by 190 mm.
_SIZE = (105 * _MM, 190 * _MM)
_MARGIN = 20


def printout(pairs: list[tuple[Shipment, str]], kind: str) -> list[Json]:
    """One file for all items, each with the shipment that it is of; `kind` is pdf or zpl."""
    made = _pdf(pairs) if kind == "pdf" else _zpl(pairs)
    return [
        {
            "itemIds": [{"itemIds": item, "status": "OK"} for _, item in pairs],
            "printout": {
                "type": "LABEL",
                "labelFormat": kind.upper(),
                "encoding": "base64",
                "data": base64.b64encode(made).decode(),
            },
        }
    ]


def _pdf(pairs: list[tuple[Shipment, str]]) -> bytes:
    made = BytesIO()
    canvas = Canvas(made, pagesize=_SIZE, invariant=True)
    for shipment, item in pairs:
        canvas.setTitle(f"Label {item}")
        canvas.setFont("Helvetica", 10)
        for place, text in enumerate(_lines(shipment, item)):
            canvas.drawString(_MARGIN, _SIZE[1] - 2 * _MARGIN - 14 * place, text)
        Code128(item, barHeight=60, barWidth=1).drawOn(canvas, 0, 2 * _MARGIN)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def _zpl(pairs: list[tuple[Shipment, str]]) -> bytes:
    texts = ("^FS".join(_fields(_lines(shipment, item), item)) for shipment, item in pairs)
    return "\n".join(f"^XA^CI28{text}^FS^XZ" for text in texts).encode()


def _fields(lines: list[str], item: str) -> list[str]:
    shown = [f"^FO20,{20 + 40 * place}^A0N,30^FD{text}" for place, text in enumerate(lines)]
    return [*shown, f"^FO20,900^BCN,150^FD{item}"]


def _lines(shipment: Shipment, item: str) -> list[str]:
    party = shipment.asked["parties"]["consignee"]["party"]
    address = party["address"]
    lines = (
        "TEST" if shipment.is_test else "",
        party["nameIdentification"]["name"],
        *(address.get("streets") or ()),
        f"{address['countryCode']}-{address['postalCode']} {address['city']}",
        f"Service {shipment.service}",
        f"Reference {shipment.reference}",
        f"Item {item}",
    )
    return [line for line in lines if line]
