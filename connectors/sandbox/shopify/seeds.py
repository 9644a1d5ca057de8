"""Orders that tests and the demo put into a shop, in Shopify's REST shape or in a short form that is written out here.

Short: {"lines": [{"sku": "WOOL-M", "price": "499.00", "quantity": 2, "name": …, "discount": "50.00", "location": "Oslo"}],
"shipping": "49.00", "tax_rate": 25, "taxes_included": true, "paid": false, "email": …, "first_name": …, "note": …,
"attributes": {…}} and any field of the REST shape by its own name.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from connectors.sandbox.shopify.shop import FulfilmentOrder, Json, Order, Shop, now_after

_CENT = Decimal("0.01")
_SHORT = {"lines", "shipping", "tax_rate", "paid", "attributes", "first_name", "last_name", "gateway"}


def add(shop: Shop, given: Json) -> Order:
    """Put an order into the shop. Raises ValueError or TypeError for what cannot be one."""
    given = dict(given.get("order", given))
    transactions = given.pop("transactions", None)
    if "lines" in given:
        given = {**_written_out(shop, given), **{name: given[name] for name in given if name not in _SHORT}}
    body = {**_defaults(shop), **given}
    for line in body["line_items"]:
        line.setdefault("current_quantity", line["quantity"])
        line.setdefault("fulfillable_quantity", line["quantity"])
        if line.get("sku"):
            shop.item(line["sku"])
    for line in body["shipping_lines"]:
        line.setdefault("id", shop.new_id())
    order = Order(body, _transactions(shop, body) if transactions is None else transactions)
    order.fulfilment_orders = _fulfilment_orders(shop, body)
    shop.orders[body["id"]] = order
    return order


def _defaults(shop: Shop) -> Json:
    number, now = shop.new_id(), now_after()
    return {
        "id": number,
        "admin_graphql_api_id": f"gid://shopify/Order/{number}",
        "name": f"#{number}",
        "created_at": now,
        "processed_at": now,
        "updated_at": now,
        "cancelled_at": None,
        "cancel_reason": None,
        "test": True,
        "note": None,
        "tags": "",
        "email": "kari@example.com",
        "phone": None,
        "currency": shop.currency,
        "presentment_currency": shop.currency,
        "taxes_included": True,
        "financial_status": "authorized",
        "fulfillment_status": None,
        "source_name": "web",
        "discount_codes": [],
        "payment_gateway_names": ["bogus"],
        "note_attributes": [],
        "customer": None,
        "total_tip_received": "0.00",
        "shipping_lines": [],
        "tax_lines": [],
        "refunds": [],
    }


def _written_out(shop: Shop, given: Json) -> Json:
    rate, included = Decimal(str(given.get("tax_rate", 25))) / 100, given.get("taxes_included", True)
    lines = [_line(shop, line, rate, included) for line in given["lines"]]
    shipping = [_shipping(shop, given["shipping"], rate, included)] if given.get("shipping") else []
    tax = sum((Decimal(part["tax_lines"][0]["price"]) for part in (*lines, *shipping)), Decimal(0))
    net = sum((_net(part) for part in (*lines, *shipping)), Decimal(0))
    total = net if included else net + tax
    return {
        "line_items": lines,
        "shipping_lines": shipping,
        "tax_lines": [{"price": str(tax), "rate": float(rate), "title": "VAT"}],
        "total_price": str(total),
        "total_tax": str(tax),
        "total_outstanding": "0.00" if given.get("paid") else str(total),
        "current_total_price": str(total),
        "current_total_tax": str(tax),
        "financial_status": "paid" if given.get("paid") else "authorized",
        "payment_gateway_names": [given.get("gateway", "bogus")],
        "note_attributes": [
            {"name": key, "value": value} for key, value in given.get("attributes", {}).items()
        ],
        **_person(given),
    }


def _line(shop: Shop, line: Json, rate: Decimal, included: bool) -> Json:
    quantity, price = int(line.get("quantity", 1)), Decimal(str(line["price"]))
    discount = Decimal(str(line.get("discount", 0)))
    name = line.get("name", line["sku"])
    return {
        "id": shop.new_id(),
        "sku": line["sku"],
        "name": name,
        "title": name,
        "variant_title": line.get("variant_title"),
        "vendor": line.get("vendor"),
        "quantity": quantity,
        "price": str(price),
        "requires_shipping": True,
        "gift_card": False,
        "discount_allocations": [{"amount": str(discount)}] if discount else [],
        "tax_lines": [_tax(price * quantity - discount, rate, included)],
        "properties": [],
        "variant_id": shop.item(line["sku"]),
        "product_id": None,
        "location": line.get("location", ""),
    }


def _shipping(shop: Shop, price: Any, rate: Decimal, included: bool) -> Json:
    return {
        "id": shop.new_id(),
        "title": "Home delivery",
        "code": "HOME",
        "price": str(price),
        "discount_allocations": [],
        "tax_lines": [_tax(Decimal(str(price)), rate, included)],
        "is_removed": False,
    }


def _tax(net: Decimal, rate: Decimal, included: bool) -> Json:
    tax = net * rate / (1 + rate) if included else net * rate
    return {"price": str(tax.quantize(_CENT)), "rate": float(rate), "title": "VAT"}


def _net(part: Json) -> Decimal:
    discounts = sum((Decimal(item["amount"]) for item in part["discount_allocations"]), Decimal(0))
    return Decimal(part["price"]) * int(part.get("quantity", 1)) - discounts


def _person(given: Json) -> Json:
    first, last = given.get("first_name", "Kari"), given.get("last_name", "Nordmann")
    address = {
        "first_name": first,
        "last_name": last,
        "company": None,
        "address1": "Storgata 12",
        "address2": None,
        "zip": "0184",
        "city": "Oslo",
        "province_code": None,
        "country_code": "NO",
        "phone": "+4790000001",
    }
    return {"billing_address": address, "shipping_address": dict(address)}


def _transactions(shop: Shop, body: Json) -> list[Json]:
    """What a bogus gateway has done: reserved, or sold at once."""
    kinds = {"authorized": "authorization", "paid": "sale"}
    kind = kinds.get(body["financial_status"])
    if kind is None:
        return []
    told = {"kind": kind, "status": "success", "gateway": body["payment_gateway_names"][0], "parent_id": None}
    return [{"id": shop.new_id(), "amount": body["total_price"], "currency": body["currency"], **told}]


def _fulfilment_orders(shop: Shop, body: Json) -> list[FulfilmentOrder]:
    """One for each location."""
    by_location: dict[int, dict[int, int]] = defaultdict(dict)
    for line in body["line_items"]:
        by_location[shop.location(line.pop("location", ""))][line["id"]] = line["quantity"]
    return [FulfilmentOrder(shop.new_id(), location, lines) for location, lines in by_location.items()]
