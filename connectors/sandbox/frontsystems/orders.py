"""Orders for the stores, and web sales that are booked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.frontsystems.tenant import STORES, FrontSystemsError, Json, Tenant, now, problem

FREIGHT = "FREIGHT-1"
_KINDS = {"Unknown", "Kiosk", "BOPIS", "BOSS", "ROPIS", "Return", "Service"}
_PAYMENT_TYPES = {5, 6, 7, 10, 115, 116, 117, 124, 125, 128, 141}


def make(tenant: Tenant, body: Json, stock: str) -> int:
    """The same number twice makes two orders: nothing here keeps them apart."""
    _check(body)
    if not stock.isdecimal() or int(stock) not in STORES:
        raise problem(**{"x-StockId": f"There is no stock {stock}"})
    number = next(tenant.numbers)
    place = {"stockId": int(stock), "stockName": f"Stock {stock}"}
    tenant.orders[number] = {**body, "orderId": number, "fulfillmentLocation": place}
    tenant.note("export", body["orderNo"], body["orderNo"], number)
    return number


def change(tenant: Tenant, body: Json) -> int:
    _check(body)
    order = named(tenant, body["orderNo"])
    order.update({**body, "orderId": order["orderId"], "updatedDateTime": now()})
    number: int = order["orderId"]
    return number


def named(tenant: Tenant, number: str) -> Json:
    found = next((order for order in tenant.orders.values() if order["orderNo"] == number), None)
    if found is None:
        raise FrontSystemsError(404, {"message": f"There is no order {number}"})
    return found


def book(tenant: Tenant, body: Json, store: str) -> int:
    """PUT: the same guid is the same sale."""
    if not store.isdecimal() or int(store) not in STORES.values():
        raise problem(**{"x-storeId": f"There is no store {store}"})
    if body.get("customerID") not in tenant.customers:
        raise problem(customerID=f"There is no customer {body.get('customerID')}")
    lines, payments = body.get("salesLines") or [], body.get("paymentLines") or []
    if any(line["paymentType"] not in _PAYMENT_TYPES for line in payments):
        raise problem(paymentType="The payment type is not known")
    total = sum((_amount(line["price"]) * _amount(line["qty"]) for line in lines), Decimal(0))
    if total != sum((_amount(line["amount"]) for line in payments), Decimal(0)):
        raise problem(paymentLines="The payments are not what the lines come to")
    known = tenant.web_sales.get(body["saleGuid"])
    number: int = known["saleId"] if known else next(tenant.numbers)
    tenant.web_sales[body["saleGuid"]] = {**body, "saleId": number}
    if known is None:
        tenant.note("sale", body["saleGuid"], str(body.get("extRef", "")), number)
    return number


def _check(body: Json) -> None:
    if body.get("orderType") not in _KINDS:
        raise problem(orderType="The order type is not known")
    if not body.get("orderNo") or not body.get("orderLines"):
        raise problem(orderNo="orderNo and orderLines are required")


def _amount(value: Any) -> Decimal:
    return Decimal(str(value))
