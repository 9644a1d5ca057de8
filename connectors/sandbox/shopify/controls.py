"""What merchants, shoppers and time do to a shop: the control API under /_/shopify/shops/<shop>/."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.sandbox.core.router import Router
from connectors.sandbox.shopify import catalogue, merchandise, seeds, telling
from connectors.sandbox.shopify.call import Call
from connectors.sandbox.shopify.hooks import Hooks
from connectors.sandbox.shopify.shop import Json, Order, Shop, Subscription, now_after

routes = Router()

_TOPICS = ("orders/create", "orders/updated", "orders/cancelled")
Shops = Callable[[str], Shop]


@routes.route("GET", "/shops/{name}")
def show(shops: Shops, hooks: Hooks, data: Json, name: str) -> Json:
    """Orders with their fulfilments, products, customers, and what is available by SKU and location."""
    shop = shops(name)
    return {
        "domain": shop.domain,
        "orders": [_shown(order) for order in shop.orders.values()],
        "products": catalogue.shown_products(shop),
        "customers": list(shop.customers.values()),
        "stock": {
            sku: {
                label: shop.levels[number, place]
                for place, label in shop.locations.items()
                if (number, place) in shop.levels
            }
            for sku, number in shop.items.items()
        },
    }


@routes.route("POST", "/shops/{name}/orders")
def place(shops: Shops, hooks: Hooks, data: Json, name: str) -> Json:
    """A shopper orders: an order in Shopify's shape or in the short form; see seeds.py."""
    shop = shops(name)
    order = seeds.add(shop, data)
    hooks.emit(shop, "orders/create", order)
    return _shown(order)


@routes.route("POST", "/shops/{name}/orders/{number}")
def change(shops: Shops, hooks: Hooks, data: Json, name: str, number: str) -> Json:
    """Change fields of the order, or pieces of its lines: {"pieces": {"<line id>": 1}}; totals are the caller's to give."""
    shop, order = shops(name), _order(shops(name), number)
    for line in order.body["line_items"]:
        line["current_quantity"] = data.get("pieces", {}).get(str(line["id"]), line["current_quantity"])
    order.body |= {key: value for key, value in data.items() if key != "pieces"}
    return _touched(shop, hooks, order, "orders/updated")


@routes.route("POST", "/shops/{name}/orders/{number}/cancel")
def cancel(shops: Shops, hooks: Hooks, data: Json, name: str, number: str) -> Json:
    shop, order = shops(name), _order(shops(name), number)
    for line in order.body["line_items"]:
        line["current_quantity"] = 0
    order.body |= {
        "cancelled_at": now_after(order.body["updated_at"]),
        "cancel_reason": data.get("reason", "customer"),
        "financial_status": "voided",
        "current_total_price": "0.00",
    }
    _touched(shop, hooks, order, "orders/updated")
    hooks.emit(shop, "orders/cancelled", order)
    return _shown(order)


@routes.route("POST", "/shops/{name}/jobs")
def jobs(shops: Shops, hooks: Hooks, data: Json, name: str) -> Json:
    """{"slow": true}: orders are called off only once {"slow": false} lets all jobs finish."""
    shop = shops(name)
    shop.slow_jobs = bool(data["slow"])
    for job in () if shop.slow_jobs else list(shop.jobs):
        telling.finish(Call(shop, {}, hooks.emit), job)
    return {"slow": shop.slow_jobs}


@routes.route("POST", "/shops/{name}/orders/{number}/hold")
def hold(shops: Shops, hooks: Hooks, data: Json, name: str, number: str) -> Json:
    """{"held": false} releases."""
    order = _order(shops(name), number)
    for part in order.fulfilment_orders:
        part.held = bool(data.get("held", True))
    return _shown(order)


@routes.route("POST", "/shops/{name}/orders/{number}/deliver")
def deliver(shops: Shops, hooks: Hooks, data: Json, name: str, number: str) -> Json:
    """Send a webhook about the order as it is now: {"topic": "orders/updated"}."""
    shop, order = shops(name), _order(shops(name), number)
    hooks.emit(shop, data.get("topic", "orders/updated"), order)
    return _shown(order)


@routes.route("POST", "/shops/{name}/webhooks")
def subscribe(shops: Shops, hooks: Hooks, data: Json, name: str) -> Json:
    """{"url": …, "secret": …, "topics": […], "times": 2}: from now on, each delivery `times` often; instead of earlier
    subscriptions of the same address."""
    shop = shops(name)
    topics = tuple(data.get("topics", _TOPICS))
    new = Subscription(data["url"], data["secret"], topics, int(data.get("times", 1)))
    shop.subscriptions = [*(item for item in shop.subscriptions if item.url != new.url), new]
    return {"url": new.url, "topics": list(topics), "times": new.times}


@routes.route("POST", "/shops/{name}/stock")
def stock(shops: Shops, hooks: Hooks, data: Json, name: str) -> Json:
    """{"sku": …, "location": "Oslo", "quantity": 7}; null as quantity takes the article off that location."""
    shop = shops(name)
    item, location = shop.item(data["sku"]), shop.location(data.get("location", ""))
    if data.get("quantity") is None:
        shop.levels.pop((item, location), None)
    else:
        shop.levels[item, location] = int(data["quantity"])
    return show(shops, hooks, data, name)


@routes.route("POST", "/shops/{name}/products")
def product(shops: Shops, hooks: Hooks, data: Json, name: str) -> Json:
    """{"products": [{"title": …, "variants": […]}]}: made, or changed where the handle is known; see merchandise.py."""
    shop = shops(name)
    for given in data["products"]:
        merchandise.add_product(shop, given)
    return show(shops, hooks, data, name)


@routes.route("POST", "/shops/{name}/products/{handle}/delete")
def delete_product(shops: Shops, hooks: Hooks, data: Json, name: str, handle: str) -> Json:
    shop = shops(name)
    shop.products = {number: item for number, item in shop.products.items() if item["handle"] != handle}
    return show(shops, hooks, data, name)


@routes.route("POST", "/shops/{name}/customers")
def customer(shops: Shops, hooks: Hooks, data: Json, name: str) -> Json:
    """{"customers": [{"email": …, "first_name": …, "subscribed": true}]}"""
    shop = shops(name)
    for given in data["customers"]:
        merchandise.add_customer(shop, given)
    return show(shops, hooks, data, name)


@routes.route("POST", "/shops/{name}/throttle")
def throttle(shops: Shops, hooks: Hooks, data: Json, name: str) -> Json:
    """{"times": 2, "seconds": 0.5}: the next calls find an empty bucket that lacks as many seconds."""
    shop = shops(name)
    shop.throttled, shop.throttled_s = int(data.get("times", 1)), float(data.get("seconds", 0.1))
    return {"times": shop.throttled, "seconds": shop.throttled_s}


@routes.route("POST", "/shops/{name}/forget_keys")
def forget_keys(shops: Shops, hooks: Hooks, data: Json, name: str) -> Json:
    shops(name).keys.clear()
    return {}


@routes.route("POST", "/webhooks")
def sending(shops: Shops, hooks: Hooks, data: Json) -> Json:
    """{"retries": 3, "wait_ms": 200, "paused": true}: how deliveries go."""
    hooks.configure(**data)
    return hooks.settings()


@routes.route("GET", "/deliveries")
def deliveries(shops: Shops, hooks: Hooks, data: Json) -> Json:
    return {"deliveries": list(hooks.deliveries)}


def _order(shop: Shop, number: str) -> Order:
    """By id or name. Raises ValueError."""
    for order in shop.orders.values():
        if number in {str(order.body["id"]), order.body["name"], order.body["name"].lstrip("#")}:
            return order
    raise ValueError(f"{shop.name} has no order {number}")


def _touched(shop: Shop, hooks: Hooks, order: Order, topic: str) -> Json:
    order.body["updated_at"] = now_after(order.body["updated_at"])
    hooks.emit(shop, topic, order)
    return _shown(order)


def _shown(order: Order) -> dict[str, Any]:
    made = [
        {"id": item.id, "location": item.location, "number": item.number, "pieces": item.pieces}
        for item in order.fulfilments
    ]
    refunds = [
        {"note": item["note"], "amounts": [one["amount"] for one in item["transactions"]]}
        for item in order.refunds
    ]
    told = {"refunds": refunds, "paid_out": str(order.paid_out), "metafields": order.metafields}
    return {"order": order.body, "fulfilments": made, **told}
