"""A shop's order as the document of a new order here, and as JSON that is kept until it could be placed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from connectors.canonical import request_hash
from connectors.contracts.common import Address, Customer
from connectors.contracts.ecommerce import ImportedLine, ImportedOrder, ImportedPayment, OrderKind
from connectors.contracts.plain import plain
from tenants.money import Money
from tenants.storable import storable as storable_text

#: Properties of orders and lines that an import writes.
EXTERNAL_ID = "ExternalId"
SHIPPING_METHOD = "ShippingMethod"
SHOP_PAYMENTS = "ShopPayments"
KIND, RETURN_OF, HANDED_OVER = "Kind", "ReturnOf", "HandedOver"

_NOT_IN_NUMBERS = re.compile(r"[^A-Za-z0-9._-]+")
_CUSTOMER = ("number", "email", "phone", "first_name", "last_name", "company")


def order_number(order: ImportedOrder, prefix: str) -> str:
    """Prefix and the shop's number, of characters that numbers may have: "#1001" becomes "1001"."""
    own = _NOT_IN_NUMBERS.sub("-", order.number).strip("-") or order.external_id
    return f"{prefix}{own}"


def order_data(
    order: ImportedOrder, *, number: str, market: str, order_type: str, source: str
) -> dict[str, Any]:
    """The body of a new order. The total is the shop's own, so that one that does not add up is refused."""
    return {
        "number": number,
        "market": market,
        "order_type": order_type,
        "store": order.store,
        "currency": order.currency,
        "placed_at": order.placed_at,
        "customer": {name: getattr(order.customer, name) for name in _CUSTOMER},
        "billing": asdict(order.billing),
        "shipping": asdict(order.shipping),
        "lines": [_line(line) for line in order.lines if line.quantity],
        "shipping_total": order.shipping_total.amount,
        "shipping_tax_rate": order.shipping_tax_rate,
        "total": order.total.amount,
        "tags": list(order.tags),
        "properties": order_properties(order),
        "external_ids": {source: order.external_id},
    }


def order_properties(order: ImportedOrder) -> dict[str, Any]:
    """The shop's properties, and what the order has no field for."""
    more: dict[str, Any] = {SHIPPING_METHOD: order.shipping_method} if order.shipping_method else {}
    if order.payments:
        more[SHOP_PAYMENTS] = [_payment(payment) for payment in order.payments]
    if order.kind is OrderKind.RETURN:
        more |= {KIND: str(order.kind), **({RETURN_OF: order.return_of} if order.return_of else {})}
    if order.handed_over:
        more[HANDED_OVER] = True
    found: dict[str, Any] = plain({**order.properties, **more})
    return found


def checksums(properties: Mapping[str, Any]) -> dict[str, str]:
    """By name; a copy of the values would outlive the order's."""
    return {name: request_hash([value])[:16] for name, value in properties.items()}


def fixed_part(order: ImportedOrder) -> str:
    """A checksum of what is taken over only once: lines, amounts and addresses."""
    names = ("currency", "billing", "shipping", "shipping_total", "total")
    lines = [
        [line.external_id, line.sku, line.quantity, line.unit_price, line.discount] for line in order.lines
    ]
    return request_hash([*(getattr(order, name) for name in names), lines])


def storable(order: ImportedOrder) -> ImportedOrder:
    """The same order without characters that no database holds, and without `raw`."""
    return load(dump(order))


def dump(order: ImportedOrder) -> dict[str, Any]:
    """As JSON; `raw` is left out."""
    document: dict[str, Any] = _dumped(replace(order, raw={}))
    return document


def load(document: Mapping[str, Any]) -> ImportedOrder:
    """What `dump` made."""
    values = dict(document)
    for name in ("placed_at", "modified_at"):
        values[name] = datetime.fromisoformat(values[name])
    for name in ("shipping_total", "total"):
        values[name] = Money(Decimal(values[name][0]), values[name][1])
    values["customer"] = Customer(**values["customer"])
    values["billing"], values["shipping"] = Address(**values["billing"]), Address(**values["shipping"])
    values["lines"] = tuple(ImportedLine(**_amounts(line)) for line in values["lines"])
    values["payments"] = tuple(ImportedPayment(**_amounts(item)) for item in values["payments"])
    values["shipping_tax_rate"] = Decimal(values["shipping_tax_rate"])
    values["kind"] = OrderKind(values.get("kind", OrderKind.SALE))
    return ImportedOrder(**{**values, "tags": tuple(values["tags"])})


def _line(line: ImportedLine) -> dict[str, Any]:
    properties = {**line.properties, **({EXTERNAL_ID: line.external_id} if line.external_id else {})}
    return {
        "sku": line.sku,
        "name": line.name[:200],
        "quantity": line.quantity,
        "unit_price": line.unit_price.amount,
        "discount": line.discount.amount,
        "tax_rate": round(line.tax_rate, 3),
        "properties": plain(properties),
    }


def _payment(payment: ImportedPayment) -> dict[str, str]:
    amounts = {"authorized": payment.authorized, "captured": payment.captured}
    return {
        "method": payment.method,
        "provider_id": payment.provider_id,
        "currency": payment.authorized.currency,
        **{name: str(money.amount) for name, money in amounts.items()},
    }


def _dumped(value: Any) -> Any:
    if isinstance(value, Money):
        return [str(value.amount), value.currency]
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: _dumped(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {_dumped(str(key)): _dumped(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_dumped(item) for item in value]
    if isinstance(value, str):
        return storable_text(value)
    return plain(value)


def _amounts(values: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(values)
    for name, value in values.items():
        if name in {"unit_price", "discount", "authorized", "captured"}:
            found[name] = Money(Decimal(value[0]), value[1])
        elif name in {"quantity", "tax_rate"}:
            found[name] = Decimal(value)
    return found
