"""A label of our own, for carriers that make none: one page of 105 x 148 mm for each parcel, with a Code 128."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Container, Iterable
from typing import Any

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from connectors.contracts.common import Address
from connectors.contracts.shipping import Booking, Label, Parcel

PAGE = (105 * mm, 148 * mm)

_MARGIN = 6 * mm
_WIDTH = PAGE[0] - 2 * _MARGIN
_BAR = 0.33 * mm
#: The library brings these along; its built-in fonts know Western European letters only.
_FONTS = {"Label": "Vera.ttf", "Label-Bold": "VeraBd.ttf"}


def draw(booking: Booking, numbers: list[str], carrier: str) -> Label:
    """`numbers` are those of the parcels, in their order; the consignment stands in for a missing one."""
    _register_fonts()
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=PAGE, invariant=1, pageCompression=1)
    canvas.setTitle(f"Order {booking.order_number}")
    for place, parcel in enumerate(booking.parcels):
        number = numbers[place] or booking.consignment
        _page(canvas, booking, parcel, f"{place + 1} / {len(booking.parcels)}", number, carrier)
        canvas.showPage()
    canvas.save()
    return Label(content=target.getvalue())


def _page(canvas: Canvas, booking: Booking, parcel: Parcel, place: str, number: str, carrier: str) -> None:
    pen = _Pen(canvas, PAGE[1] - _MARGIN)
    pen.lines([carrier, booking.product], size=11, bold=True)
    pen.rule()
    pen.lines(["From", *_lines(booking.sender)], size=8)
    pen.rule()
    pen.lines(["To"], size=8)
    pen.lines(_lines(booking.recipient), size=12, bold=True)
    if booking.pickup_point:
        pen.lines([f"Pickup point {booking.pickup_point}"], size=9)
    pen.rule()
    pen.lines(
        [f"Order {booking.order_number}", f"Parcel {place}", f"Weight {parcel.weight} g{_measures(parcel)}"],
        size=9,
    )
    _barcode(canvas, number)


def printable(text: str) -> str:
    """The text in letters that the font has: without its accent, or as a question mark, where it lacks one."""
    known = pdfmetrics.getFont("Label").face.charToGlyph
    return "".join(letter if ord(letter) in known else _plainer(letter, known) for letter in text)


def _plainer(letter: str, known: Container[int]) -> str:
    base = unicodedata.normalize("NFKD", letter)[0]
    return base if ord(base) in known else "?"


class _Pen:
    """Writes from top to bottom; a line that is too long goes on in the next."""

    def __init__(self, canvas: Canvas, top: float) -> None:
        self.canvas = canvas
        self.y = top

    def lines(self, texts: Iterable[str], *, size: float, bold: bool = False) -> None:
        font = "Label-Bold" if bold else "Label"
        self.canvas.setFont(font, size)
        for text in texts:
            for part in simpleSplit(printable(text), font, size, _WIDTH):
                self.y -= size * 1.25
                self.canvas.drawString(_MARGIN, self.y, part)

    def rule(self) -> None:
        self.y -= 2 * mm
        self.canvas.line(_MARGIN, self.y, _MARGIN + _WIDTH, self.y)
        self.y -= 1 * mm


def _barcode(canvas: Canvas, number: str) -> None:
    """Code 128 holds ASCII only; a number that is not is printed in letters alone."""
    canvas.setFont("Label", 9)
    canvas.drawCentredString(PAGE[0] / 2, _MARGIN, printable(number))
    if not number.isascii() or not number.isprintable():
        return
    bars = _bars(number, _BAR)
    if bars.width > _WIDTH:
        bars = _bars(number, _BAR * _WIDTH / bars.width)
    bars.drawOn(canvas, (PAGE[0] - bars.width) / 2, _MARGIN + 5 * mm)


def _bars(number: str, bar: float) -> Any:
    return Code128(number, barWidth=bar, barHeight=22 * mm, quiet=True)


def _lines(address: Address) -> list[str]:
    place = " ".join(filter(None, [address.postal_code, address.city]))
    lines = [
        address.company,
        address.name,
        address.line1,
        address.line2,
        place,
        address.region,
        address.country,
    ]
    return [line for line in lines if line]


def _measures(parcel: Parcel) -> str:
    sides = (parcel.length, parcel.width, parcel.height)
    return f", {' x '.join(map(str, sides))} mm" if all(sides) else ""


def _register_fonts() -> None:
    for name, file in _FONTS.items():
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, file))
