"""What shoppers, staff and time do to a shop: the control API under /_/magento/."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sandbox.core.router import Router
from connectors.sandbox.magento import goods, sales, seeds
from connectors.sandbox.magento.shop import Json, Shop, now_after, touch

if TYPE_CHECKING:
    from connectors.sandbox.magento.api import Magento

routes = Router()


@routes.route("GET", "/shops/{name}")
def show(magento: Magento, data: Json, name: str) -> Json:
    """Everything that a shop holds."""
    shop = magento.shop(name)
    return {
        "orders": list(shop.orders.values()),
        "shipments": list(shop.shipments.values()),
        "invoices": list(shop.invoices.values()),
        "creditmemos": list(shop.creditmemos.values()),
        "products": list(shop.products.values()),
        "specials": list(shop.specials.values()),
        "stock": {f"{sku} {source}": row["quantity"] for (sku, source), row in shop.stock.items()},
    }


@routes.route("POST", "/shops/{name}/orders")
def place(magento: Magento, data: Json, name: str) -> Json:
    """A shopper orders; see seeds.py."""
    return seeds.add(magento.shop(name), data)


@routes.route("POST", "/shops/{name}/orders/{number}")
def change(magento: Magento, data: Json, name: str, number: str) -> Json:
    """Staff or a payment module change fields of the order, such as its state."""
    order = _order(magento.shop(name), number)
    order |= data
    touch(order)
    return order


@routes.route("POST", "/shops/{name}/orders/{number}/{act}")
def act(magento: Magento, data: Json, name: str, number: str, act: str) -> Json:
    """Staff cancel, hold or unhold, ship or invoice."""
    shop = magento.shop(name)
    order = _order(shop, number)
    if act in sales.ACTS:
        sales.ACTS[act](shop, order)
    elif act == "ship":
        body = {"arguments": {"extension_attributes": {"source_code": shop.sources[0]}}, **data}
        sales.ship(shop, order, body)
    elif act == "invoice":
        sales.invoice(shop, order, data)
    else:
        raise ValueError(f"Nobody can {act} an order; use cancel, hold, unhold, ship or invoice.")
    return order


@routes.route("POST", "/shops/{name}/products")
def add_products(magento: Magento, data: Json, name: str) -> Json:
    """{"products": [{"sku": "WOOL-M", "name": …, "price": 499}]}: made or changed."""
    shop = magento.shop(name)
    for given in data["products"]:
        goods.save_product(
            shop, given["sku"], {"attribute_set_id": 4, "name": given["sku"], "price": 1, **given}
        )
    return show(magento, data, name)


@routes.route("POST", "/shops/{name}/customers")
def add_customer(magento: Magento, data: Json, name: str) -> Json:
    shop, now = magento.shop(name), now_after()
    made = {"id": shop.new_id(), "created_at": now, "updated_at": now, "addresses": [], **data}
    shop.customers[made["id"]] = made
    return made


@routes.route("POST", "/shops/{name}/stock")
def add_stock(magento: Magento, data: Json, name: str) -> Json:
    """{"sku": …, "source_code": "oslo", "quantity": 7}"""
    goods.save_stock(magento.shop(name), [{"status": int(data["quantity"] > 0), **data}])
    return show(magento, data, name)


@routes.route("POST", "/shops/{name}/queue")
def slow_queue(magento: Magento, data: Json, name: str) -> Json:
    """{"pending": 2}: so many looks at the queue find it at work."""
    magento.shop(name).pending = int(data["pending"])
    return data


@routes.route("POST", "/login")
def login(magento: Magento, data: Json) -> Json:
    """{"bearers": false}: tokens of integrations alone are refused; {"expire": true}: admins' tokens are over."""
    magento.door.bearers = bool(data.get("bearers", magento.door.bearers))
    if data.get("expire"):
        magento.door.admins.clear()
    return {"bearers": magento.door.bearers}


def _order(shop: Shop, number: str) -> Json:
    """By id or number. Raises ValueError."""
    for order in shop.orders.values():
        if number in {str(order["entity_id"]), order["increment_id"]}:
            return order
    raise ValueError(f"{shop.name} has no order {number}")
