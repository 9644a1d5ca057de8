"""Products, product groups, price lists and customers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connectors.sandbox.sitoo.account import Account, Json, SitooError, money, now
from connectors.sandbox.sitoo.lists import among, envelope, whole

_SKU = re.compile(r"[A-Za-z0-9_+/-]+")
_RATES = {1: 25, 2: 15, 3: 12, 4: 0}
_LISTS = {1: "Default Price List", 2: "Outlet"}


def products(account: Account, query: Mapping[str, str]) -> Json:
    fits, since = among(query, "sku"), whole(query, "datelastmodified", 0)
    inactive = query.get("includeinactive") == "true"
    found = [
        item
        for item in account.products.values()
        if fits(item["sku"]) and item["datemodified"] >= since and (inactive or item["activepos"])
    ]
    return envelope(found, query)


def groups(query: Mapping[str, str]) -> Json:
    rows = [
        {
            "vatid": number,
            "value": rate,
            "productgrouptype": 10,
            "productgroupname": f"Goods {rate} %",
            "comment": "",
        }
        for number, rate in _RATES.items()
    ]
    return envelope(rows, query)


def make_product(account: Account, given: Json) -> int:
    sku = str(given.get("sku", ""))
    if not _SKU.fullmatch(sku):
        raise SitooError(400, "sku is required and may have letters, digits and _+-/ only")
    if account.product(sku):
        raise SitooError(400, f"SKU {sku} is in use already")
    number = next(account.numbers)
    rate = _RATES.get(given.get("vatid", 1))
    blank = {"title": sku, "description": "", "barcode": "", "unitlabel": "", "activepos": True}
    account.products[number] = {
        **blank,
        "variantparentid": None,
        **given,
        "vatvalue": rate,
        "productid": number,
        "datemodified": now(),
    }
    account.note("product", sku, sku, number)
    return number


def change_product(account: Account, given: Json) -> int:
    number = given.get("productid")
    if number not in account.products:
        raise SitooError(404, f"There is no product {number}")
    account.products[number].update({**given, "datemodified": now()})
    return int(number)


def lists(account: Account, query: Mapping[str, str]) -> Json:
    rows = [
        {"pricelistid": number, "pricelistname": name, "currencycode": account.currency, "active": True}
        for number, name in _LISTS.items()
    ]
    return envelope(rows, query)


def prices(account: Account, number: int, query: Mapping[str, str]) -> Json:
    rows = [
        {"productid": 0, "sku": sku, "moneyprice": price, "moneypricevolume": []}
        for (of, sku), price in account.prices.items()
        if of == number
    ]
    return envelope(rows, query)


def set_prices(account: Account, number: int, body: Any) -> bool:
    """All or none."""
    if number not in _LISTS or not isinstance(body, list):
        raise SitooError(404, f"There is no price list {number}")
    for row in body:
        if account.product(str(row.get("sku", ""))) is None:
            raise SitooError(400, f"There is no product with SKU {row.get('sku')}")
        money(row.get("moneyprice"), "moneyprice")
    account.prices |= {(number, row["sku"]): row["moneyprice"] for row in body}
    return True


def users(account: Account, query: Mapping[str, str]) -> Json:
    fits = {name: among(query, name) for name in ("email", "customernumber", "mobile")}
    found = [
        item for item in account.users.values() if all(test(item.get(name)) for name, test in fits.items())
    ]
    return envelope(found, query)


def make_user(account: Account, given: Json) -> str:
    email = str(given.get("email", ""))
    if "@" not in email:
        raise SitooError(400, "email is required")
    if account.user(email):
        raise SitooError(400, f"{email} is in use already")
    number = account.new_user_id()
    account.users[number] = {"role": None, **given, "userid": number, "datemodified": now()}
    account.note("customer", email.casefold(), str(given.get("customernumber", "")), number)
    return number


def change_user(account: Account, given: Json) -> bool:
    number = given.get("userid")
    if number not in account.users:
        raise SitooError(404, f"There is no user {number}")
    account.users[number].update({**given, "datemodified": now()})
    return True
