"""The way of a call through Magento: shop, store view, login, route, and refusals in its own shape."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.magento import controls, goods, queue
from connectors.sandbox.magento.login import Doorkeeper
from connectors.sandbox.magento.routes import Call, routes
from connectors.sandbox.magento.shop import Json, Refused, Shop

_PATH = re.compile(
    r"(?:/(?P<shop>[a-z0-9][a-z0-9-]*))?/rest/(?P<store>[a-z0-9_]+)/(?P<queue>async/bulk/)?V1/(?P<rest>.+)"
)
_PRODUCT = re.compile(r"products/(?!base-prices$|special-price|bySku$)(?P<sku>.+)")


class Magento(Vendor):
    slug = "magento"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.shops: dict[str, Shop] = {}
        self.door = Doorkeeper()

    def serve(self, request: Request, course: Course) -> Response:
        return self.run(course, lambda: self._answer(request))

    def failure(self, status: int) -> Response:
        message = "Internal Error. Details are available in Magento log file. Report ID: webapi-injected"
        return json_response({"message": message}, status)

    def control(self, request: Request) -> Response:
        found = controls.routes.find(request.method, request.path)
        if found is None:
            return super().control(request)
        with self.lock:
            return json_response(found[0](self, request.json() if request.body else {}, **found[1]))

    def shop(self, name: str) -> Shop:
        """The shop of that name, which opens with its first call."""
        return self.shops.setdefault(name, Shop(name, self.ledger))

    def _answer(self, request: Request) -> Response:
        try:
            return json_response(self._done(request))
        except Refused as refusal:
            return json_response(refusal.body, refusal.status)

    def _done(self, request: Request) -> Any:
        place = _PATH.fullmatch(request.path)
        if place is None:
            raise Refused("Request does not match any route.", status=404)
        body = _body(request)
        if place["rest"] == "integration/admin/token" and request.method == "POST":
            return self.door.admin_token(body)
        self.door.admit(request, f"/{self.slug}{_as_sent(request.path, place['rest'])}")
        call = Call(self.shop(place["shop"] or "shop"), place["store"], body, request.query)
        if place["queue"]:
            return _queued(call, request.method, place["rest"])
        return _routed(call, request.method, place["rest"])


def _body(request: Request) -> Any:
    try:
        return request.json() if request.body else {}
    except ValueError:
        raise Refused("Decoding error: Syntax error.") from None


def _as_sent(path: str, rest: str) -> str:
    """The path in its escapes, in which a SKU's slash is none of the path's."""
    product = _PRODUCT.fullmatch(rest)
    if product is None:
        return quote(path)
    return quote(path.removesuffix(product["sku"])) + quote(product["sku"], safe="")


def _routed(call: Call, method: str, rest: str) -> Any:
    product = _PRODUCT.fullmatch(rest)
    if product is not None:
        if method == "PUT":
            return goods.save_product(call.shop, product["sku"], call.body["product"])
        return goods.product(call.shop, product["sku"])
    found = routes.find(method, rest)
    if found is None:
        raise Refused("Request does not match any route.", status=404)
    return found[0](call, **found[1])


def _queued(call: Call, method: str, rest: str) -> Json:
    works: dict[tuple[str, str], Callable[[Json], Any]] = {
        ("PUT", "products/bySku"): lambda part: goods.save_product(call.shop, part["sku"], part["product"]),
        ("POST", "inventory/source-items"): lambda part: goods.save_stock(call.shop, part["sourceItems"]),
    }
    if (method, rest) not in works:
        raise Refused("Request does not match any route.", status=404)
    return queue.accept(call.shop, call.body, works[method, rest])
