"""The way of a call through Ongoing: warehouse, login, goods owner, route, and refusals as texts."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.sender import Sender
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.ongoing import controls, goods, orders
from connectors.sandbox.ongoing.house import INBOUND, STATUSES, House, Json, Record, Refused

_PATH = re.compile(r"/(?P<warehouse>[A-Za-z0-9_-]+)/api/v1/(?P<rest>.+)")
_ORDER = re.compile(r"orders/(?P<number>\d+)")


class Ongoing(Vendor):
    """`refused` are user names whose password is wrong."""

    slug = "ongoing"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.houses: dict[tuple[str, int], House] = {}
        self.refused: set[str] = set()
        self.sender = Sender(self.slug)

    def serve(self, request: Request, course: Course) -> Response:
        return self.run(course, lambda: self._answer(request))

    def failure(self, status: int) -> Response:
        return json_response({"message": "An error has occurred."}, status)

    def control(self, request: Request) -> Response:
        found = controls.routes.find(request.method, request.path)
        if found is None:
            return super().control(request)
        with self.lock:
            return json_response(found[0](self, request.json() if request.body else {}, **found[1]))

    def close(self) -> None:
        self.sender.close()

    def house(self, warehouse: str, owner: Any) -> House:
        """A goods owner's part of a warehouse, which opens with its first call."""
        if not str(owner or "").isdecimal():
            raise Refused("The goods owner ID is missing or not valid.")
        key = warehouse.lower(), int(owner)
        if key not in self.houses:
            self.houses[key] = House(*key, self.ledger)
        return self.houses[key]

    def _answer(self, request: Request) -> Response:
        try:
            return self._done(request)
        except Refused as refusal:
            return json_response(refusal.body, refusal.status)

    def _done(self, request: Request) -> Response:
        place = _PATH.fullmatch(request.path)
        if place is None:
            raise Refused("No HTTP resource was found that matches the request URI.", 404)
        self._admit(request.headers)
        warehouse, rest = place["warehouse"], place["rest"]
        if request.method == "GET":
            return json_response(self._read(warehouse, rest, request.query))
        if request.method == "PUT":
            return self._put(warehouse, rest, _body(request))
        return json_response(
            self._delete(warehouse, rest, request.query) if request.method == "DELETE" else _nowhere()
        )

    def _admit(self, headers: Mapping[str, str]) -> None:
        kind, _, encoded = headers.get("authorization", "").partition(" ")
        try:
            user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            user, password = "", ""
        if kind != "Basic" or not user.startswith("WSI") or not password or user in self.refused:
            raise Refused("The user name or password is incorrect.", 401)

    def _read(self, warehouse: str, rest: str, query: dict[str, str]) -> Any:
        if rest == "orders/statuses":
            return {"orderStatuses": _words(STATUSES)}
        if rest == "purchaseOrders/statuses":
            return {"purchaseOrderStatuses": _words(INBOUND)}
        if rest == "warehouses":
            return [{"id": 1, "code": "MAIN", "name": warehouse}]
        order = _ORDER.fullmatch(rest)
        if order:
            return self._order(warehouse, int(order["number"]))[1].data
        lists = {
            "orders": orders.find,
            "articles": goods.articles,
            "articles/inventoryPerWarehouse": goods.per_warehouse,
            "purchaseOrders": goods.deliveries,
            "returnOrders": goods.returns,
        }
        if rest not in lists:
            return _nowhere()
        return lists[rest](self.house(warehouse, query.get("goodsOwnerId")), query)

    def _put(self, warehouse: str, rest: str, body: Json) -> Response:
        house = self.house(warehouse, body.get("goodsOwnerId"))
        if rest == "orders":
            return json_response(*orders.put(house, body))
        if rest == "articles":
            return json_response(goods.put_article(house, body))
        return json_response(goods.put_delivery(house, body) if rest == "purchaseOrders" else _nowhere())

    def _delete(self, warehouse: str, rest: str, query: dict[str, str]) -> Json:
        order = _ORDER.fullmatch(rest)
        if order:
            house, record = self._order(warehouse, int(order["number"]))
            return orders.remove(house, record)
        house = self.house(warehouse, query.get("goodsOwnerId"))
        named = house.order(query.get("orderNumber", "")) if rest == "orders" else None
        if named is None:
            raise Refused("The order was not found.", 404)
        return orders.remove(house, named)

    def _order(self, warehouse: str, number: int) -> tuple[House, Record]:
        for (name, _), house in self.houses.items():
            if name == warehouse.lower() and number in house.orders:
                return house, house.orders[number]
        raise Refused("The order was not found.", 404)


def _words(statuses: Mapping[int, str]) -> list[Json]:
    return [{"number": number, "text": text} for number, text in statuses.items()]


def _nowhere() -> Any:
    raise Refused("No HTTP resource was found that matches the request URI.", 404)


def _body(request: Request) -> Json:
    try:
        body = json.loads(request.body or b"null")
    except ValueError:
        raise Refused("The request body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise Refused("The request body is missing.")
    return body
