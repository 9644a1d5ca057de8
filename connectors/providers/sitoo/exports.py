"""An order of ours as Sitoo takes it: rows with prices including tax, the store's warehouse, and what is paid."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.contracts.common import Address, Line, OrderDocument
from connectors.errors import Misconfigured, Rejected
from connectors.providers.sitoo.receipts import OURS
from tenants.money import Money

Body = dict[str, Any]

_ORDER = 10
_NO_PAYMENT, _RESERVED, _PAID = 0, 15, 20
_EXTERNAL_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
#: What a later export may still change.
AMENDABLE = (
    *("email", "namefirst", "namelast", "company", "phone"),
    *(
        f"{kind}_{part}"
        for kind in ("invoice", "delivery")
        for part in ("address", "address2", "zip", "city")
    ),
    *("invoice_state", "invoice_countryid", "delivery_state", "delivery_countryid"),
)


def external_id(order: OrderDocument, values: Any) -> str:
    """Our number in Sitoo. Raises Rejected for one that Sitoo does not take."""
    number = f"{values.external_id_prefix}{order.number}"
    if not _EXTERNAL_ID.fullmatch(number):
        raise Rejected(
            f"The external id would be {number!r}; Sitoo takes 1 to 40 letters, digits, dashes and underscores. Change"
            " the order's number, or the connector's property ExternalIdPrefix"
        )
    return number


def body_of(order: OrderDocument, values: Any, warehouse: int, fields: Mapping[str, Any]) -> Body:
    """A new order. `fields` are what the Field Mapping adds."""
    rows = [_row(line) for line in order.lines]
    return {
        "externalid": external_id(order, values),
        "ordertypeid": _ORDER,
        "warehouseid": warehouse,
        "currencycode": order.currency,
        "orderdate": int(order.placed_at.timestamp()),
        **contact_of(order, values),
        **_money_of(order),
        "additionaldata": {OURS: order.number},
        "orderitems": [*rows, *_shipping(order, values)],
        **fields,
    }


def contact_of(order: OrderDocument, values: Any) -> Body:
    """Sitoo takes an order with a delivery address for one that is sent, so what is collected goes without."""
    customer, billing = order.customer, order.billing
    sent = order.order_type.casefold() not in values.pickup_order_types
    first, _, last = (billing.name or order.shipping.name).partition(" ")
    return {
        "email": customer.email or billing.email or order.shipping.email,
        "namefirst": customer.first_name or first,
        "namelast": customer.last_name or last,
        "company": customer.company or billing.company,
        "phone": customer.phone or billing.phone or order.shipping.phone,
        **_address("invoice", billing),
        **_address("delivery", order.shipping if sent else Address()),
    }


def warehouse_of(order: OrderDocument, found: str) -> int:
    """Raises Misconfigured where the order's store is at no warehouse of Sitoo."""
    if not (found.isascii() and found.isdecimal()):
        what = f"The store {order.store}" if order.store else "The order has no store, and so"
        raise Misconfigured(
            f"{what} has no warehouse in Sitoo: give the store the external id SitooWarehouseId with the warehouse's"
            " number, or set the connector's property WarehouseId"
        )
    return int(found)


def _address(kind: str, address: Address) -> Body:
    return {
        f"{kind}_address": address.line1,
        f"{kind}_address2": address.line2,
        f"{kind}_zip": address.postal_code,
        f"{kind}_city": address.city,
        f"{kind}_state": address.region,
        f"{kind}_countryid": address.country,
    }


def _row(line: Line) -> Body:
    """Sitoo counts whole rows; of goods by weight it takes one of so many units."""
    whole = line.quantity == line.quantity.to_integral_value()
    price = line.total + line.discount
    discount = {"moneyrowdiscount": _text(line.discount)} if line.discount else {}
    return {
        "sku": line.sku,
        "productname": line.name or line.sku,
        "quantity": int(line.quantity) if whole else 1,
        **({} if whole else {"decimalunitquantity": f"{line.quantity:.3f}"}),
        "moneyrowprice": _text(price),
        **discount,
        "vatvalue": _number(line.tax_rate),
    }


def _shipping(order: OrderDocument, values: Any) -> list[Body]:
    if not order.shipping_total:
        return []
    row = {
        "productname": "Shipping",
        "quantity": 1,
        "moneyrowprice": _text(order.shipping_total),
        "vatvalue": _shipping_rate(order),
    }
    return [{"sku": values.shipping_sku, **row} if values.shipping_sku else row]


def _shipping_rate(order: OrderDocument) -> Decimal | int:
    """The rate that the tax on no line implies, if that is one of the lines' rates, which it is but for rounding."""
    tax = order.tax_total.amount - sum((line.tax.amount for line in order.lines), Decimal(0))
    net = order.shipping_total.amount - tax
    implied = tax * 100 / net if net else Decimal(0)
    rates = sorted(
        {Decimal(0), *(line.tax_rate for line in order.lines)}, key=lambda rate: abs(rate - implied)
    )
    near = rates[0] if abs(rates[0] - implied) < 1 else round(implied, 2)
    return _number(near)


def _money_of(order: OrderDocument) -> Body:
    """What the payments here hold: taken, or reserved until the goods are handed over."""
    taken, reserved = [], []
    for payment in order.sections.get("payments", ()):
        name, number = payment["payment_method"], payment["provider_id"] or payment["reference"]
        captured = Decimal(payment["captured"]) - Decimal(payment["refunded"])
        open_amount = (
            Decimal(payment["authorized"]) - Decimal(payment["captured"]) - Decimal(payment["cancelled"])
        )
        if captured > 0:
            taken.append({"name": name, "moneyamount": f"{captured:.2f}", "externalid": number})
        if open_amount > 0:
            reserved.append({"id": number, "name": name, "moneyreserved": f"{open_amount:.2f}"})
    held = [Decimal(row["moneyamount"]) for row in taken], [Decimal(row["moneyreserved"]) for row in reserved]
    paid, all_held = sum(held[0]), sum(held[0]) + sum(held[1])
    total = order.total.amount
    state = _PAID if paid >= total else _RESERVED if all_held >= total else _NO_PAYMENT
    lists = {"payments": taken, "reservedpayments": reserved}
    return {"paymentstateid": state, **{name: rows for name, rows in lists.items() if rows}}


def _number(rate: Decimal) -> Decimal | int:
    return int(rate) if rate == rate.to_integral_value() else rate


def _text(amount: Money) -> str:
    return f"{amount.amount:.2f}"
