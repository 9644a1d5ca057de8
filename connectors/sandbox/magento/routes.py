"""What each address of the API does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.sandbox.core.router import Router
from connectors.sandbox.magento import goods, queue, sales
from connectors.sandbox.magento.lists import listed
from connectors.sandbox.magento.shop import Json, Refused, Shop, no_such

routes = Router()


@dataclass(frozen=True, slots=True)
class Call:
    shop: Shop
    store: str
    body: Any
    query: dict[str, str]

    def list(self, records: Any, **aliases: str) -> Json:
        return listed(records.values(), self.query, aliases)

    def one(self, records: dict[int, Json], number: str) -> Json:
        found = records.get(int(number)) if number.isdecimal() else None
        if found is None:
            raise no_such("id", number)
        return found


@routes.route("GET", "store/storeConfigs")
def store_configs(call: Call) -> list[Json]:
    base = f"https://{call.shop.name}.example/"
    return [
        {
            "id": number,
            "code": code,
            "website_id": 1,
            "base_currency_code": call.shop.currency,
            "weight_unit": "kgs",
            "secure_base_url": base,
            "secure_base_media_url": f"{base}media/",
        }
        for number, code in ((1, "default"), (2, "sv"))
    ]


@routes.route("GET", "orders")
def orders(call: Call) -> Json:
    return call.list(call.shop.orders)


@routes.route("GET", "orders/{number}")
def order(call: Call, number: str) -> Json:
    return call.shop.order(number)


@routes.route("POST", "orders/{number}/comments")
def comment(call: Call, number: str) -> bool:
    return sales.add_comment(call.shop, call.shop.order(number), call.body["statusHistory"])


@routes.route("POST", "orders/{number}/{act}")
def act(call: Call, number: str, act: str) -> bool:
    if act not in sales.ACTS:
        raise Refused("Request does not match any route.", status=404)
    return sales.ACTS[act](call.shop, call.shop.order(number))


@routes.route("POST", "order/{number}/invoice")
def invoice(call: Call, number: str) -> int:
    return sales.invoice(call.shop, call.shop.order(number), call.body)


@routes.route("POST", "order/{number}/ship")
def ship(call: Call, number: str) -> int:
    return sales.ship(call.shop, call.shop.order(number), call.body)


@routes.route("POST", "order/{number}/refund")
def refund(call: Call, number: str) -> int:
    return sales.refund(call.shop, call.shop.order(number), call.body)


@routes.route("POST", "invoice/{number}/refund")
def refund_online(call: Call, number: str) -> int:
    made = call.one(call.shop.invoices, number)
    return sales.refund(call.shop, call.shop.order(made["order_id"]), call.body, int(number))


@routes.route("POST", "shipment/track")
def track(call: Call) -> Json:
    return sales.track(call.shop, call.body["entity"])


@routes.route("GET", "{documents}")
def documents(call: Call, documents: str) -> Json:
    known = {
        "shipments": call.shop.shipments,
        "invoices": call.shop.invoices,
        "creditmemos": call.shop.creditmemos,
        "products": call.shop.products,
    }
    if documents not in known:
        raise Refused("Request does not match any route.", status=404)
    return call.list(known[documents], **({"entity_id": "id"} if documents == "products" else {}))


@routes.route("GET", "invoices/{number}")
def one_invoice(call: Call, number: str) -> Json:
    return call.one(call.shop.invoices, number)


@routes.route("GET", "creditmemo/{number}")
def one_memo(call: Call, number: str) -> Json:
    return call.one(call.shop.creditmemos, number)


@routes.route("GET", "customers/search")
def customers(call: Call) -> Json:
    return call.list(call.shop.customers, entity_id="id")


@routes.route("GET", "inventory/source-items")
def stock(call: Call) -> Json:
    return call.list(call.shop.stock)


@routes.route("POST", "inventory/source-items")
def save_stock(call: Call) -> list[Any]:
    return goods.save_stock(call.shop, call.body["sourceItems"])


@routes.route("POST", "products/base-prices")
def base_prices(call: Call) -> list[Json]:
    return goods.save_base_prices(call.shop, call.body["prices"])


@routes.route("POST", "products/special-price")
def special_price(call: Call) -> list[Json]:
    return goods.save_special_prices(call.shop, call.body["prices"])


@routes.route("POST", "products/special-price-information")
def special_prices(call: Call) -> list[Json]:
    return goods.special_prices(call.shop, call.body["skus"])


@routes.route("POST", "products/special-price-delete")
def end_special_prices(call: Call) -> list[Json]:
    return goods.end_special_prices(call.shop, call.body["prices"])


@routes.route("GET", "bulk/{uuid}/status")
def bulk_status(call: Call, uuid: str) -> Json:
    return queue.status(call.shop, uuid)
