"""The way of a call through Shopify: shop, token, quota, idempotency key, execution, selected fields."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.shopify import (
    catalogue,
    controls,
    fulfilling,
    hooks,
    merchandise,
    reading,
    refunding,
    stock,
    telling,
)
from connectors.sandbox.shopify.call import Call
from connectors.sandbox.shopify.hooks import VERSION, Hooks
from connectors.sandbox.shopify.selection import UnknownField, pick
from connectors.sandbox.shopify.shop import Json, Shop

_PATH = re.compile(r"(?:/(?P<shop>[a-z0-9][a-z0-9-]*))?/admin/api/[0-9]{4}-[0-9]{2}/graphql\.json")
_TOKEN = re.compile(r"shpat_(?:(?P<shop>[a-z0-9][a-z0-9-]*)_)?[A-Za-z0-9]+")
_HEADERS = {"X-Shopify-API-Version": VERSION}
_QUERY_COST, _BUCKET, _RATE = 100, 2000, 100
Operation = Callable[[Call], Json]
_OPERATIONS: dict[str, Operation] = {
    "CheckShop": reading.check_shop,
    "ReadOrders": reading.read_orders,
    "ReadOrderLines": reading.read_order_lines,
    "ReadLocations": reading.read_locations,
    "ReadFulfilments": reading.read_fulfilments,
    "FindStockItems": stock.find_items,
    "ReadStockLevels": stock.find_items,
    "SetStock": stock.set_stock,
    "CreateFulfilment": fulfilling.create_fulfilment,
    "ReadProducts": catalogue.read_products,
    "ReadVariants": catalogue.read_variants,
    "FindVariants": catalogue.find_variants,
    "FindHandle": catalogue.find_handle,
    "ReadCustomers": catalogue.read_customers,
    "UpdateProduct": merchandise.update_product,
    "SetProduct": merchandise.set_product,
    "AddVariants": merchandise.add_variants,
    "SetVariants": merchandise.set_variants,
    "ReadShownStatus": telling.read_order,
    "ReadCancellation": telling.read_order,
    "ReadCancelling": telling.read_cancelling,
    "AddTags": telling.add_tags,
    "RemoveTags": telling.remove_tags,
    "SetNote": telling.set_note,
    "SetMetafield": telling.set_metafield,
    "CancelOrder": telling.cancel_order,
    "ReadRefunds": refunding.read_refunds,
    "RefundOrder": refunding.refund_order,
    "ReadWebhooks": hooks.read_subscriptions,
    "Subscribe": hooks.subscribe,
}
#: What is carried out once for each key, with how a used key is refused.
_KEYED: dict[Operation, Callable[[str, str], Json]] = {
    stock.set_stock: stock.refused,
    refunding.refund_order: refunding.refused,
}


class Shopify(Vendor):
    slug = "shopify"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.hooks = Hooks(self.slug)
        self.shops: dict[str, Shop] = {}

    def serve(self, request: Request, course: Course) -> Response:
        found = _PATH.fullmatch(request.path)
        if found is None or request.method != "POST":
            return _answer({"errors": "Not Found"}, 404)
        token = _TOKEN.fullmatch(request.headers.get("x-shopify-access-token", ""))
        if token is None:
            return _answer({"errors": "[API] Invalid API key or access token (unrecognized login)"}, 401)
        try:
            asked = request.json()
            operation, document = _OPERATIONS[asked["operationName"]], asked["query"]
        except (ValueError, LookupError, TypeError):
            return _failed("No such operation is simulated here", "BAD_REQUEST")
        shop = self.shop(found["shop"] or token["shop"] or "shop")
        if self._is_throttled(shop):
            return _throttled(shop.throttled_s)
        call = Call(shop, asked.get("variables") or {}, self.hooks.emit)
        if operation in _KEYED:
            return self._once(operation, call, document, course)
        return self.run(course, lambda: _picked(document, operation(call)))

    def failure(self, status: int) -> Response:
        return _answer({"errors": f"Injected failure {status}"}, status)

    def control(self, request: Request) -> Response:
        found = controls.routes.find(request.method, request.path)
        if found is None:
            return super().control(request)
        with self.lock:
            return json_response(found[0](self.shop, self.hooks, request.json(), **found[1]))

    def close(self) -> None:
        self.hooks.close()

    def shop(self, name: str) -> Shop:
        """The shop of that name, which opens with its first call."""
        with self.lock:
            return self.shops.setdefault(name, Shop(name, self.ledger))

    def _is_throttled(self, shop: Shop) -> bool:
        with self.lock:
            throttled = shop.throttled > 0
            shop.throttled -= throttled
            return throttled

    def _once(self, operation: Operation, call: Call, document: str, course: Course) -> Response:
        """Execute, or answer as the same key was answered; a key whose try has failed is used up."""
        key = call.variables.get("idempotencyKey") or ""
        if not key.strip() or "@idempotent(key: $idempotencyKey)" not in document:
            return _failed("The @idempotent directive is required for this mutation", "BAD_REQUEST")
        refusal = self._claim(call, key, _KEYED[operation])
        if refusal is not None:
            return _picked(document, refusal)
        done: list[Json] = []
        try:
            return self.run(course, lambda: _picked(document, self._noted(done, operation(call))))
        finally:
            with self.lock:
                call.shop.working.discard(key)
                call.shop.keys[key] = (call.variables["input"], done[0] if done else None)

    def _claim(self, call: Call, key: str, refused: Callable[[str, str], Json]) -> Json | None:
        """What a key that is not new answers; None for a new one."""
        shop = call.shop
        with self.lock:
            if key in shop.working:
                return refused("IDEMPOTENCY_CONCURRENT_REQUEST", "This request is currently in progress.")
            if key not in shop.keys:
                shop.working.add(key)
                return None
            asked, answered = shop.keys[key]
        if asked != call.variables["input"]:
            return refused("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "The key was used with other parameters.")
        if answered is None:
            return refused("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "A request with this key has failed.")
        return answered

    def _noted(self, done: list[Json], answer: Json) -> Json:
        done.append(answer)
        return answer


def _picked(document: str, data: Json) -> Response:
    try:
        return _answer({"data": pick(document, data), "extensions": _cost(_BUCKET - _QUERY_COST)})
    except UnknownField as error:
        return _failed(str(error), "undefinedField")


def _throttled(seconds: float) -> Response:
    return _failed("Throttled", "THROTTLED", extensions=_cost(_QUERY_COST - seconds * _RATE))


def _failed(message: str, code: str, **more: Json) -> Response:
    return _answer({"errors": [{"message": message, "extensions": {"code": code}}], **more})


def _cost(available: float) -> Json:
    status = {"maximumAvailable": _BUCKET, "currentlyAvailable": available, "restoreRate": _RATE}
    return {"cost": {"requestedQueryCost": _QUERY_COST, "throttleStatus": status}}


def _answer(body: Json, status: int = 200) -> Response:
    return Response(status, json.dumps(body).encode(), headers=_HEADERS)
