"""What is sent to PowerOffice Go: the lines and head of a sales order. Prices go without VAT, which follows the account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connectors.contracts.common import Line, OrderDocument
from connectors.contracts.fees import shipping_rate
from connectors.errors import Rejected
from connectors.providers.poweroffice.settings import typed
from tenants.money import quantum

#: The books' days are Norwegian.
NORWAY = ZoneInfo("Europe/Oslo")
MOST_DESCRIPTION = 400
_FINE = Decimal("0.000001")
_PERCENT = Decimal("0.0001")
_MOST_DIGITS = 18

Body = dict[str, Any]


def day_of(moment: datetime) -> date:
    return moment.astimezone(NORWAY).date()


def order_body(
    order: OrderDocument, customer: int, ours: str, values: Any, mapping: Iterable[tuple[str, str]]
) -> Body:
    return {
        **values.order_fields,
        "CustomerId": customer,
        "SalesOrderDate": day_of(order.placed_at),
        "CurrencyCode": order.currency,
        "SalesOrderStatus": values.order_status,
        "ExternalImportReference": ours,
        "CustomMatchingReference": ours,
        "PurchaseOrderReference": order.number,
        **_numbered(order.number),
        **_mapped(order, mapping),
        "SalesOrderLines": [
            {**line, "SortOrder": at, "ExternalImportReference": str(at + 1)}
            for at, line in enumerate(order_lines(order, values))
        ],
    }


def order_lines(order: OrderDocument, values: Any) -> Iterator[Body]:
    for line in order.lines:
        yield body_of_line(line, line.quantity, values)
    if order.shipping_total:
        yield fee_line(
            values.shipping_product, "Frakt", order.shipping_total.amount, shipping_rate(order), values
        )


def body_of_line(line: Line, quantity: Decimal, values: Any) -> Body:
    price, allowance = _priced(line)
    body = {
        "LineType": "Normal",
        "ProductCode": line.sku,
        "Description": (line.name or line.sku)[:MOST_DESCRIPTION],
        "Quantity": quantity,
        "ProductUnitPrice": price,
        **_account(line.tax_rate, values),
    }
    return {**body, "Allowance": allowance} if allowance else body


def fee_line(product: str, text: str, gross: Decimal, rate: Decimal, values: Any) -> Body:
    """One piece of a product that stands for an amount."""
    return {
        "LineType": "Normal",
        "ProductCode": product,
        "Description": text[:MOST_DESCRIPTION],
        "Quantity": Decimal(1),
        "ProductUnitPrice": _fine(gross / _factor(rate)),
        **_account(rate, values),
    }


def total_note(order: OrderDocument, wanted: Decimal, made: Any, *, document: str) -> str:
    """How the total over there differs; "" when it does not. Raises Rejected for more than rounding."""
    if made is None:
        return ""
    theirs = Decimal(str(made))
    difference = abs(theirs - wanted)
    if not difference:
        return ""
    if difference > quantum(order.currency) * (len(order.lines) + 2):
        raise Rejected(
            f"PowerOffice Go has made {document} with a total of {theirs} {order.currency} instead of {wanted}. VAT"
            " follows the sales accounts of its products and its customer: correct them there, and the order"
        )
    return f"; its total there is {theirs}, here {wanted} {order.currency}"


def _priced(line: Line) -> tuple[Decimal, Decimal | None]:
    """Price and allowance (percent) of a piece, or only a price where both together would not come to the line's total."""
    factor, gross = _factor(line.tax_rate), line.unit_price.amount * line.quantity
    net = line.total.amount / factor
    price = _fine(line.unit_price.amount / factor)
    if not line.discount.amount:
        allowance = Decimal(0)
    else:
        allowance = (line.discount.amount * 100 / gross).quantize(_PERCENT) if gross else Decimal(0)
    cent = quantum(line.total.currency)
    comes_to = price * line.quantity * (100 - allowance) / 100
    if comes_to.quantize(cent, ROUND_HALF_UP) != net.quantize(cent, ROUND_HALF_UP):
        return _fine(net / line.quantity), None
    return price, plain(allowance) if allowance else None


def plain(number: Decimal) -> Decimal:
    """Without zeros at the end, and without an exponent."""
    return Decimal(format(number.normalize(), "f"))


def _fine(amount: Decimal) -> Decimal:
    return plain(amount.quantize(_FINE, ROUND_HALF_UP))


def _factor(rate: Decimal) -> Decimal:
    return 1 + rate / 100


def _account(rate: Decimal, values: Any) -> Body:
    optional = not rate and values.lines_without_vat == "OptionalAccount"
    return {"UseStandardSalesAccount": False} if optional else {}


def _numbered(number: str) -> Body:
    """Go shows the order number of the other system where it is a number."""
    fits = number.isascii() and number.isdecimal() and len(number) <= _MOST_DIGITS
    return {"ImportedOrderNo": int(number)} if fits else {}


def _mapped(order: OrderDocument, mapping: Iterable[tuple[str, str]]) -> Body:
    try:
        return {
            field: typed(field, order.properties[name]) for name, field in mapping if name in order.properties
        }
    except ValueError as error:
        raise Rejected(f"Field Mapping: {error}") from None
