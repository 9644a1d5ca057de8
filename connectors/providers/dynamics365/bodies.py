"""What is sent to Business Central: the header and lines of a sales order, and a new customer.

Prices go as the shopper paid them (pricesIncludeTax) or without tax; see `_exclusive` for how no cent gets lost there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce
from typing import Any

from connectors.contracts.common import Address, Line, OrderDocument
from connectors.errors import Misconfigured, Rejected
from tenants.money import Money, quantum

MOST_NUMBER = 35
#: Lines are numbered by us, so that Business Central refuses the second one of a number.
STEP, SHIPPING = 10_000, 1_000_000_000
#: Decimals of unit prices in Business Central.
_UNIT = Decimal("0.00001")
_LONGEST = {"AddressLine1": 100, "AddressLine2": 50, "City": 30, "State": 30, "PostCode": 20, "Country": 10}

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A sales order as it should be. `amendable` are the header's fields that a later export may still change."""

    header: Body
    lines: tuple[Body, ...]
    amendable: frozenset[str]

    def missing(self, order: Mapping[str, Any]) -> list[Body]:
        there = {line["sequence"] for line in order["salesOrderLines"]}
        return [line for line in self.lines if line["sequence"] not in there]

    def changes(self, order: Mapping[str, Any]) -> Body:
        """Business Central keeps codes in capitals and texts without outer spaces."""
        return {
            name: value
            for name, value in self.header.items()
            if name in self.amendable and _plain(value) != _plain(order.get(name))
        }


def external_number(order: OrderDocument, prefix: str) -> str:
    """The order's number as Business Central keeps it. Raises Rejected for one that does not fit."""
    number = f"{prefix}{order.number}".strip().upper()
    if len(number) > MOST_NUMBER:
        raise Rejected(
            f"External Document No. would be {number}; Business Central takes {MOST_NUMBER} characters at most"
        )
    return number


def wanted(order: OrderDocument, values: Any, mapping: Iterable[tuple[str, str]]) -> Wanted:
    """`mapping` is the connector's Field Mapping: order property to field of the sales order. Raises Misconfigured where
    a setting is missing without which money would get lost."""
    mapped = {field: order.properties[ours] for ours, field in mapping if ours in order.properties}
    contact = {
        "phoneNumber": order.billing.phone or order.customer.phone,
        "email": order.customer.email or order.billing.email,
    }
    later = {**_address("shipTo", order.shipping), **contact, **mapped}
    header = {
        **values.order_fields,
        "externalDocumentNumber": external_number(order, values.external_number_prefix),
        "orderDate": order.placed_at.date(),
        "currencyCode": order.currency,
        "pricesIncludeTax": values.prices_include_tax,
        **_address("sellTo", order.billing),
        **later,
    }
    lines = tuple(sales_line(line, values.prices_include_tax) for line in order.lines)
    return Wanted(header, lines + _shipping(order, values), frozenset(later))


def new_customer(order: OrderDocument, values: Any) -> Body:
    customer, address = order.customer, order.billing if _is_given(order.billing) else order.shipping
    company = customer.company or order.billing.company
    name = company or f"{customer.first_name} {customer.last_name}".strip() or address.name
    email = customer.email or order.billing.email
    number = {"number": customer.number} if values.customer_numbers == "ours" and customer.number else {}
    return {
        **values.customer_fields,
        **number,
        "displayName": (name or email)[:100],
        "type": "Company" if company else "Person",
        "addressLine1": address.line1[:100],
        "addressLine2": address.line2[:50],
        "city": address.city[:30],
        "state": address.region[:30],
        "country": address.country,
        "postalCode": address.postal_code[:20],
        "phoneNumber": customer.phone or address.phone,
        "email": email,
    }


def _address(kind: str, address: Address) -> Body:
    """The fields of one address; none for an empty one, in whose stead Business Central takes the customer's."""
    if not _is_given(address):
        return {}
    names = {"shipToName": (address.company or address.name)[:100], "shipToContact": address.name[:100]}
    texts = (
        address.line1,
        address.line2,
        address.city,
        address.region,
        address.postal_code,
        address.country,
    )
    parts = {
        f"{kind}{field}": text[:longest]
        for (field, longest), text in zip(_LONGEST.items(), texts, strict=True)
    }
    return {**(names if kind == "shipTo" else {}), **parts}


def _is_given(address: Address) -> bool:
    return bool(address.line1 or address.city or address.postal_code)


def sales_line(line: Line, inclusive: bool) -> Body:
    price, discount = _inclusive(line) if inclusive else _exclusive(line)
    return {
        "sequence": line.number * STEP,
        "lineType": "Item",
        "lineObjectNumber": line.sku,
        "description": (line.name or line.sku)[:100],
        "quantity": line.quantity,
        "unitPrice": price,
        "discountAmount": discount,
    }


def _inclusive(line: Line) -> tuple[Decimal, Decimal]:
    """Unit price and discount as the shopper saw them. A shop may round a fraction of a unit in its own way; then the
    price is what makes the line come to its total."""
    price, discount, total = line.unit_price.amount, line.discount.amount, line.total.amount
    there = _rounded(line.quantity * price, line.total.currency) - discount
    return (price if there == total else _unit_price(total + discount, line.quantity)), discount


def _exclusive(line: Line) -> tuple[Decimal, Decimal]:
    """Unit price and discount without tax, such that quantity times price less discount is exactly what the line comes
    to without its tax. Only the discount is rounded to the currency; the price takes what that leaves."""
    net = line.total.amount - line.tax.amount
    discount = _rounded(line.discount.amount * 100 / (100 + line.tax_rate), line.discount.currency)
    return _unit_price(net + discount, line.quantity), discount


def _unit_price(amount: Decimal, quantity: Decimal) -> Decimal:
    return (amount / quantity).quantize(_UNIT, ROUND_HALF_UP)


def _rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(quantum(currency), ROUND_HALF_UP)


def _shipping(order: OrderDocument, values: Any) -> tuple[Body, ...]:
    if not order.shipping_total:
        return ()
    if not values.shipping_line_account:
        raise Misconfigured(
            f"The order has a shipping fee of {order.shipping_total}; set the property ShippingLineAccount to the"
            " number of the account in Business Central that takes it"
        )
    price = order.shipping_total.amount
    if not values.prices_include_tax:
        price -= _shipping_tax(order).amount
    line = {
        "sequence": SHIPPING,
        "lineType": values.shipping_line_type,
        "lineObjectNumber": values.shipping_line_account,
        "description": "Shipping",
        "quantity": 1,
        "unitPrice": price,
        "discountAmount": Decimal(0),
    }
    return (line,)


def _shipping_tax(order: OrderDocument) -> Money:
    """What of the order's tax is on none of its lines."""
    return reduce(lambda rest, line: rest - line.tax, order.lines, order.tax_total)


def _plain(value: Any) -> str:
    return " ".join(str("" if value is None else value).split()).casefold()
