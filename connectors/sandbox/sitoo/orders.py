"""Orders: those of the tills, and those that others make."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.sandbox.sitoo.account import Account, Json, SitooError, money, now
from connectors.sandbox.sitoo.lists import among, envelope, whole

_EXTERNAL_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_CENT = Decimal("0.01")
_BLANK = {
    **dict.fromkeys(("externalid", "creditorderid", "registerid", "warehouseid", "datereserved")),
    **dict.fromkeys(("email", "namefirst", "namelast", "company", "phone", "comment"), ""),
    **dict.fromkeys(
        [f"{kind}_{part}" for kind in ("invoice", "delivery") for part in ("address", "address2", "zip")]
        + [f"{kind}_{part}" for kind in ("invoice", "delivery") for part in ("city", "state", "countryid")],
        "",
    ),
    **dict.fromkeys(("moneytotal_gross_checkout", "moneytotal_gross_delivery"), "0.00"),
    "moneytotal_gross_roundoff": "0.00",
}


def read(account: Account, query: Mapping[str, str]) -> Json:
    tests = {
        name: among(query, asked)
        for name, asked in (
            ("eshopid", "eshopid"),
            ("externalid", "externalid"),
            ("orderid", "orderid"),
            ("orderstateid", "orderstate"),
            ("ordertypeid", "ordertype"),
        )
    }
    low, day = whole(query, "orderidfrom", 0), whole(query, "orderdatefrom", 0)
    found = [
        order
        for order in account.orders.values()
        if order["orderid"] >= low
        and order["orderdate"] >= day
        and all(fits(order[name]) for name, fits in tests.items())
    ]
    return envelope(found, query, sort="-orderid")


def make(account: Account, body: Any, site: int) -> int:
    if not isinstance(body, dict) or not isinstance(body.get("ordertypeid"), int):
        raise SitooError(400, "ordertypeid is required")
    given = body.get("externalid")
    if given is not None and not _EXTERNAL_ID.fullmatch(str(given)):
        raise SitooError(400, "externalid has characters that are not allowed")
    if given and any(order["externalid"] == given for order in account.orders.values()):
        raise SitooError(400, f"externalid {given} is in use already")
    if body.get("warehouseid") is not None and body["warehouseid"] not in account.warehouses:
        raise SitooError(400, f"There is no warehouse {body['warehouseid']}")
    order = add(account, {**body, "eshopid": site})
    reference = str((body.get("additionaldata") or {}).get("crossdock-order", ""))
    account.note("export", str(given or order["orderid"]), reference, order["orderid"])
    number: int = order["orderid"]
    return number


def add(account: Account, body: Json) -> Json:
    """A new order in Sitoo's shape of one that is given as it is written."""
    items = [_item(place, item) for place, item in enumerate(body.get("orderitems") or ())]
    order = {
        **_BLANK,
        "eshopid": 1,
        "orderdate": now(),
        "orderstateid": 0,
        "paymentstateid": 0,
        "ordertypeid": 10,
        "currencycode": account.currency,
        "additionaldata": {},
        "payments": [],
        "reservedpayments": [],
        **body,
        "orderid": next(account.numbers),
        "orderitems": items,
    }
    gross = sum((_gross(item) for item in items), Decimal(0))
    fees = sum((money(order[name], name) for name in _BLANK if name.startswith("moneytotal")), Decimal(0))
    order["moneytotal_gross_all"] = f"{gross + fees:.2f}"
    order["orderlogitems"] = [{"datelog": order["orderdate"], "orderlogtypeid": 0}]
    account.orders[order["orderid"]] = order
    return order


def change(account: Account, number: int, body: Any) -> bool:
    order = order_of(account, number)
    if not isinstance(body, dict) or "ordertypeid" not in body:
        raise SitooError(400, "ordertypeid is required")
    order.update(body)
    touch(order)
    return True


def order_of(account: Account, number: int) -> Json:
    if number not in account.orders:
        raise SitooError(404, f"There is no order {number}")
    return account.orders[number]


def touch(order: Json) -> None:
    """The log tells of every change, each in a second of its own."""
    last: int = order["orderlogitems"][-1]["datelog"]
    order["orderlogitems"].append({"datelog": max(last + 1, now()), "orderlogtypeid": 70})


def _gross(item: Json) -> Decimal:
    return Decimal(item["moneyitemtotal_net"]) + Decimal(item["moneyitemtotal_vat"])


def _item(place: int, given: Json) -> Json:
    """Written as a row with tax and a discount, read as net, VAT and a discount without tax for each piece."""
    if not given.get("productname") or not isinstance(given.get("quantity"), int) or not given["quantity"]:
        raise SitooError(400, "productname and quantity are required for an order item")
    rate, pieces = Decimal(str(given.get("vatvalue", 0))), given["quantity"]
    off = money(given.get("moneyrowdiscount", "0.00"), "moneyrowdiscount")
    gross = money(given.get("moneyrowprice", "0.00"), "moneyrowprice") - off
    net = (gross * 100 / (100 + rate)).quantize(_CENT, ROUND_HALF_UP)
    unit = Decimal(given.get("decimalunitquantity") or 1)
    return {
        "orderitemid": place,
        "orderitemtype": 10,
        "sku": given.get("sku", ""),
        "productid": given.get("productid"),
        "productname": given["productname"],
        "quantity": pieces,
        "decimalunitquantity": given.get("decimalunitquantity"),
        "vatvalue": given.get("vatvalue", 0),
        "moneyitemtotal_net": f"{net:.2f}",
        "moneyitemtotal_vat": f"{gross - net:.2f}",
        "moneydiscount": f"{off * 100 / (100 + rate) / abs(pieces):.2f}",
        "salestaxes": [],
        "additionaldata": given.get("additionaldata", {}),
        "decimalquantitytotal": f"{pieces * unit:.3f}",
    }
