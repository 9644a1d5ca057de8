"""The way of a call through Front Systems: two keys, then the tenant's resource."""

from __future__ import annotations

import json
from typing import Any

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.router import Router
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.frontsystems import catalog, controls, odata, orders
from connectors.sandbox.frontsystems.events import Events
from connectors.sandbox.frontsystems.tenant import STORES, FrontSystemsError, Json, Tenant, problem

_REST = "/restapi/V2/api"
routes = Router()


class FrontSystems(Vendor):
    slug = "frontsystems"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.tenants: dict[str, Tenant] = {}
        self.events = Events(self.slug)

    def serve(self, request: Request, course: Course) -> Response:
        return self.run(course, lambda: self._answer(request))

    def failure(self, status: int) -> Response:
        return json_response({"message": f"Injected failure {status}"}, status)

    def control(self, request: Request) -> Response:
        found = controls.routes.find(request.method, request.path)
        if found is None:
            return super().control(request)
        with self.lock:
            return json_response(found[0](self.tenant, self.events, request.json(), **found[1]))

    def close(self) -> None:
        self.events.close()

    def tenant(self, name: str) -> Tenant:
        """It opens with its first call."""
        with self.lock:
            return self.tenants.setdefault(name, Tenant(name, self.ledger))

    def _answer(self, request: Request) -> Response:
        try:
            name = _login(request)
            found = routes.find(request.method, request.path)
            if found is None:
                raise FrontSystemsError(404, {"statusCode": 404, "message": "Resource not found"})
            handler, names = found
            return json_response(handler(self.tenant(name), request, **names))
        except FrontSystemsError as error:
            return json_response(error.body, error.status)


def _login(request: Request) -> str:
    gateway, key = (request.headers.get(name, "") for name in ("ocp-apim-subscription-key", "x-api-key"))
    if not gateway or gateway.startswith("wrong"):
        raise FrontSystemsError(
            401, {"statusCode": 401, "message": "Access denied due to a wrong subscription key"}
        )
    if not key or key.startswith("wrong"):
        raise FrontSystemsError(401, {"message": "The API key is not known"})
    return key.partition(".")[0]


def _body(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except ValueError:
        raise problem(body="The body is no JSON") from None


@routes.route("GET", "/odata/Sales")
def _sales(tenant: Tenant, request: Request) -> Json:
    return odata.sales(tenant, request.query)


@routes.route("GET", "/odata/Saleslines")
def _rows(tenant: Tenant, request: Request) -> Json:
    return odata.rows(tenant, request.query)


@routes.route("GET", f"{_REST}/Environment")
def _environment(tenant: Tenant, request: Request) -> Json:
    return {"environment": "sandbox", "tenant": tenant.name}


@routes.route("GET", f"{_REST}/Stores")
def _stores(tenant: Tenant, request: Request) -> list[Json]:
    return [
        {"StoreId": store, "StockId": stock, "StoreName": f"Store {store}", "Currency": "NOK"}
        for stock, store in STORES.items()
    ]


@routes.route("GET", f"{_REST}/OmniChannel")
def _order(tenant: Tenant, request: Request) -> Json:
    return orders.named(tenant, request.query.get("orderNo", ""))


@routes.route("POST", f"{_REST}/OmniChannel")
def _make_order(tenant: Tenant, request: Request) -> int:
    return orders.make(tenant, _body(request), request.headers.get("x-stockid", ""))


@routes.route("PUT", f"{_REST}/OmniChannel")
def _change_order(tenant: Tenant, request: Request) -> int:
    return orders.change(tenant, _body(request))


@routes.route("PUT", f"{_REST}/Sale")
def _book(tenant: Tenant, request: Request) -> int:
    return orders.book(tenant, _body(request), request.headers.get("x-storeid", ""))


@routes.route("GET", f"{_REST}/Sale/freight")
def _freight(tenant: Tenant, request: Request) -> str:
    return orders.FREIGHT


@routes.route("PUT", f"{_REST}/v2/Products/bulk-upsert")
def _upsert(tenant: Tenant, request: Request) -> Json:
    return catalog.upsert(tenant, _body(request))


@routes.route("POST", f"{_REST}/Product")
def _products(tenant: Tenant, request: Request) -> list[Json]:
    body = _body(request)
    return catalog.page(catalog.products(tenant, body), body)


@routes.route("POST", f"{_REST}/Product/count")
def _count_products(tenant: Tenant, request: Request) -> int:
    return len(catalog.products(tenant, _body(request)))


@routes.route("GET", f"{_REST}/Pricelist")
def _price_lists(tenant: Tenant, request: Request) -> list[Json]:
    return catalog.price_lists(tenant)


@routes.route("POST", f"{_REST}/PricelistV2")
def _set_prices(tenant: Tenant, request: Request) -> Json:
    return catalog.set_prices(tenant, _body(request))


@routes.route("GET", f"{_REST}/PricelistV2/{{number}}/prices")
def _prices(tenant: Tenant, request: Request, number: str) -> list[Json]:
    return catalog.prices(tenant, int(number))


@routes.route("POST", f"{_REST}/Stock")
def _levels(tenant: Tenant, request: Request) -> list[Json]:
    body = _body(request)
    return catalog.page(catalog.levels(tenant, body), body)


@routes.route("POST", f"{_REST}/Stock/count")
def _count_levels(tenant: Tenant, request: Request) -> int:
    return len(catalog.levels(tenant, _body(request)))


@routes.route("GET", f"{_REST}/Stock/gtin/{{gtin}}")
def _levels_of(tenant: Tenant, request: Request, gtin: str) -> list[Json]:
    return catalog.levels_of(tenant, gtin)


@routes.route("POST", f"{_REST}/Stock/adjust")
def _adjust(tenant: Tenant, request: Request) -> str:
    return catalog.adjust(tenant, _body(request))


@routes.route("POST", f"{_REST}/Customer")
def _customers(tenant: Tenant, request: Request) -> list[Json]:
    body = _body(request)
    return catalog.page(catalog.customers(tenant, body), body)


@routes.route("POST", f"{_REST}/Customer/count")
def _count_customers(tenant: Tenant, request: Request) -> int:
    return len(catalog.customers(tenant, _body(request)))


@routes.route("PUT", f"{_REST}/Customer")
def _put_customer(tenant: Tenant, request: Request) -> int:
    return catalog.put_customer(tenant, _body(request))
