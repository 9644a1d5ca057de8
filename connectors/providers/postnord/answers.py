"""What PostNord says to a booking, and the labels that come with it or later."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.labels import join
from connectors.contracts.shipping import PDF, ZPL, Booked, BookedParcel, Booking, Label
from connectors.errors import ProviderError, Rejected, RetryLater, Unknown
from connectors.providers.postnord.failures import told

Json = Mapping[str, Any]

_BEGINNINGS = {PDF: b"%PDF", ZPL: b"^XA"}


def booked(body: Any, booking: Booking, label_format: str) -> Booked:
    """Raises Rejected for a shipment that failed, which PostNord tells with status 200. The label comes along, or later."""
    with reading("PostNord's answer to the booking", Unknown):
        infos = confirmed(body)
        items = [text for info in infos for text in _ids(info, "itemId")]
        whole = [text for info in infos for text in _ids(info, "shipmentId")]
        links = [
            link["url"] for info in infos for link in info.get("urls") or () if link["type"] == "TRACKING"
        ]
        done = Booked(
            consignment=[*whole, *items][0],
            parcels=tuple(
                BookedParcel(reference=parcel.reference, number=number)
                for parcel, number in zip(booking.parcels, items, strict=False)
            ),
            tracking_url=next(iter(links), ""),
        )
    return replace(done, label=_label_or_none(body, label_format))


def confirmed(body: Any) -> Sequence[Json]:
    """What PostNord says of each shipment, all of them well. Raises Rejected and Unknown, LookupError and the like."""
    response = body.get("bookingResponse") or body
    infos: list[Json] = response.get("idInformation") or []
    failed = [info for info in infos if info["status"] != "OK"]
    if failed or not infos:
        _refuse(response, infos, failed)
    return infos


def label(body: Any, label_format: str) -> Label:
    """The labels of an answer in one. Raises RetryLater for one that holds none, Rejected for items that have none."""
    printouts = body.get("labelPrintout") or [] if isinstance(body, Mapping) else body
    with reading("PostNord's answer with the label", RetryLater):
        _check(printouts)
        return join(
            [_label(item["printout"], label_format) for item in printouts if _is_label(item)], RetryLater
        )


def _refuse(response: Json, infos: Sequence[Json], failed: Sequence[Json]) -> None:
    """All of it failed: nothing is booked. Anything else is not clear enough to say so."""
    errors = [info.get("errorResponse") for info in failed] or [response.get("handlingResponse")]
    code, text = next((found for found in map(told, errors) if any(found)), ("", ""))
    is_clear = failed and len(failed) == len(infos) and all(info["status"] == "FAIL" for info in failed)
    kind = Rejected if is_clear else Unknown
    said = (
        "PostNord refused the booking without a reason"
        if is_clear
        else "PostNord does not confirm the booking"
    )
    raise kind(text or said, code=code, status=200)


def _ids(info: Json, kind: str) -> list[str]:
    return [str(item["value"]) for item in info.get("ids") or () if item["idType"] == kind and item["value"]]


def _label_or_none(body: Any, label_format: str) -> Label | None:
    """The booking stands whatever becomes of its label: PrintShippingLabel asks for one that is not there."""
    try:
        return label(body, label_format)
    except ProviderError:
        return None


def _check(printouts: Sequence[Json]) -> None:
    for printout in printouts:
        for item in printout.get("itemIds") or ():
            if item.get("status") == "FAIL":
                code, text = told(item.get("errorResponse"))
                raise Rejected(
                    text or f"PostNord has no label for {item.get('itemIds')}", code=code, status=200
                )


def _is_label(printout: Json) -> bool:
    return bool(printout["printout"].get("type", "LABEL") == "LABEL")


def _label(printout: Json, label_format: str) -> Label:
    """Raises ValueError for what is no such file."""
    data = str(printout["data"])
    content = base64.b64decode(data, validate=True) if _is_base64(printout) else data.encode()
    if not content.lstrip().startswith(_BEGINNINGS[label_format]):
        raise ValueError(f"the label is no {label_format}")
    return Label(content=content, content_type=label_format)


def _is_base64(printout: Json) -> bool:
    return str(printout.get("encoding") or "base64").lower() == "base64"
