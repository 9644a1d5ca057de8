"""Orders and their receipts, with the names that Flow publishes, and this sandbox's own for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.sandbox.flow.tenant import STORES, FlowError, Json, Tenant, now

_ADDRESS = {
    **dict.fromkeys(("address", "city", "companyName", "email", "firstname", "lastname", "mobile"), ""),
    **dict.fromkeys(("postalCode", "vatNumber", "displayName"), ""),
    "countryCode": "NO",
}


def add(tenant: Tenant, store: str, given: Json, items: Sequence[Json]) -> Json:
    """Raises FlowError for a store that is none."""
    if store not in STORES:
        raise FlowError(404, f"There is no store {store}")
    uid, moment = tenant.new_uid("or"), now()
    order: Json = {
        "createdAt": moment,
        "lastModifiedAt": moment,
        "customerAddress": dict(_ADDRESS),
        "customerUid": None,
        "customerContact": None,
        "deliveryState": "NOT_STARTED",
        "externalOrderNumber": "",
        "externalVoucherNumber": "",
        "invoiceAddress": None,
        "note": "",
        "orderDate": moment[:10],
        "orderState": "OPEN",
        "orderTotals": {"total": sum(item["lineTotal"] for item in items)},
        "settleState": "NOT_STARTED",
        "settlements": [],
        "tenantUserDisplayName": "Ola",
        "type": "SALES",
        "voucherNumber": "",
        **given,
        "items": [_item(tenant, item) for item in items],
        "orderUid": uid,
        "orderNumber": uid.rpartition("-")[2],
        "storeUid": store,
        "storeName": STORES[store],
    }
    tenant.orders[uid] = order
    return order


def make(tenant: Tenant, store: str, body: Json) -> Json:
    """An order that somebody else sends. Flow has no key that would keep a second one away."""
    items = body.get("items")
    if not isinstance(items, list) or not items:
        raise FlowError(400, "An order needs items")
    known = {name: value for name, value in body.items() if name != "items"}
    order = add(tenant, store, known, items)
    number = str(body.get("externalOrderNumber") or order["orderUid"])
    tenant.note("export", number, number, order["orderUid"])
    return order


def settle(tenant: Tenant, order: Json, method: str) -> Json:
    """It is paid in full and gets its receipt."""
    number = tenant.new_uid("re")
    order["settlements"].append(
        {"method": method, "amount": order["orderTotals"]["total"], "reference": number}
    )
    order |= {"settleState": "SETTLED", "voucherNumber": number, "lastModifiedAt": now()}
    tenant.receipts[number] = {
        "storeUid": order["storeUid"],
        "orderUid": order["orderUid"],
        "orderReceiptUid": number,
        "settleState": "SETTLED",
        "voucherNumber": number,
        "settledAt": now(),
    }
    return order


def order_of(tenant: Tenant, uid: str) -> Json:
    if uid not in tenant.orders:
        raise FlowError(404, f"There is no order {uid}")
    return tenant.orders[uid]


def search(tenant: Tenant, asked: Any) -> list[Json]:
    stores, since = asked.get("storeUids") or list(STORES), asked.get("settledAtFrom") or ""
    return [
        receipt
        for receipt in tenant.receipts.values()
        if receipt["storeUid"] in stores and receipt["settledAt"] >= since
    ]


def _item(tenant: Tenant, given: Json) -> Json:
    if not isinstance(given.get("lineTotal"), int) or not isinstance(given.get("quantityOrdered"), int):
        raise FlowError(400, "Amounts and quantities are integers with two implied decimals")
    return {
        "actions": [],
        "allowedActions": ["QUANTITY_SOLD"],
        "createdAt": now(),
        "itemDiscountAmount": 0,
        "itemPrice": abs(given["lineTotal"] * 100 // given["quantityOrdered"]),
        "lastModifiedAt": now(),
        "name": given.get("sku", ""),
        "note": "",
        "orderLinks": [],
        "vatPercentage": 2500,
        **given,
        "orderItemUid": tenant.new_uid("it"),
    }
