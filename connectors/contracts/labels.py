"""Several labels in one: carriers give a file for each parcel, printers and people want one."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from connectors.contracts.base import reading
from connectors.contracts.parcels import PDF, ZPL, Label
from connectors.errors import ProviderError, Rejected

if TYPE_CHECKING:
    from pypdf import PdfWriter


def join(labels: Sequence[Label], kind: type[ProviderError] = Rejected) -> Label:
    """All pages in the order given; one label stays as it is, to the byte.

    Raises `kind` for none at all, for files of different types, and for what is no PDF.
    """
    if len(labels) == 1:
        return labels[0]
    types = {label.content_type for label in labels}
    if types == {PDF}:
        return Label(content=join_pdf([label.content for label in labels], kind))
    if types == {ZPL}:
        return Label(content=b"\n".join(label.content.strip() for label in labels), content_type=ZPL)
    raise kind(f"labels of {' and '.join(sorted(types))} cannot be joined" if types else "there is no label")


def join_pdf(files: Sequence[bytes], kind: type[ProviderError] = Rejected) -> bytes:
    """One PDF of several. Raises `kind` for what is no PDF."""
    from pypdf import PdfWriter  # which most processes never need, and which is large

    writer, target = PdfWriter(), io.BytesIO()
    with reading("The label", kind):
        for file in files:
            _append(writer, file)
        writer.write(target)
    return target.getvalue()


def _append(writer: PdfWriter, file: bytes) -> None:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(file))
        if not reader.pages:
            raise ValueError("it has no page")
        for page in reader.pages:
            writer.add_page(page)
    except PyPdfError as error:
        raise ValueError(str(error) or "it is no PDF") from error
