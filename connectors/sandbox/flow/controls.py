"""What shoppers and staff do: the control API under /_/flow/tenants/<tenant>/."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from connectors.sandbox.core.router import Router
from connectors.sandbox.flow import goods, orders
from connectors.sandbox.flow.hooks import Hooks, pointer
from connectors.sandbox.flow.tenant import Json, Tenant, now

routes = Router()

Tenants = Callable[[str], Tenant]


@routes.route("GET", "/tenants/{uid}")
def show(tenants: Tenants, hooks: Hooks, data: Json, uid: str) -> Json:
    """Orders, products by SKU, prices in hundredths, customers by our number."""
    tenant = tenants(uid)
    return {
        "orders": list(tenant.orders.values()),
        "products": {item["sku"]: item for item in tenant.products.values()},
        "prices": tenant.prices,
        "customers": {item.get("externalId"): item for item in tenant.customers.values()},
        "told": list(hooks.deliveries),
    }


@routes.route("POST", "/tenants/{uid}/sales")
def ring_up(tenants: Tenants, hooks: Hooks, data: Json, uid: str) -> Json:
    """A receipt: {"lines": [{"sku", "name", "pieces", "price"}], "store", "pays", "of", "delivered"}.

    `price` is that of a piece with tax; negative pieces come back, of the order `of`.
    """
    tenant, store = tenants(uid), data.get("store", "st-oslo")
    links = [{"orderUid": data["of"]}] if data.get("of") else []
    items = [{**_item(line), "orderLinks": links} for line in data["lines"]]
    order = orders.settle(tenant, orders.add(tenant, store, {}, items), data.get("pays", "CARD"))
    about = {"store": {"Id": 1, "Uid": store}, "order": pointer(order["orderUid"])}
    hooks.emit(tenant, "ORDER_SETTLED", **about)
    if data.get("delivered"):
        order |= {"deliveryState": "DELIVERED", "lastModifiedAt": now()}
        hooks.emit(tenant, "ORDER_DELIVERED", **about)
    return order


@routes.route("POST", "/tenants/{uid}/products")
def stock_up(tenants: Tenants, hooks: Hooks, data: Json, uid: str) -> Json:
    """{"items": [{"sku", "name", "stock": {"st-oslo": "5"}}]}"""
    tenant = tenants(uid)
    for item in data["items"]:
        product = tenant.product_of(item["sku"]) or goods.make_product(
            tenant, {"sku": item["sku"], "name": item.get("name", item["sku"])}
        )
        for store, pieces in item.get("stock", {}).items():
            tenant.stock[product["productUid"], store] = _hundredths(pieces)
        hooks.emit(tenant, "STOCK_CHANGE", product=pointer(product["productUid"]))
    return {"products": len(tenant.products)}


@routes.route("POST", "/tenants/{uid}/transports")
def add_transport(tenants: Tenants, hooks: Hooks, data: Json, uid: str) -> Json:
    """{"url", "headers": [{"key", "value"}], "actions", "times"}"""
    tenants(uid).transports.append(data)
    return {"transports": len(tenants(uid).transports)}


def _item(line: Json) -> Json:
    pieces = int(line.get("pieces", 1))
    return {
        "sku": line["sku"],
        "name": line.get("name", line["sku"]),
        "quantityOrdered": pieces * 100,
        "lineTotal": _hundredths(line["price"]) * pieces,
    }


def _hundredths(value: object) -> int:
    return int(Decimal(str(value)) * 100)
