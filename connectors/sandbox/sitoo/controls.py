"""What shoppers, staff and time do to an account: the control API under /_/sitoo/accounts/<account>/."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from connectors.sandbox.core.router import Router
from connectors.sandbox.sitoo import catalog, orders
from connectors.sandbox.sitoo.account import Account, Json
from connectors.sandbox.sitoo.events import Events

routes = Router()

_REGISTER = "{3D0A41F2-77A1-4B0E-9C55-0A1B2C3D4E5F}"
Accounts = Callable[[str], Account]


@routes.route("GET", "/accounts/{name}")
def show(accounts: Accounts, events: Events, data: Json, name: str) -> Json:
    """Orders, stock by warehouse and SKU, movements, products by SKU, prices and customers by e-mail address."""
    account = accounts(name)
    return {
        "orders": list(account.orders.values()),
        "stock": {f"{place}/{sku}": f"{total:.3f}" for (place, sku), total in account.levels.items()},
        "movements": account.movements,
        "products": {item["sku"]: item for item in account.products.values()},
        "prices": {f"{number}/{sku}": price for (number, sku), price in account.prices.items()},
        "users": {item["email"]: item for item in account.users.values()},
    }


@routes.route("POST", "/accounts/{name}/sales")
def ring_up(accounts: Accounts, events: Events, data: Json, name: str) -> Json:
    """A receipt at a till: {"lines": [{"sku", "name", "pieces", "price", "rate", "off"}], "warehouse", "pays", "email"}.

    Negative pieces come back; `price` is that of a piece with tax, `of` the order that goods come back of.
    """
    account = accounts(name)
    items = [_row(line) for line in data["lines"]]
    more = {"creditorderid": data["of"]} if data.get("of") else {}
    order = orders.add(
        account,
        {
            "orderitems": items,
            "orderstateid": 10,
            "paymentstateid": 20,
            "registerid": _REGISTER,
            "warehouseid": data.get("warehouse", 1),
            "email": data.get("email", ""),
            "additionaldata": {"pos-receiptid": data["receipt"]} if data.get("receipt") else {},
            **more,
        },
    )
    order["payments"] = [{"name": data.get("pays", "Card"), "moneyamount": order["moneytotal_gross_all"]}]
    for line in data["lines"]:
        place = (order["warehouseid"], line["sku"])
        if place in account.levels:
            account.put(*place, account.levels[place] - line["pieces"])
    events.emit(account, order, "add")
    return order


@routes.route("POST", "/accounts/{name}/orders/{number}")
def change(accounts: Accounts, events: Events, data: Json, name: str, number: str) -> Json:
    """Staff change fields of an order, such as {"orderstateid": 10} when it is collected."""
    account = accounts(name)
    order = orders.order_of(account, int(number))
    order.update(data)
    orders.touch(order)
    events.emit(account, order, "update")
    return order


@routes.route("POST", "/accounts/{name}/products")
def stock_up(accounts: Accounts, events: Events, data: Json, name: str) -> Json:
    """{"items": [{"sku", "title", "levels": {"1": "5"}}]}"""
    account = accounts(name)
    for item in data["items"]:
        known = account.product(item["sku"])
        if known is None:
            catalog.make_product(
                account, {"sku": item["sku"], "title": item.get("title", item["sku"]), "vatid": 1}
            )
        for place, total in item.get("levels", {}).items():
            account.put(int(place), item["sku"], Decimal(str(total)))
    return {"products": len(account.products)}


@routes.route("POST", "/accounts/{name}/users")
def staff(accounts: Accounts, events: Events, data: Json, name: str) -> Json:
    """Somebody is entered by hand; with a `role` it is staff."""
    account = accounts(name)
    return {"userid": catalog.make_user(account, data)}


@routes.route("POST", "/accounts/{name}/callbacks")
def call_back(accounts: Accounts, events: Events, data: Json, name: str) -> Json:
    """{"url", "password", "times"}"""
    accounts(name).callbacks.append(data)
    return {"callbacks": len(accounts(name).callbacks)}


@routes.route("GET", "/told")
def told(accounts: Accounts, events: Events, data: Json) -> Json:
    return {"items": list(events.deliveries)}


def _row(line: Json) -> Json:
    pieces, off = int(line.get("pieces", 1)), Decimal(str(line.get("off", "0")))
    gross = Decimal(str(line["price"])) * pieces
    return {
        "sku": line["sku"],
        "productname": line.get("name", line["sku"]),
        "quantity": pieces,
        "moneyrowprice": f"{gross:.2f}",
        "moneyrowdiscount": f"{off:.2f}",
        "vatvalue": line.get("rate", 25),
    }
