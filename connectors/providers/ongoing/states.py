"""How orders stand: by status numbers, whose meaning a warehouse may set itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.catalog import CatalogPage
from connectors.contracts.warehouse import WarehouseOrder, WarehouseParcel, WarehouseState
from connectors.errors import RetryLater
from connectors.providers.ongoing.api import Json, OngoingApi
from connectors.providers.ongoing.cursor import Cursor

#: What every warehouse begins with. Picked is not shipped.
STATES: Mapping[str, WarehouseState] = {
    "150": WarehouseState.FAILED,
    "200": WarehouseState.ACCEPTED,
    "300": WarehouseState.PICKING,
    "320": WarehouseState.PICKING,
    "400": WarehouseState.PICKED,
    "450": WarehouseState.SHIPPED,
    "500": WarehouseState.SHIPPED,
    "1000": WarehouseState.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Standing:
    state: WarehouseState
    word: str


class Standings(OngoingApi):
    states = STATES

    def import_order_states(self, cursor: str) -> CatalogPage[WarehouseOrder]:
        """In the order of their ids: Ongoing tells of no time of a change."""
        at = Cursor.read(cursor, self.values.import_from)
        rows = self.listed(
            "orders",
            orderStatusChangedTimeFrom=at.since_text,
            orderIdFrom=at.after or None,
            maxOrdersToGet=self.values.page_size,
        )
        with reading("Ongoing's orders", RetryLater):
            items = [self._standing_of(row) for row in rows]
            last = max((int(row["orderInfo"]["orderId"]) for row in rows), default=0)
        # A page that is not full may have been cut by a limit of Ongoing's own, so only an empty one is the last.
        text = at.behind(last).text() if rows else at.ended()
        return CatalogPage(
            items=tuple(item for item in items if item.reference), cursor=text, more=bool(rows)
        )

    def standing(self, order: Json) -> Standing:
        """A shipped order of which pieces were left out is shipped in part."""
        with reading("Ongoing's order", RetryLater):
            status = order["orderInfo"]["orderStatus"]
            number = int(status["number"])
            state = self._meaning(number)
            word = f"{number} {status.get('text') or ''}".strip()
            wanted, picked = _pieces(order)
        if state is WarehouseState.SHIPPED and picked < wanted:
            return Standing(WarehouseState.PARTLY_SHIPPED, f"{word}, {picked:f} of {wanted:f} pieces")
        return Standing(state, word)

    def _meaning(self, number: int) -> WarehouseState:
        told: WarehouseState | None = self.values.statuses.get(str(number))
        return told or STATES.get(str(number), WarehouseState.UNKNOWN)

    def _standing_of(self, row: Json) -> WarehouseOrder:
        info, standing = row["orderInfo"], self.standing(row)
        left = standing.state in {WarehouseState.SHIPPED, WarehouseState.PARTLY_SHIPPED}
        # In a status that means "in part", it is not told which of the picked pieces have left.
        told = self._meaning(int(info["orderStatus"]["number"])) is WarehouseState.SHIPPED
        return WarehouseOrder(
            reference=self.own_number(info["orderNumber"]),
            external_id=str(int(info["orderId"])),
            word=standing.word,
            state=standing.state,
            shipped=dict(_shipped(row)) if told else {},
            parcels=tuple(_parcels(row)),
            changed_at=moment(info.get("shippedTime")) if left else None,
        )


def moment(text: Any) -> datetime | None:
    """Times without a zone are in UTC, fractions may have seven digits."""
    if not text:
        return None
    told = datetime.fromisoformat(str(text))
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _lines(order: Json) -> Iterator[Json]:
    """Those that are goods."""
    return (line for line in order.get("orderLines") or () if line.get("shouldBePicked") is not False)


def _pieces(order: Json) -> tuple[Decimal, Decimal]:
    lines = list(_lines(order))
    wanted, picked = (
        sum((Decimal(line.get(name) or 0) for line in lines), Decimal(0))
        for name in ("orderedNumberOfItems", "pickedNumberOfItems")
    )
    return wanted, picked


def _shipped(order: Json) -> Iterator[tuple[int, Decimal]]:
    """By our line numbers; rows that others have added carry other words."""
    for line in _lines(order):
        row, pieces = str(line.get("rowNumber") or ""), Decimal(line.get("pickedNumberOfItems") or 0)
        if row.isdecimal() and pieces:
            yield int(row), pieces


def _parcels(order: Json) -> Iterator[WarehouseParcel]:
    """The parcels; where there are none, the waybills."""
    carrier, found = _carrier(order), False
    for parcel in order.get("parcels") or ():
        number = str(parcel.get("parcelNumber") or "")
        if not number:
            continue
        found = True
        url = str((parcel.get("tracking") or {}).get("trackingUrl") or "")
        back = parcel.get("isReturnParcel") is True
        yield WarehouseParcel(number=number, carrier=carrier, tracking_url=url, is_return=back)
    if not found:
        yield from _waybills(order, carrier)


def _waybills(order: Json, carrier: str) -> Iterator[WarehouseParcel]:
    bills = [
        (str(item.get("waybill") or ""), str(item.get("trackingUrl") or ""))
        for item in order.get("tracking") or ()
    ]
    bills = bills or [(str(order["orderInfo"].get("wayBill") or ""), "")]
    for number, url in bills:
        if number:
            yield WarehouseParcel(number=number, carrier=carrier, tracking_url=url)


def _carrier(order: Json) -> str:
    transporter = order.get("transporter") or {}
    return str(transporter.get("transporterName") or transporter.get("name") or transporter.get("code") or "")
