"""Labels inside answers: base64, one for each parcel or all in one."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.labels import join
from connectors.contracts.shipping import PDF, Label
from connectors.errors import ProviderError, RetryLater

_BEGINS = {PDF: b"%PDF"}
_ZPL_BEGINS = b"^XA"


def printed(body: Any, label_format: str) -> Label:
    """The label of an answer to a reprint. Raises RetryLater where there is none in this format."""
    with reading("GLS's answer with the label", RetryLater):
        return joined(list(_files(body["CreatedShipment"], label_format)))


def label_of(created: Mapping[str, Any], label_format: str) -> Label | None:
    """The label that came with a booking; None where it cannot be read: the booking stands, and it is printed again."""
    try:
        with reading("The label", RetryLater):
            return joined(list(_files(created, label_format)))
    except ProviderError:
        return None


def joined(labels: Sequence[Label]) -> Label:
    return join(labels, RetryLater)


def _files(created: Mapping[str, Any], label_format: str) -> Iterator[Label]:
    for document in created["PrintData"]:
        data = document["Data"]
        for text in [data] if isinstance(data, str) else data:
            yield _file(base64.b64decode(text), label_format)


def _file(content: bytes, label_format: str) -> Label:
    content = content.strip() if label_format != PDF else content
    if not content.startswith(_BEGINS.get(label_format, _ZPL_BEGINS)):
        raise ValueError(f"it is no {label_format}")
    return Label(content=content, content_type=label_format)
