"""The way of a call through Sitoo: login, account, site, resource; and batches, whose items fail one by one."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from typing import Any

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.router import Router
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.sitoo import catalog, controls, orders, stock
from connectors.sandbox.sitoo.account import Account, Json, SitooError
from connectors.sandbox.sitoo.events import Events

_PATH = re.compile(r"/v2/accounts/(?P<account>[0-9]+)(?P<rest>/.+)\.json")
SITE = 1

routes = Router()


class Sitoo(Vendor):
    slug = "sitoo"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.accounts: dict[str, Account] = {}
        self.events = Events(self.slug)

    def serve(self, request: Request, course: Course) -> Response:
        return self.run(course, lambda: self._answer(request))

    def failure(self, status: int) -> Response:
        return json_response({"statuscode": status, "errortext": f"Injected failure {status}"}, status)

    def control(self, request: Request) -> Response:
        found = controls.routes.find(request.method, request.path)
        if found is None:
            return super().control(request)
        with self.lock:
            return json_response(found[0](self.account, self.events, request.json(), **found[1]))

    def close(self) -> None:
        self.events.close()

    def account(self, number: str) -> Account:
        """It opens with its first call."""
        with self.lock:
            return self.accounts.setdefault(number, Account(number, self.ledger))

    def _answer(self, request: Request) -> Response:
        try:
            _check_login(request.headers.get("authorization", ""))
            place = _PATH.fullmatch(request.path)
            found = routes.find(request.method, place["rest"]) if place else None
            if place is None or found is None:
                raise SitooError(404, f"There is no {request.method} {request.path}")
            handler, names = found
            return json_response(handler(self.account(place["account"]), request, **names))
        except SitooError as error:
            return json_response({"statuscode": error.status, "errortext": error.text}, error.status)


def _check_login(header: str) -> None:
    word, _, encoded = header.partition(" ")
    try:
        name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        name, password = "", ""
    if word != "Basic" or not name or not password or password.startswith("wrong"):
        raise SitooError(401, "Authorization failed")


def _body(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except ValueError:
        raise SitooError(400, "Invalid syntax") from None


def _batch(request: Request, each: Callable[[Json], Any]) -> list[Json]:
    """An answer for each item; the call itself is a success."""
    items = _body(request)
    if not isinstance(items, list) or not items:
        raise SitooError(400, "An array is expected")
    return [_one(each, item) for item in items]


def _one(each: Callable[[Json], Any], item: Any) -> Json:
    try:
        if not isinstance(item, dict):
            raise SitooError(400, "An object is expected")
        return {"statuscode": 200, "return": each(item)}
    except SitooError as error:
        return {"statuscode": error.status, "errortext": error.text}


def _number(text: str) -> int:
    if not text.isdecimal():
        raise SitooError(404, f"{text} is no number")
    return int(text)


def _site(text: str) -> int:
    if text != str(SITE):
        raise SitooError(404, f"There is no site {text}")
    return SITE


@routes.route("GET", "/sites")
def _sites(account: Account, request: Request) -> Json:
    site = {"siteid": "{SITE}", "protocol": "https", "server": "store.example", "eshopid": SITE}
    return {"totalcount": 1, "items": [site]}


@routes.route("GET", "/orders")
def _read_orders(account: Account, request: Request) -> Json:
    return orders.read(account, request.query)


@routes.route("POST", "/sites/{site}/orders")
def _make_order(account: Account, request: Request, site: str) -> int:
    return orders.make(account, _body(request), _site(site))


@routes.route("PUT", "/sites/{site}/orders/{number}")
def _change_order(account: Account, request: Request, site: str, number: str) -> bool:
    return orders.change(account, _number(number), _body(request))


@routes.route("GET", "/sites/{site}/warehouses")
def _warehouses(account: Account, request: Request, site: str) -> Json:
    rows = [stock.kind_of(account, number) for number in account.warehouses]
    return {"totalcount": len(rows), "items": rows}


@routes.route("GET", "/sites/{site}/warehouses/{number}")
def _warehouse(account: Account, request: Request, site: str, number: str) -> Json:
    return stock.kind_of(account, _number(number))


@routes.route("GET", "/sites/{site}/warehouses/{number}/warehouseitems")
def _levels(account: Account, request: Request, site: str, number: str) -> Json:
    return stock.read(account, _number(number), request.query)


@routes.route("PUT", "/sites/{site}/warehouses/{number}/warehouseitems")
def _set_levels(account: Account, request: Request, site: str, number: str) -> list[Json]:
    return _batch(request, lambda item: stock.state(account, _number(number), item))


@routes.route("POST", "/sites/{site}/warehousetransactions")
def _move(account: Account, request: Request, site: str) -> list[Json]:
    return _batch(request, lambda item: stock.move(account, item))


@routes.route("GET", "/sites/{site}/products")
def _products(account: Account, request: Request, site: str) -> Json:
    return catalog.products(account, request.query)


@routes.route("POST", "/sites/{site}/products")
def _make_products(account: Account, request: Request, site: str) -> list[Json]:
    return _batch(request, lambda item: catalog.make_product(account, item))


@routes.route("PUT", "/sites/{site}/products")
def _change_products(account: Account, request: Request, site: str) -> list[Json]:
    return _batch(request, lambda item: catalog.change_product(account, item))


@routes.route("GET", "/sites/{site}/productgroups")
def _groups(account: Account, request: Request, site: str) -> Json:
    return catalog.groups(request.query)


@routes.route("GET", "/sites/{site}/pricelists")
def _lists(account: Account, request: Request, site: str) -> Json:
    return catalog.lists(account, request.query)


@routes.route("GET", "/sites/{site}/pricelists/{number}/pricelistitems")
def _prices(account: Account, request: Request, site: str, number: str) -> Json:
    return catalog.prices(account, _number(number), request.query)


@routes.route("PUT", "/sites/{site}/pricelists/{number}/pricelistitems")
def _set_prices(account: Account, request: Request, site: str, number: str) -> bool:
    return catalog.set_prices(account, _number(number), _body(request))


@routes.route("GET", "/sites/{site}/users")
def _users(account: Account, request: Request, site: str) -> Json:
    return catalog.users(account, request.query)


@routes.route("POST", "/sites/{site}/users")
def _make_users(account: Account, request: Request, site: str) -> list[Json]:
    return _batch(request, lambda item: catalog.make_user(account, item))


@routes.route("PUT", "/sites/{site}/users")
def _change_users(account: Account, request: Request, site: str) -> list[Json]:
    return _batch(request, lambda item: catalog.change_user(account, item))
