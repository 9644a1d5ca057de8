"""What Flow knows of one tenant."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.core.ledger import Ledger

Json = dict[str, Any]

STORES = {"st-oslo": "Oslo", "st-bergen": "Bergen"}
#: This sandbox's names for what Flow does not publish, as the connector's Key Groups and Field Mapping take them.
FIELDS = {
    "Sku": "sku",
    "Quantity": "quantityOrdered",
    "LineTotal": "lineTotal",
    "VatRate": "vatPercentage",
    "OrderTotal": "orderTotals.total",
    "PaymentName": "method",
    "PaymentAmount": "amount",
    "PaymentId": "reference",
}
CALLS = {
    "OrderCreate": "POST /stores/{storeUid}/orders",
    "OrderLines": "items",
    "ProductCreate": "POST /products",
    "ProductUpdate": "PUT /products/{productUid}",
    "PriceSet": "PUT /products/{productUid}/price",
    "CustomerCreate": "POST /customers",
    "CustomerUpdate": "PUT /customers/{customerUid}",
}
MAPPING = {
    "Order.Number": "externalOrderNumber",
    "Order.Total": "orderTotals.total",
    "Line.Sku": "sku",
    "Line.Name": "name",
    "Line.Quantity": "quantityOrdered",
    "Line.Total": "lineTotal",
    "Product.Sku": "sku",
    "Product.Name": "name",
    "Product.Price": "recommendedRetailPrice",
    "Price.Price": "price",
    "Customer.Number": "externalId",
    "Customer.FirstName": "firstname",
    "Customer.LastName": "lastname",
    "Customer.Email": "email",
}


class FlowError(Exception):
    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


@dataclass(slots=True)
class Tenant:
    """Records by Uid, oldest first. `stock` is in hundredths by product and store; `transports` get webhooks."""

    uid: str
    ledger: Ledger
    orders: dict[str, Json] = field(default_factory=dict)
    receipts: dict[str, Json] = field(default_factory=dict)
    products: dict[str, Json] = field(default_factory=dict)
    customers: dict[str, Json] = field(default_factory=dict)
    prices: dict[str, int] = field(default_factory=dict)
    stock: dict[tuple[str, str], int] = field(default_factory=dict)
    transports: list[Json] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(10001))

    def new_uid(self, kind: str) -> str:
        return f"{kind}-{next(self.numbers)}"

    def product_of(self, sku: str) -> Json | None:
        return next((item for item in self.products.values() if item["sku"] == sku), None)

    def note(self, operation: str, identity: str, reference: str, uid: str) -> None:
        self.ledger.record(
            vendor="flow",
            operation=operation,
            identity=f"{operation} {identity}",
            reference=reference,
            object=uid,
            account=self.uid,
        )


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
