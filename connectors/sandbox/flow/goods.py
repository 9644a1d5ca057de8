"""Products, their stock, and customers."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.sandbox.flow.tenant import STORES, FlowError, Json, Tenant, now


def stock(tenant: Tenant, asked: Json) -> list[Json]:
    """Exactly one way to name products, and one to name places."""
    ways = [name for name in ("productUids", "productSkus") if name in asked]
    places = [name for name in ("storeUids", "warehouseUids") if name in asked]
    if len(ways) != 1 or len(places) != 1:
        raise FlowError(400, "Name products in one way and places in one way")
    key = "productUid" if ways == ["productUids"] else "sku"
    found = [item for item in tenant.products.values() if item[key] in asked[ways[0]]]
    stores = [uid for uid in STORES if places == ["warehouseUids"] or uid in asked["storeUids"]]
    return [_stocked(tenant, item, stores) for item in found]


def make_product(tenant: Tenant, body: Json) -> Json:
    sku = str(body.get("sku", ""))
    if not sku or tenant.product_of(sku):
        raise FlowError(400, f"SKU {sku} is missing or in use already")
    uid = tenant.new_uid("pr")
    blank = {"name": sku, "recommendedRetailPrice": 0, "availableForWeb": False}
    tenant.products[uid] = {**blank, **body, "productUid": uid, "lastModifiedAt": now()}
    tenant.note("product", sku, sku, uid)
    return tenant.products[uid]


def change_product(tenant: Tenant, uid: str, body: Json) -> Json:
    product = _product(tenant, uid)
    product.update({**body, "lastModifiedAt": now()})
    return product


def set_price(tenant: Tenant, uid: str, body: Json) -> Json:
    product = _product(tenant, uid)
    if not isinstance(body.get("price"), int):
        raise FlowError(400, "price is an integer with two implied decimals")
    tenant.prices[product["sku"]] = body["price"]
    return {"productUid": uid, **body}


def make_customer(tenant: Tenant, body: Json) -> Json:
    uid = tenant.new_uid("cu")
    tenant.customers[uid] = {"consents": [], **body, "customerUid": uid, "lastModifiedAt": now()}
    number = str(body.get("externalId") or uid)
    tenant.note("customer", number, number, uid)
    return tenant.customers[uid]


def change_customer(tenant: Tenant, uid: str, body: Json) -> Json:
    if uid not in tenant.customers:
        raise FlowError(404, f"There is no customer {uid}")
    tenant.customers[uid].update({**body, "lastModifiedAt": now()})
    return tenant.customers[uid]


def _product(tenant: Tenant, uid: str) -> Json:
    if uid not in tenant.products:
        raise FlowError(404, f"There is no product {uid}")
    return tenant.products[uid]


def _stocked(tenant: Tenant, product: Json, stores: Sequence[str]) -> Json:
    details = [
        {
            "locationLabel": "",
            "quantityReserved": 0,
            "quantityStock": tenant.stock.get((product["productUid"], store), 0),
            "storeUid": store,
            "storeName": STORES[store],
            "warehouseUid": f"wh-{store}",
            "warehouseName": STORES[store],
        }
        for store in stores
    ]
    return {
        "productUid": product["productUid"],
        "productName": product["name"],
        "productSku": product["sku"],
        "totalQuantityReserved": 0,
        "totalQuantityStock": sum(detail["quantityStock"] for detail in details),
        "warehouseStockDetails": details,
    }
