"""Orders: put by their number, changed and taken back only before the warehouse is at work."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.ongoing.house import (
    ALLOCATED,
    CANCELLED,
    OPEN,
    STATUSES,
    House,
    Json,
    Record,
    Refused,
    listed,
    now_text,
)

_CHANGED, _UPDATED, _CREATED = "orderStatusChangedTimeFrom", "orderUpdatedTimeFrom", "orderCreatedTimeFrom"


def put(house: House, body: Json) -> tuple[Json, int]:
    """The answer and its status. Raises Refused."""
    for name in ("orderNumber", "deliveryDate", "consignee"):
        if not body.get(name):
            raise Refused(f"The field {name} is required.")
    if len(str(body["consignee"].get("countryCode") or "")) != 2:
        raise Refused("The consignee's country code is not valid.")
    number = str(body["orderNumber"])
    known = house.order(number)
    if known and known.data["orderInfo"]["orderStatus"]["number"] >= ALLOCATED:
        raise Refused(f"The order {number} cannot be changed, since its status is {_status(known)}.")
    lines = [_line(house, row) for row in body.get("orderLines") or ()]
    if known is None:
        return _created(house, number, body, lines), 201
    _fill(known, body, lines)
    known.touch(_UPDATED)
    house.record("update_order", f"{number} {house.new_id()}", reference=number)
    return _answer(known, f"Order number {number} created/updated"), 200


def find(house: House, query: dict[str, str]) -> list[Json]:
    rows = listed(house.orders, query, "orderIdFrom", "maxOrdersToGet")
    number = query.get("orderNumber", "").casefold()
    return [row for row in rows if not number or row["orderInfo"]["orderNumber"].casefold() == number]


def remove(house: House, record: Record) -> Json:
    """Raises Refused."""
    number = record.data["orderInfo"]["orderNumber"]
    if record.data["orderInfo"]["orderStatus"]["number"] >= ALLOCATED:
        raise Refused(f"The order {number} cannot be removed, since its status is {_status(record)}.")
    set_status(record, CANCELLED)
    house.record("cancel_order", str(record.data["orderInfo"]["orderId"]), reference=number)
    return _answer(record, f"Order number {number} deleted")


def set_status(record: Record, number: int, text: str = "") -> None:
    record.data["orderInfo"]["orderStatus"] = {"number": number, "text": text or STATUSES.get(number, "")}
    record.touch(_CHANGED, _UPDATED)


def _created(house: House, number: str, body: Json, lines: list[Json]) -> Json:
    record = Record(
        {"goodsOwner": {"id": house.owner, "name": house.warehouse}, "parcels": [], "tracking": []}
    )
    record.data["orderInfo"] = {
        "orderId": house.new_id(),
        "orderNumber": number,
        "createdDate": now_text(),
        "shippedTime": None,
        "wayBill": None,
    }
    _fill(record, body, lines)
    set_status(record, OPEN)
    record.touch(_CREATED)
    order_id = record.data["orderInfo"]["orderId"]
    house.orders[order_id] = record
    house.record("create_order", number, reference=number, object=str(order_id))
    customer = body["consignee"].get("customerNumber") or ""
    return _answer(
        record,
        f"Customer with customer number '{customer}' created. <br/> <br/>Order number {number} created/updated",
    )


def _fill(record: Record, body: Json, lines: list[Json]) -> None:
    own = ("goodsOwnerId", "orderNumber", "orderLines", "consignee", "transporter", "warehouseId")
    record.data["orderInfo"] |= {name: value for name, value in body.items() if name not in own}
    record.data["consignee"] = dict(body["consignee"])
    transporter = body.get("transporter") or {}
    record.data["transporter"] = {
        "transporterName": transporter.get("transporterCode", ""),
        "code": transporter.get("transporterCode"),
        "serviceCode": transporter.get("transporterServiceCode"),
    }
    record.data["orderLines"] = lines


def _line(house: House, row: Json) -> Json:
    if not row.get("rowNumber") or not row.get("articleNumber"):
        raise Refused("Each order line needs a row number and an article number.")
    nothing = dict.fromkeys(("pickedNumberOfItems", "reportedNumberOfItems", "returnedNumberOfItems"), 0)
    return {
        "id": house.new_id(),
        "rowNumber": str(row["rowNumber"]),
        "article": house.known_article(row["articleNumber"]),
        "orderedNumberOfItems": row.get("numberOfItems", 0),
        "shouldBePicked": True,
        **nothing,
    }


def _status(record: Record) -> str:
    status: Any = record.data["orderInfo"]["orderStatus"]
    return f"{status['number']} {status['text']}"


def _answer(record: Record, message: str) -> Json:
    return {"orderId": record.data["orderInfo"]["orderId"], "message": message}
