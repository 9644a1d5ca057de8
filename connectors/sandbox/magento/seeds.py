"""Orders that tests and the demo put into a shop: in Magento's own shape, or in a short form that is written out here.

Short: {"lines": [{"sku": "WOOL-M", "price": "499.00", "quantity": 2, "discount": "50.00", "type": "configurable"}],
"shipping": "49.00", "tax_rate": 25, "paid": true, "method": "klarna_kp", "email": …} and any field of Magento's by its name.
Prices include tax; a configurable line gets the line of its variant.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.sandbox.magento import sales
from connectors.sandbox.magento.shop import Json, Shop, decimal, now_after, number

_SHORT = {"lines", "shipping", "tax_rate", "paid", "method", "email", "firstname", "lastname"}
_CENT = Decimal("0.01")


def add(shop: Shop, given: Json) -> Json:
    """Put an order into the shop. Raises KeyError or ArithmeticError for what cannot be one."""
    made = shop.new_id()
    order = _written_out(shop, made, given) if "lines" in given else {}
    order |= {name: value for name, value in given.items() if name not in _SHORT}
    shop.orders[made] = order
    shop.money("authorize", order, decimal(order, "grand_total"), str(made))
    if given.get("paid"):
        sales.invoice(shop, order, {"capture": True})
    return order


def _written_out(shop: Shop, made: int, given: Json) -> Json:
    rate = Decimal(str(given.get("tax_rate", 25)))
    items = [item for line in given["lines"] for item in _lines(shop, made, line, rate)]
    freight, freight_tax = _net(Decimal(str(given.get("shipping", 0))), rate)
    goods = sum((_worth(item) for item in items), Decimal(0))
    total = goods + freight + freight_tax
    now, address = now_after(), _address(given)
    return {
        "entity_id": made,
        "increment_id": f"{made:09d}",
        "state": "new",
        "status": "pending",
        "store_id": 1,
        "created_at": now,
        "updated_at": now,
        **dict.fromkeys(("base_currency_code", "order_currency_code", "store_currency_code"), shop.currency),
        "grand_total": number(total),
        "base_grand_total": number(total),
        "shipping_amount": number(freight),
        "shipping_tax_amount": number(freight_tax),
        "shipping_incl_tax": number(freight + freight_tax),
        "shipping_description": "Home delivery",
        "customer_email": address["email"],
        "customer_firstname": address["firstname"],
        "customer_lastname": address["lastname"],
        "customer_is_guest": 1,
        "items": items,
        "billing_address": {**address, "address_type": "billing"},
        "payment": _payment(given, total),
        "status_histories": [],
        "extension_attributes": {
            "shipping_assignments": [
                {
                    "shipping": {
                        "address": {**address, "address_type": "shipping"},
                        "method": "flatrate_flatrate",
                    }
                }
            ]
        },
    }


def _lines(shop: Shop, order: int, line: Json, rate: Decimal) -> Iterator[Json]:
    pieces, price = Decimal(str(line.get("quantity", 1))), Decimal(str(line["price"]))
    discount = Decimal(str(line.get("discount", 0)))
    net, _ = _net(price, rate)
    row = (price * pieces / (1 + rate / 100)).quantize(_CENT, ROUND_HALF_UP)
    tax = _net(price * pieces - discount, rate)[1]
    item = {
        **_counted(shop, order, line["sku"], pieces),
        "name": line.get("name", line["sku"]),
        "product_type": line.get("type", "simple"),
        "price": number(net),
        "price_incl_tax": number(price),
        "tax_percent": number(rate),
        "tax_amount": number(tax),
        "row_total": number(row),
        "row_total_incl_tax": number(price * pieces),
        "discount_amount": number(discount),
        "discount_tax_compensation_amount": number(price * pieces - row - tax) if discount else 0,
    }
    if not discount:
        item["tax_amount"] = number(price * pieces - row)
    yield item
    if item["product_type"] == "configurable":
        variant = _counted(shop, order, line["sku"], pieces)
        yield {**variant, "parent_item_id": item["item_id"], "product_type": "simple", "name": item["name"]}


def _counted(shop: Shop, order: int, sku: str, pieces: Decimal) -> Json:
    none = dict.fromkeys(
        ("qty_invoiced", "qty_shipped", "qty_refunded", "qty_canceled", "row_total", "price"), 0
    )
    product = shop.products.get(sku, {}).get("id") or shop.new_id()
    return {
        "item_id": shop.new_id(),
        "order_id": order,
        "sku": sku,
        "product_id": product,
        "is_virtual": 0,
        "qty_ordered": number(pieces),
        **none,
    }


def _net(amount: Decimal, rate: Decimal) -> tuple[Decimal, Decimal]:
    """An amount without its tax, and the tax."""
    net = (amount / (1 + rate / 100)).quantize(_CENT, ROUND_HALF_UP)
    return net, amount - net


def _worth(item: Json) -> Decimal:
    names = ("row_total", "tax_amount", "discount_tax_compensation_amount")
    return sum((decimal(item, name) for name in names), Decimal(0)) - decimal(item, "discount_amount")


def _address(given: Json) -> Json:
    return {
        "firstname": given.get("firstname", "Kari"),
        "lastname": given.get("lastname", "Nordmann"),
        "street": ["Storgata 12"],
        "city": "Oslo",
        "postcode": "0184",
        "country_id": "NO",
        "telephone": "+4790000001",
        "email": given.get("email", "kari@example.com"),
    }


def _payment(given: Json, total: Decimal) -> dict[str, Any]:
    return {
        "method": given.get("method", "klarna_kp"),
        "amount_ordered": number(total),
        "amount_authorized": number(total),
        "last_trans_id": "sandbox-transaction",
        "account_status": "",
        "additional_information": [],
        "cc_last4": "",
    }
