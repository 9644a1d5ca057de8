"""Labels as carriers make them: a page for each parcel with its lines of text and its number as barcode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A6
from reportlab.pdfgen.canvas import Canvas

_MARGIN = 20


@dataclass(frozen=True, slots=True)
class Page:
    lines: Sequence[str]
    number: str


def pdf(title: str, pages: Sequence[Page]) -> bytes:
    made = BytesIO()
    canvas = Canvas(made, pagesize=A6, invariant=True)
    canvas.setTitle(title)
    for page in pages:
        canvas.setFont("Helvetica", 10)
        for place, text in enumerate(page.lines):
            canvas.drawString(_MARGIN, A6[1] - 2 * _MARGIN - 14 * place, text)
        Code128(page.number, barHeight=60, barWidth=1).drawOn(canvas, 0, 2 * _MARGIN)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def zpl(pages: Sequence[Page]) -> bytes:
    """In the language of label printers."""
    return "\n".join(map(_zpl, pages)).encode()


def _zpl(page: Page) -> str:
    texts = [
        f"^FO40,{40 + 40 * place}^A0N,28^FD{text}^FS"
        for place, text in enumerate(line.replace("^", " ").replace("~", " ") for line in page.lines)
    ]
    return f"^XA^CI28{''.join(texts)}^FO40,400^BCN,120^FD{page.number}^FS^XZ"
