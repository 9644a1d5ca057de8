"""The way of a call through Flow: token, tenant, resource, page."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.router import Router
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.flow import controls, goods, orders
from connectors.sandbox.flow.hooks import Hooks
from connectors.sandbox.flow.tenant import FlowError, Json, Tenant

_PATH = re.compile(r"/v2/tenants/(?P<tenant>[A-Za-z0-9_-]+)(?P<rest>/.+)")
#: Whatever is asked for, no more come at once.
MOST = 1000

routes = Router()


class Flow(Vendor):
    slug = "flow"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.tenants: dict[str, Tenant] = {}
        self.hooks = Hooks(self.slug)

    def serve(self, request: Request, course: Course) -> Response:
        return self.run(course, lambda: self._answer(request))

    def failure(self, status: int) -> Response:
        return json_response({"message": f"Injected failure {status}"}, status)

    def control(self, request: Request) -> Response:
        found = controls.routes.find(request.method, request.path)
        if found is None:
            return super().control(request)
        with self.lock:
            return json_response(found[0](self.tenant, self.hooks, request.json(), **found[1]))

    def close(self) -> None:
        self.hooks.close()

    def tenant(self, uid: str) -> Tenant:
        """It opens with its first call."""
        with self.lock:
            return self.tenants.setdefault(uid, Tenant(uid, self.ledger))

    def _answer(self, request: Request) -> Response:
        try:
            token = request.headers.get("authorization", "").removeprefix("Bearer ")
            if not token or token.startswith("wrong"):
                raise FlowError(401, "The token is not known")
            place = _PATH.fullmatch(request.path)
            found = routes.find(request.method, place["rest"]) if place else None
            if place is None or found is None:
                raise FlowError(404, f"There is no {request.method} {request.path}")
            handler, names = found
            return json_response(handler(self.tenant(place["tenant"]), request, **names))
        except FlowError as error:
            return json_response({"message": error.text}, error.status)


def _body(request: Request) -> Json:
    try:
        body = json.loads(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise FlowError(400, "The body is no object")
    return body


def _paged(items: Sequence[Json], request: Request) -> Json:
    number, size = (
        request.query.get(name, default) for name, default in (("pageNumber", "1"), ("pageSize", "25"))
    )
    if not (number.isdecimal() and size.isdecimal() and int(number) > 0 and int(size) > 0):
        raise FlowError(400, "pageNumber and pageSize are integers above 0")
    most = min(int(size), MOST)
    start = (int(number) - 1) * most
    paging: dict[str, Any] = {"pageNumber": int(number), "pageSize": most, "totalCount": len(items)}
    return {"items": list(items[start : start + most]), "paging": paging}


@routes.route("GET", "/reasons")
def _reasons(tenant: Tenant, request: Request) -> Json:
    return _paged([{"reasonUid": "rs-1", "name": "Return"}], request)


@routes.route("POST", "/receipts/search")
def _receipts(tenant: Tenant, request: Request) -> Json:
    return _paged(orders.search(tenant, _body(request)), request)


@routes.route("GET", "/orders/{uid}")
def _order(tenant: Tenant, request: Request, uid: str) -> Json:
    return orders.order_of(tenant, uid)


@routes.route("POST", "/stores/{store}/orders")
def _make_order(tenant: Tenant, request: Request, store: str) -> Json:
    return orders.make(tenant, store, _body(request))


@routes.route("GET", "/products")
def _products(tenant: Tenant, request: Request) -> Json:
    return _paged(list(tenant.products.values()), request)


@routes.route("POST", "/products/stock")
def _stock(tenant: Tenant, request: Request) -> Json:
    return _paged(goods.stock(tenant, _body(request)), request)


@routes.route("POST", "/products")
def _make_product(tenant: Tenant, request: Request) -> Json:
    return goods.make_product(tenant, _body(request))


@routes.route("PUT", "/products/{uid}")
def _change_product(tenant: Tenant, request: Request, uid: str) -> Json:
    return goods.change_product(tenant, uid, _body(request))


@routes.route("PUT", "/products/{uid}/price")
def _set_price(tenant: Tenant, request: Request, uid: str) -> Json:
    return goods.set_price(tenant, uid, _body(request))


@routes.route("GET", "/customers")
def _customers(tenant: Tenant, request: Request) -> Json:
    wanted = request.query.get("customerExternalId")
    found = [item for item in tenant.customers.values() if wanted in {None, item.get("externalId")}]
    return _paged(found, request)


@routes.route("POST", "/customers")
def _make_customer(tenant: Tenant, request: Request) -> Json:
    return goods.make_customer(tenant, _body(request))


@routes.route("PUT", "/customers/{uid}")
def _change_customer(tenant: Tenant, request: Request, uid: str) -> Json:
    return goods.change_customer(tenant, uid, _body(request))
