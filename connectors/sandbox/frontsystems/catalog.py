"""Products by variant, price lists, stock and customers."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

from connectors.sandbox.frontsystems.tenant import STORES, Json, Tenant, now, problem


def upsert(tenant: Tenant, items: Any) -> Json:
    """Some of a batch may be refused; the call itself is a success."""
    if not isinstance(items, list):
        raise problem(products="A list is expected")
    counts = {"created": 0, "updated": 0}
    refused = []
    for item in items:
        known = tenant.products.get(item["extId"])
        why = _objections(item, known)
        if why:
            refused.append({"isNew": known is None, "product": {**item, "productId": 0}, "errors": why})
            continue
        put(tenant, item)
        counts["updated" if known else "created"] += 1
    return {**counts, "unprocessedProducts": refused}


def put(tenant: Tenant, item: Json) -> Json:
    """A size that is new is added, one that is known is kept."""
    known = tenant.products.get(item["extId"], {"productid": next(tenant.numbers), "productSizes": []})
    sizes = {size["gtin"]: size for size in known["productSizes"]}
    for size in item.get("productSizes", ()):
        identity = sizes.get(size["gtin"], {}).get("identity") or f"I-{next(tenant.numbers)}"
        sizes[size["gtin"]] = {**size, "identity": identity}
    product = {**known, **item, "productSizes": list(sizes.values()), "upt": now()}
    tenant.products[item["extId"]] = product
    return product


def products(tenant: Tenant, body: Json) -> list[Json]:
    return [item for item in tenant.products.values() if item["upt"] > body.get("upt", "")]


def set_prices(tenant: Tenant, body: Json) -> Json:
    """All or nothing."""
    unknown = [price["gtin"] for price in body["prices"] if tenant.size(price["gtin"]) is None]
    if unknown:
        raise problem(gtin=f"Unknown GTIN {unknown[0]}")
    items = tenant.prices.setdefault(body["name"], {})
    items.update({price["gtin"]: price for price in body["prices"]})
    return _list(tenant, body["name"])


def price_lists(tenant: Tenant) -> list[Json]:
    return [_list(tenant, name) for name in tenant.prices]


def prices(tenant: Tenant, number: int) -> list[Json]:
    names = list(tenant.prices)
    return list(tenant.prices[names[number - 1]].values()) if 0 < number <= len(names) else []


def levels(tenant: Tenant, body: Json) -> list[Json]:
    return [
        {"id": gtin, "stockId": stock, "quantity": float(pieces)}
        for (stock, gtin), pieces in sorted(tenant.levels.items())
        if stock in body["stockIds"]
    ]


def levels_of(tenant: Tenant, wanted: str) -> list[Json]:
    return [level for level in levels(tenant, {"stockIds": list(STORES)}) if level["id"] == wanted]


def adjust(tenant: Tenant, body: Json) -> str:
    """A count: what is told is what is there."""
    if body.get("stockId") not in STORES:
        raise problem(stockId=f"There is no stock {body.get('stockId')}")
    unknown = [item["gtin"] for item in body["items"] if tenant.size(item["gtin"]) is None]
    if unknown:
        raise problem(gtin=f"Unknown GTIN {unknown[0]}")
    for item in body["items"]:
        tenant.levels[body["stockId"], item["gtin"]] = Decimal(item["quantity"])
    tenant.counts.append(body)
    return "Ok"


def customers(tenant: Tenant, body: Json) -> list[Json]:
    ext_ids, email = body.get("customerExtIds"), body.get("emailContains")
    return [
        item
        for item in tenant.customers.values()
        if item["upt"] > body.get("upt", "")
        and (ext_ids is None or item.get("extId") in ext_ids)
        and (email is None or email.casefold() in str(item.get("email", "")).casefold())
    ]


def put_customer(tenant: Tenant, body: Json) -> int:
    """Found by id, else ExtId, else phone, else e-mail."""
    names = ("customerid", "extId", "phone", "email")
    name = next((name for name in names if body.get(name)), None)
    if name is None:
        raise problem(customerid="Nothing to find a customer by")
    known = next((item for item in tenant.customers.values() if item.get(name) == body[name]), None)
    number: int = known["customerid"] if known else next(tenant.numbers)
    tenant.customers[number] = {**(known or {}), **body, "customerid": number, "upt": now()}
    if known is None:
        tenant.note("customer", str(body[name]), str(body.get("extId", "")), number)
    return number


def page(items: list[Json], body: Json) -> list[Json]:
    start = body.get("pageSkip", 0)
    return list(itertools.islice(items, start, start + body.get("pageSize", 100)))


def _list(tenant: Tenant, name: str) -> Json:
    number = list(tenant.prices).index(name) + 1
    return {
        "pricelistId": number,
        "name": name,
        "productCount": len(tenant.prices[name]),
        "lastUpdate": now(),
    }


def _objections(item: Json, known: Json | None) -> dict[str, str]:
    if known is None and not item.get("groupName"):
        return {"groupName": "A group is needed for a new product"}
    return (
        {}
        if all(size.get("label") for size in item.get("productSizes", ()))
        else {"label": "A size needs a label"}
    )
