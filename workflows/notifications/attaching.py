"""What other apps have to attach to messages, such as the labels of shipments; they register where they are made ready."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connectors.contracts.notification import Attachment
from connectors.errors import Misconfigured

#: The labels of an order: of one shipment where its reference is given, of shipments or returns alone as `kind` says.
Loader = Callable[[int, str, str], Sequence[Attachment]]

#: Vendors take 30 MB with the encoding, which adds a third.
MOST_BYTES = 20 * 1024 * 1024

LABEL_KINDS = ("None", "All", "Shipments", "Returns")

_loaders: list[Loader] = []


def register_labels(loader: Loader) -> None:
    if loader not in _loaders:
        _loaders.append(loader)


def labels_of(order_id: int, shipment: str, kind: str) -> tuple[Attachment, ...]:
    """Raises Misconfigured where there is none, and where they are too large for a mail."""
    if kind == "None":
        return ()
    found = tuple(item for load in _loaders for item in load(order_id, shipment, kind))
    if not found:
        raise Misconfigured(
            "There is no label to attach; let PrintShippingLabel run before, or set AttachLabels to None"
        )
    size = sum(len(item.content) for item in found)
    if size > MOST_BYTES:
        raise Misconfigured(
            f"The labels have {size / 1024 / 1024:.0f} MiB, and a mail takes at most {MOST_BYTES // 1024 // 1024};"
            " send one message for each shipment (PerShipment)"
        )
    return found
