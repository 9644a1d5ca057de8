"""What apps set of products, and what merchants and tests put into a shop."""

from __future__ import annotations

import re
from typing import Any

from connectors.sandbox.shopify.call import Call, gid, number_of
from connectors.sandbox.shopify.catalogue import by_handle, shown, variant_node
from connectors.sandbox.shopify.shop import Json, Shop, now_after

_LONGEST = 255

_PRODUCT = {"title": "", "descriptionHtml": "", "vendor": "", "productType": "", "status": "ACTIVE"}
_CUSTOMER = {
    "firstName": None,
    "lastName": None,
    "note": None,
    "locale": "nb",
    "state": "ENABLED",
    "taxExempt": False,
}


def update_product(call: Call) -> Json:
    given = dict(call.variables["product"])
    product = call.shop.products.get(int(number_of(given.pop("id"))))
    if product is None:
        return _payload("productUpdate", product=None, errors=[(["product", "id"], "Product does not exist")])
    problem = _problem(given, "product")
    if problem:
        return _payload("productUpdate", product=None, errors=[problem])
    _write(call.shop, product, given)
    return _payload("productUpdate", product={"id": gid("Product", product["number"])})


def set_product(call: Call) -> Json:
    """Made under its handle, or set: the variants that are named are all that it has."""
    handle, given = call.variables["identifier"]["handle"], dict(call.variables["input"])
    problem = _problem(given, "input")
    if problem or not given.get("title"):
        return _payload(
            "productSet", product=None, errors=[problem or (["input", "title"], "Title can't be blank")]
        )
    product = by_handle(call.shop, handle) or add_product(call.shop, {"handle": handle, "variants": []})
    fresh = [_new_variant(call.shop, item) for item in given.pop("variants", [])]
    kept = {variant["sku"]: variant for variant in product["variants"]}
    product["variants"] = [{**item, **_identity(kept.get(item["sku"], item))} for item in fresh]
    _write(call.shop, product, given)
    call.shop.record("set_product", handle, object=str(product["number"]))
    return _payload("productSet", product=shown(call.shop, product, 100, None))


def add_variants(call: Call) -> Json:
    product = call.shop.products[int(number_of(call.variables["productId"]))]
    made = [_new_variant(call.shop, item) for item in call.variables["variants"]]
    taken = {tuple(variant["options"].values()) for variant in product["variants"]}
    if any(tuple(variant["options"].values()) in taken for variant in made):
        errors = [(["variants", "0"], "The variant already exists. Please change at least one option value.")]
        return _payload("productVariantsBulkCreate", productVariants=None, errors=errors)
    product["variants"] += made
    _write(call.shop, product, {})
    call.shop.record(
        "add_variants", ",".join(variant["sku"] or "" for variant in made), object=str(product["number"])
    )
    return _payload("productVariantsBulkCreate", productVariants=[variant_node(item) for item in made])


def set_variants(call: Call) -> Json:
    product = call.shop.products[int(number_of(call.variables["productId"]))]
    known = {gid("ProductVariant", variant["number"]): variant for variant in product["variants"]}
    for place, given in enumerate(call.variables["variants"]):
        if given["id"] not in known:
            errors = [(["variants", str(place), "id"], "Product variant does not exist")]
            return _payload("productVariantsBulkUpdate", productVariants=None, errors=errors)
    for given in call.variables["variants"]:
        variant = known[given["id"]]
        variant |= {name: given[name] for name in ("barcode", "price", "compareAtPrice") if name in given}
        weight = ((given.get("inventoryItem") or {}).get("measurement") or {}).get("weight")
        variant["weight"] = weight or variant["weight"]
    _write(call.shop, product, {})
    return _payload(
        "productVariantsBulkUpdate",
        productVariants=[variant_node(known[g["id"]]) for g in call.variables["variants"]],
    )


def add_product(shop: Shop, given: Json) -> Json:
    """{"title": "Wool sweater", "vendor": …, "variants": [{"sku": "WOOL-M", "price": "499.00", "barcode": …,
    "options": {"Size": "M"}}]}: a product, or the one of this handle as it is now."""
    given = dict(given)
    handle = given.pop("handle", "") or re.sub(r"[^a-z0-9]+", "-", given["title"].lower()).strip("-")
    variants = [_seeded(shop, item) for item in given.pop("variants", [])]
    product = by_handle(shop, handle)
    if product is None:
        number = shop.new_id()
        product = shop.products[number] = {
            **_PRODUCT,
            "number": number,
            "handle": handle,
            "tags": [],
            "updated": "",
        }
    product["variants"] = variants
    _write(shop, product, given)
    return product


def add_customer(shop: Shop, given: Json) -> Json:
    """{"email": …, "first_name": …, "last_name": …, "subscribed": true}: a customer, or the one of this address."""
    email = given.get("email", "")
    known = [one for one in shop.customers.values() if one["defaultEmailAddress"]["emailAddress"] == email]
    number = known[0]["number"] if known else shop.new_id()
    state = "SUBSCRIBED" if given.get("subscribed") else "NOT_SUBSCRIBED"
    phone = given.get("phone")
    customer = {
        **_CUSTOMER,
        "number": number,
        "id": gid("Customer", number),
        "legacyResourceId": str(number),
        "firstName": given.get("first_name"),
        "lastName": given.get("last_name"),
        "tags": given.get("tags", []),
        "defaultEmailAddress": {"emailAddress": email, "marketingState": state},
        "defaultPhoneNumber": {"phoneNumber": phone} if phone else None,
        "defaultAddress": given.get("address"),
        "updated": "",
    }
    shop.customers[number] = customer
    _touch(shop, customer)
    return customer


def _new_variant(shop: Shop, given: Json) -> Json:
    item = given.get("inventoryItem") or {}
    options = {option["optionName"]: option["name"] for option in given["optionValues"]}
    weight = (item.get("measurement") or {}).get("weight")
    plain: Json = {name: given[name] for name in ("barcode", "price", "compareAtPrice") if name in given}
    return _seeded(
        shop, {**plain, "sku": item.get("sku") or given.get("sku"), "options": options, "weight": weight}
    )


def _seeded(shop: Shop, given: Json) -> Json:
    sku = given.get("sku")
    return {
        "number": shop.new_id(),
        "item": shop.item(sku) if sku else shop.new_id(),
        "barcode": None,
        "price": "0.00",
        "compareAtPrice": None,
        "weight": None,
        "options": {"Title": "Default Title"},
        **given,
        "sku": sku,
    }


def _identity(variant: Json) -> Json:
    return {"number": variant["number"], "item": variant["item"]}


def _write(shop: Shop, product: Json, given: Json) -> None:
    product |= {name: given[name] for name in (*_PRODUCT, "tags") if name in given}
    _touch(shop, product)


def _touch(shop: Shop, row: Json) -> None:
    """Later than every other change, so that each is told apart."""
    row["updated"] = row["updatedAt"] = shop.changed_at = now_after(shop.changed_at)


def _problem(given: Json, place: str) -> tuple[list[str], str] | None:
    long = next(
        (name for name in ("title", "vendor", "productType") if len(given.get(name) or "") > _LONGEST), None
    )
    return (
        ([place, long], f"{long.capitalize()} is too long (maximum is {_LONGEST} characters)")
        if long
        else None
    )


def _payload(name: str, *, errors: Any = (), **fields: Any) -> Json:
    told = [{"code": "INVALID_INPUT", "field": field, "message": message} for field, message in errors]
    return {name: {**fields, "userErrors": told}}
