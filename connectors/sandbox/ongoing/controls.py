"""What the people in a warehouse do: the control API under /_/ongoing/."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from connectors.sandbox.core.router import Router
from connectors.sandbox.core.sender import Post
from connectors.sandbox.ongoing import goods, orders
from connectors.sandbox.ongoing.house import (
    ARRIVED,
    CANCELLED,
    PICKED,
    RECEIVED,
    SENT,
    House,
    Json,
    Record,
    now_text,
)

if TYPE_CHECKING:
    from connectors.sandbox.ongoing.api import Ongoing

routes = Router()
_RELEASED, _ALLOCATED = 300, 320


@routes.route("GET", "/houses/{warehouse}/{owner}")
def show(ongoing: Ongoing, data: Json, warehouse: str, owner: str) -> Json:
    """Everything of a goods owner."""
    house = ongoing.house(warehouse, owner)
    parts = {"orders": house.orders, "deliveries": house.deliveries, "returns": house.returns}
    return {
        **{name: [item.data for item in records.values()] for name, records in parts.items()},
        "articles": goods.articles(house, {}),
    }


@routes.route("POST", "/houses/{warehouse}/{owner}/articles")
def stock(ongoing: Ongoing, data: Json, warehouse: str, owner: str) -> Json:
    """{"articles": [{"articleNumber": "WOOL-M", "numberOfItems": 12}]}: made or changed, the pieces added to the stock."""
    house = ongoing.house(warehouse, owner)
    for given in data["articles"]:
        pieces = given.pop("numberOfItems", 0)
        goods.put_article(house, given)
        goods.move_stock(house, given["articleNumber"], pieces)
        _tell(
            ongoing,
            house,
            {"transaction": {"transactionNumberOfItems": pieces}, "article": _article(house, given)},
        )
    return show(ongoing, data, warehouse, owner)


@routes.route("POST", "/houses/{warehouse}/{owner}/orders/{number}/{act}")
def work(ongoing: Ongoing, data: Json, warehouse: str, owner: str, number: str, act: str) -> Json:
    """release, allocate, pick, ship (with {"short": {"2": 1}} pieces of a row left out), cancel; or status, with
    {"number": 425, "text": "Partly sent"} as the warehouse calls it."""
    house = ongoing.house(warehouse, owner)
    order = _order(house, number)
    if act == "status":
        orders.set_status(order, int(data["number"]), str(data.get("text", "")))
    elif act in {"pick", "ship"}:
        _pick(house, order, data.get("short", {}))
        orders.set_status(order, PICKED if act == "pick" else SENT)
        if act == "ship":
            _send(house, order)
    elif act in _STATUS:
        orders.set_status(order, _STATUS[act])
    else:
        raise ValueError(f"Nobody can {act} an order; use pick, ship, status, {', '.join(_STATUS)}.")
    _tell(ongoing, house, _about_order(order))
    return order.data


@routes.route("POST", "/houses/{warehouse}/{owner}/deliveries/{number}/receive")
def receive(ongoing: Ongoing, data: Json, warehouse: str, owner: str, number: str) -> Json:
    """{"pieces": {"1": 36}, "done": true}: rows to what came in now; without pieces all that is missing."""
    house = ongoing.house(warehouse, owner)
    delivery = house.delivery(number)
    if delivery is None:
        raise ValueError(f"{warehouse} expects no delivery {number}")
    for row in delivery.data["purchaseOrderLines"]:
        missing = row["advisedNumberOfItems"] - row["receivedNumberOfItems"]
        pieces = data["pieces"].get(row["rowNumber"], 0) if "pieces" in data else missing
        row["receivedNumberOfItems"] += pieces
        goods.move_stock(house, row["article"]["articleNumber"], pieces)
    goods.set_inbound_status(delivery, RECEIVED if data.get("done", "pieces" not in data) else ARRIVED)
    delivery.touch("lastReceiveTimeFrom")
    info = delivery.data["purchaseOrderInfo"]
    told = {name: info[name] for name in ("purchaseOrderId", "purchaseOrderNumber", "purchaseOrderStatus")}
    _tell(ongoing, house, told)
    return delivery.data


@routes.route("POST", "/houses/{warehouse}/{owner}/returns")
def come_back(ongoing: Ongoing, data: Json, warehouse: str, owner: str) -> Json:
    """{"order": "100234", "pieces": {"1": 1}, "cause": "Too small"}"""
    house = ongoing.house(warehouse, owner)
    made = goods.take_back(house, _order(house, data["order"]), data["pieces"], data.get("cause", "Regret"))
    _tell(ongoing, house, dict(made["returnOrderInfo"]))
    return made


@routes.route("POST", "/houses/{warehouse}/{owner}/webhook")
def webhook(ongoing: Ongoing, data: Json, warehouse: str, owner: str) -> Json:
    """{"url": …, "token": …, "retries": 3, "wait_ms": 200, "paused": true}"""
    house = ongoing.house(warehouse, owner)
    house.webhook |= {name: data.pop(name) for name in ("url", "token") if name in data}
    ongoing.sender.configure(**data)
    return {"url": house.webhook["url"], **ongoing.sender.settings()}


@routes.route("GET", "/posts")
def posts(ongoing: Ongoing, data: Json) -> Json:
    return {"deliveries": list(ongoing.sender.deliveries)}


@routes.route("POST", "/login")
def login(ongoing: Ongoing, data: Json) -> Json:
    """{"refused": ["WSInordstore"]}: these users' passwords are wrong from now on."""
    ongoing.refused = set(data["refused"])
    return data


_STATUS = {"release": _RELEASED, "allocate": _ALLOCATED, "cancel": CANCELLED}


def _pick(house: House, order: Record, short: dict[str, float]) -> None:
    for row in order.data["orderLines"]:
        pieces = row["orderedNumberOfItems"] - short.get(row["rowNumber"], 0)
        if not row["pickedNumberOfItems"]:
            goods.move_stock(house, row["article"]["articleNumber"], -pieces)
        row["pickedNumberOfItems"] = pieces


def _send(house: House, order: Record) -> None:
    number = f"7073{house.new_id():014d}"
    order.data["orderInfo"] |= {"shippedTime": now_text(), "wayBill": number}
    url = f"https://tracking.example/{number}"
    order.data["parcels"] = [
        {
            "id": house.new_id(),
            "parcelNumber": number,
            "isReturnParcel": False,
            "tracking": {"trackingUrl": url},
        }
    ]
    order.data["tracking"] = [{"trackingUrl": url, "waybill": number}]


def _order(house: House, number: str) -> Record:
    order = house.order(number)
    if order is None:
        raise ValueError(f"{house.warehouse} has no order {number}")
    return order


def _about_order(order: Record) -> Json:
    info = order.data["orderInfo"]
    return {
        "orderId": info["orderId"],
        "orderNumber": info["orderNumber"],
        "goodsOwnerOrderId": info.get("goodsOwnerOrderId"),
        "path": f"/api/v1/orders/{info['orderId']}",
        "orderStatus": {"number": info["orderStatus"]["number"]},
        "tracking": order.data["tracking"],
        "parcels": order.data["parcels"],
    }


def _article(house: House, given: Json) -> Any:
    return house.known_article(given["articleNumber"])


def _tell(ongoing: Ongoing, house: House, about: Json) -> None:
    """Where the warehouse has a webhook: ids, hardly more."""
    if not house.webhook["url"]:
        return
    body = {
        "webhookEventId": house.new_id(),
        "system": house.warehouse,
        "timestamp": now_text().removesuffix("Z"),
        "goodsOwnerId": house.owner,
        **about,
    }
    headers = {"Content-Type": "application/json", "X-Auth-Token": house.webhook["token"]}
    content = json.dumps(body).encode()
    ongoing.sender.send(Post(url=house.webhook["url"], make=lambda at: (content, headers)))
