"""The rules of ValidateOrder: each says what is wrong with an order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial

from connectors.contracts.common import Address, OrderDocument
from tenants.money import Money
from workflows.models import Product
from workflows.scopes import shipments_under_way

Rule = Callable[[OrderDocument], Iterator[str]]


def _lines(order: OrderDocument) -> Iterator[str]:
    if not order.lines:
        yield "there are no lines"
    for line in order.lines:
        if line.quantity <= 0:
            yield f"line {line.number} ({line.sku}) has the quantity {line.quantity.normalize():f}"


def _prices(order: OrderDocument) -> Iterator[str]:
    for line in order.lines:
        if not line.unit_price:
            yield f"line {line.number} ({line.sku}) has no price"


def _totals(order: OrderDocument) -> Iterator[str]:
    summed = sum((line.total.amount for line in order.lines), order.shipping_total.amount)
    expected = Money.of(summed, order.currency)
    if expected != order.total:
        yield f"lines and shipping come to {expected}, the total says {order.total}"


def _products(order: OrderDocument) -> Iterator[str]:
    skus = {line.sku for line in order.lines}
    active = set(Product.objects.filter(sku__in=skus, is_active=True).values_list("sku", flat=True))
    for sku in sorted(skus - active):
        yield f"product {sku} is switched off"


def _email(order: OrderDocument) -> Iterator[str]:
    if not (order.customer.email or order.billing.email):
        yield "the customer has no e-mail address"


def _phone(order: OrderDocument) -> Iterator[str]:
    if not (order.customer.phone or order.shipping.phone or order.billing.phone):
        yield "the customer has no phone number"


def _address(kind: str, order: OrderDocument) -> Iterator[str]:
    address: Address = getattr(order, kind)
    given = {
        "name": address.name or address.company,
        "street": address.line1,
        "city": address.city,
        "country": address.country,
    }
    missing = [name for name, value in given.items() if not value]
    if missing:
        yield f"the {kind} address has no {', '.join(missing)}"


def _payments(order: OrderDocument) -> Iterator[str]:
    held = (
        max(Decimal(item["authorized"]) - Decimal(item["cancelled"]), Decimal(item["captured"]))
        for item in order.sections.get("payments", ())
    )
    covered = sum(held, Decimal(0))
    if covered < order.total.amount:
        yield f"payments cover {Money.of(covered, order.currency)} of {order.total}"


def _shipments(order: OrderDocument) -> Iterator[str]:
    if not shipments_under_way(order):
        yield "there is no shipment"


RULES: Mapping[str, Rule] = {
    "Lines": _lines,
    "Prices": _prices,
    "Totals": _totals,
    "Products": _products,
    "CustomerEmail": _email,
    "CustomerPhone": _phone,
    "BillingAddress": partial(_address, "billing"),
    "ShippingAddress": partial(_address, "shipping"),
    "Payments": _payments,
    "Shipments": _shipments,
}

#: What is looked at where a step names no rules: what every order should be able to stand.
USUAL = ("Lines", "Totals", "Products", "CustomerEmail", "BillingAddress")
