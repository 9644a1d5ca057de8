"""Stock: levels that are set in virtual warehouses, and movements in all others."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.sandbox.sitoo.account import VIRTUAL, Account, Json, SitooError, money, now
from connectors.sandbox.sitoo.lists import among, envelope, whole

#: Kinds of movements that others may book.
_OPEN = frozenset({10, 20, 60, 70})


def kind_of(account: Account, warehouse: int) -> Json:
    if warehouse not in account.warehouses:
        raise SitooError(404, f"There is no warehouse {warehouse}")
    return {
        "warehouseid": warehouse,
        "warehousetype": account.warehouses[warehouse],
        "usetype": 10,
        "storeid": warehouse,
        "sellable": True,
        "currencycode": account.currency,
        "name": f"Warehouse {warehouse}",
        "externalid": None,
    }


def read(account: Account, warehouse: int, query: Mapping[str, str]) -> Json:
    kind_of(account, warehouse)
    fits, since = among(query, "sku"), whole(query, "datelastmodifiedfrom", 0)
    items = [
        {
            "sku": sku,
            "decimaltotal": f"{total:.3f}",
            "decimalreserved": "0.000",
            "decimalavailable": f"{total:.3f}",
            "datelastmodified": account.changed[place, sku],
        }
        for (place, sku), total in sorted(account.levels.items())
        if place == warehouse and fits(sku) and account.changed[place, sku] >= since
    ]
    return envelope(items, query)


def state(account: Account, warehouse: int, item: Json) -> int:
    if account.warehouses.get(warehouse) != VIRTUAL:
        raise SitooError(400, "decimaltotal is read only but for virtual warehouses")
    account.put(warehouse, str(item.get("sku", "")), money(item.get("decimaltotal"), "decimaltotal"))
    return warehouse * 100_000 + len(account.levels)


def move(account: Account, body: Json) -> int:
    warehouse, kind = body.get("warehouseid"), body.get("transactiontype")
    if not isinstance(warehouse, int) or account.warehouses.get(warehouse) in {None, VIRTUAL}:
        raise SitooError(400, "Transactions cannot be added to this warehouse")
    if kind not in _OPEN:
        raise SitooError(400, f"Transactions of type {kind} are read only")
    items: list[tuple[str, Decimal]] = [
        (str(item.get("sku", "")), money(item.get("decimalquantity"), "decimalquantity"))
        for item in body.get("items") or ()
    ]
    unknown = [sku for sku, _ in items if account.product(sku) is None]
    if unknown or not items:
        raise SitooError(400, f"There is no product with SKU {', '.join(unknown)}")
    for sku, by in items:
        account.put(warehouse, sku, account.levels.get((warehouse, sku), Decimal(0)) + by)
    number = next(account.numbers)
    made: dict[str, Any] = {**body, "warehousetransactionid": number, "datecreated": now()}
    account.movements.append(made)
    return number
