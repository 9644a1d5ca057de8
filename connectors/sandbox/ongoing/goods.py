"""Articles with their stock, goods that are on their way, and goods that came back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.sandbox.ongoing.house import (
    ARRIVED,
    CANCELLED,
    INBOUND,
    NOTIFIED,
    SENT,
    House,
    Json,
    Record,
    Refused,
    listed,
    moment,
    now_text,
)

_STOCK = "stockInfoChangedFrom"
_WAREHOUSE = 1


def put_article(house: House, body: Json) -> Json:
    number = str(body.get("articleNumber") or "")
    if not number:
        raise Refused("The field articleNumber is required.")
    known = house.article(number)
    if known is None:
        known = Record({"articleSystemId": house.new_id(), "articleName": "", "isStockArticle": True})
        known.data["inventoryInfo"] = {"numberOfItems": 0}
        house.articles[known.data["articleSystemId"]] = known
        known.touch(_STOCK)
    known.data |= {name: value for name, value in body.items() if name != "goodsOwnerId"}
    house.record("put_article", f"{number} {house.new_id()}", reference=number)
    name = known.data["articleName"]
    return {
        "articleSystemId": known.data["articleSystemId"],
        "message": f"Article {number} {name} Updated/Created",
    }


def articles(house: House, query: dict[str, str]) -> list[Json]:
    """Raises Refused for a time of stock changes that is more than a day ago, as Ongoing does."""
    since = query.get(_STOCK)
    if since and moment(since) < datetime.now(UTC) - timedelta(hours=24):
        raise Refused(f"{_STOCK} must be within 24 hours of the current time.")
    rows = listed(house.articles, query, "articleSystemIdFrom", "maxArticlesToGet")
    return [{**row, "inventoryInfo": _inventory(house, row)} for row in rows]


def per_warehouse(house: House, query: dict[str, str]) -> list[Json]:
    """All goods of a goods owner lie in its first warehouse."""
    return [
        {
            "articleSystemId": row["articleSystemId"],
            "articleNumber": row["articleNumber"],
            "inventoryPerWarehouse": [{"warehouseId": _WAREHOUSE, **row["inventoryInfo"]}],
        }
        for row in articles(house, query)
    ]


def move_stock(house: House, number: str, pieces: float) -> None:
    article = house.article(number)
    if article is None:
        raise ValueError(f"There is no article {number}")
    article.data["inventoryInfo"]["numberOfItems"] += pieces
    article.touch(_STOCK)


def put_delivery(house: House, body: Json) -> Json:
    number = str(body.get("purchaseOrderNumber") or "")
    if not number:
        raise Refused("The field purchaseOrderNumber is required.")
    known = house.delivery(number)
    if known and known.data["purchaseOrderInfo"]["purchaseOrderStatus"]["number"] >= ARRIVED:
        raise Refused(f"The purchase order {number} has been received already and cannot be changed.")
    lines = [_expected(house, row) for row in body.get("purchaseOrderLines") or ()]
    word = "updated" if known else "created"
    record = known or _announced(house, number)
    record.data["purchaseOrderInfo"]["inDate"] = body.get("inDate")
    record.data |= {"supplierInfo": body.get("supplierInfo") or {}, "purchaseOrderLines": lines}
    order_id = record.data["purchaseOrderInfo"]["purchaseOrderId"]
    identity = f"{number} {house.new_id()}" if known else number
    house.record(f"{word}_delivery", identity, reference=number, object=str(order_id))
    return {"purchaseOrderId": order_id, "message": f"Inorder with order number {number} {word}. <br/>"}


def set_inbound_status(record: Record, number: int) -> None:
    record.data["purchaseOrderInfo"]["purchaseOrderStatus"] = {
        "number": number,
        "text": INBOUND.get(number, ""),
    }
    record.touch("purchaseOrderStatusChangedTimeFrom")


def deliveries(house: House, query: dict[str, str]) -> list[Json]:
    return listed(house.deliveries, query, "purchaseOrderIdFrom", "maxPurchaseOrdersToGet")


def take_back(house: House, order: Record, pieces: dict[str, float], cause: str) -> Json:
    """Pieces of an order's rows come back."""
    info, number = order.data["orderInfo"], house.new_id()
    lines = [
        _returned(row, pieces[row["rowNumber"]], cause)
        for row in order.data["orderLines"]
        if row["rowNumber"] in pieces
    ]
    for row in order.data["orderLines"]:
        row["returnedNumberOfItems"] += pieces.get(row["rowNumber"], 0)
    record = Record(
        {
            "returnOrderInfo": {
                "returnOrderId": number,
                "returnOrderNumber": f"R{number}",
                "returnOrderStatus": {"number": 500, "text": "Returned"},
            },
            "customerOrderInfo": {"orderId": info["orderId"], "orderNumber": info["orderNumber"]},
            "returnOrderLines": lines,
        }
    )
    record.touch("goodsReturnedFromDate")
    house.returns[number] = record
    return record.data


def returns(house: House, query: dict[str, str]) -> list[Json]:
    return listed(house.returns, query, "", "")


def _announced(house: House, number: str) -> Record:
    record = Record({"goodsOwner": {"id": house.owner, "name": house.warehouse}})
    record.data["purchaseOrderInfo"] = {"purchaseOrderId": house.new_id(), "purchaseOrderNumber": number}
    set_inbound_status(record, NOTIFIED)
    house.deliveries[record.data["purchaseOrderInfo"]["purchaseOrderId"]] = record
    return record


def _expected(house: House, row: Json) -> Json:
    return {
        "id": house.new_id(),
        "rowNumber": str(row["rowNumber"]),
        "article": house.known_article(row["articleNumber"]),
        "advisedNumberOfItems": row.get("numberOfItems", 0),
        "receivedNumberOfItems": 0,
        "reportedNumberOfItems": 0,
    }


def _inventory(house: House, article: Json) -> Json:
    """What is promised to orders that have not left is not sellable."""
    there = article["inventoryInfo"]["numberOfItems"]
    booked = sum(
        row["orderedNumberOfItems"]
        for order in house.orders.values()
        if order.data["orderInfo"]["orderStatus"]["number"] not in {CANCELLED} and not _has_left(order)
        for row in order.data["orderLines"]
        if row["article"]["articleNumber"] == article["articleNumber"]
    )
    return {
        "numberOfItems": there,
        "numberOfBookedItems": booked,
        "numberOfLockedItems": 0,
        "sellableNumberOfItems": there - booked,
    }


def _has_left(order: Record) -> bool:
    return bool(order.data["orderInfo"]["orderStatus"]["number"] >= SENT)


def _returned(row: Json, pieces: float, cause: str) -> Any:
    return {
        "returnOrderRowNumber": row["rowNumber"],
        "customerOrderLine": {"orderLineId": row["id"], "customerOrderRowNumber": row["rowNumber"]},
        "article": row["article"],
        "returnCause": {"code": cause.upper().replace(" ", "_"), "name": cause},
        "returnedNumberOfItems": pieces,
        "returnedArticleItems": [{"numberOfItems": pieces, "returnTime": now_text()}],
    }
