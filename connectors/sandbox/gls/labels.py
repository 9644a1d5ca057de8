"""Labels: a file for each parcel, PDF or ZPL, in base64."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A6
from reportlab.pdfgen.canvas import Canvas

from connectors.sandbox.gls.errors import ShipitError
from connectors.sandbox.gls.parcels import Parcel

_MARGIN = 20


def printed(parcels: list[Parcel], wanted: dict[str, Any]) -> list[str]:
    make = {"PDF": _pdf, "ZEBRA": _zpl}.get(wanted["LabelFormat"])
    if make is None or (wanted["LabelFormat"] == "ZEBRA" and not wanted["TemplateSet"].startswith("ZPL_")):
        raise ShipitError(
            "COMMON", f"The sandbox prints no {wanted['LabelFormat']} as {wanted['TemplateSet']}"
        )
    return [base64.b64encode(make(parcel)).decode() for parcel in parcels]


def _lines(parcel: Parcel) -> list[str]:
    to = parcel.shipment["Consignee"]["Address"]
    lines = [
        f"GLS {parcel.shipment['Product']}{_return(parcel)}",
        to["Name1"],
        f"{to['Street']} {to.get('StreetNumber', '')}",
        f"{to['CountryCode']}-{to['ZIPCode']} {to['City']}",
        f"Reference {' '.join(parcel.references)}",
        f"Weight {parcel.asked['Weight']} kg",
        f"Track ID {parcel.track_id}",
        f"Parcel {parcel.number}",
    ]
    return [line.strip() for line in lines]


def _return(parcel: Parcel) -> str:
    is_return = any("ShopReturn" in service for service in parcel.shipment.get("Service") or [])
    return " SHOP RETURN, from" if is_return else ""


def _pdf(parcel: Parcel) -> bytes:
    made = BytesIO()
    canvas = Canvas(made, pagesize=A6, invariant=True)
    canvas.setTitle(f"Label {parcel.track_id}")
    canvas.setFont("Helvetica", 10)
    for place, text in enumerate(_lines(parcel)):
        canvas.drawString(_MARGIN, A6[1] - 2 * _MARGIN - 14 * place, text)
    Code128(parcel.number, barHeight=60, barWidth=1).drawOn(canvas, 0, 2 * _MARGIN)
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def _zpl(parcel: Parcel) -> bytes:
    fields = [f"^FO30,{40 + 40 * place}^A0N,30^FD{text}^FS" for place, text in enumerate(_lines(parcel))]
    code = f"^FO30,420^BCN,120,Y,N,N^FD{parcel.number}^FS"
    return "\n".join(["^XA^CI28", *fields, code, "^XZ"]).encode()
