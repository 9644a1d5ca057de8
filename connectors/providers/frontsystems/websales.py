"""Finished web sales: PUT /api/Sale by an id that we make of our number, so that a repeat is the same sale."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from connectors.contracts.common import OrderDocument
from connectors.errors import Rejected
from connectors.providers.frontsystems.cursor import CLOCK
from connectors.providers.frontsystems.people import phone_of
from connectors.providers.frontsystems.rows import Row, rows_of, total_of, vat

Body = dict[str, Any]


def sale_guid(tenant: UUID, order: OrderDocument) -> str:
    return str(uuid5(tenant, f"frontsystems/{order.number}"))


def buyer_of(order: OrderDocument) -> Body:
    """The customer to find or make. Raises Rejected where nobody could be found again."""
    customer, billing = order.customer, order.billing
    first, _, last = billing.name.partition(" ")
    body = {
        "extId": customer.number,
        "email": customer.email or billing.email,
        "firstName": customer.first_name or first,
        "lastName": customer.last_name or last,
        **phone_of(customer.phone or billing.phone),
    }
    told = {name: text for name, text in body.items() if text}
    if not told.keys() & {"extId", "email", "phone"}:
        raise Rejected(
            "The buyer has neither number, phone nor e-mail address, and a web sale needs a customer; set the connector's"
            " property WebCustomerId"
        )
    return told


@dataclass(frozen=True, slots=True)
class Places:
    """The location that the goods leave, and the article of the shipping fee."""

    stock: int
    freight: str


def body_of(order: OrderDocument, values: Any, tenant: UUID, places: Places) -> Body:
    """A sale, but for its customer. Raises Rejected where the payments are not what the rows come to."""
    rows = rows_of(order)
    lines = [_line(row, places.stock) for row in rows]
    total = total_of(rows)
    if order.shipping_total:
        lines.append(_freight(order, places))
        total += order.shipping_total.amount
    payments = _payments(order, values.payment_types)
    paid = sum((Decimal(line["amount"]) for line in payments), Decimal(0))
    if paid != total:
        raise Rejected(
            f"The rows come to {total:.2f} {order.currency}, what is captured and not refunded to {paid:.2f}; Front Systems"
            " takes web sales that are paid in full only, so capture the order first"
        )
    return {
        "saleGuid": sale_guid(tenant, order),
        "extRef": order.number,
        "saleDateTime": order.placed_at.astimezone(CLOCK).isoformat(timespec="seconds"),
        "isComplete": True,
        "isVoided": False,
        "salesLines": lines,
        "paymentLines": payments,
    }


def _line(row: Row, stock: int) -> Body:
    return {
        "identity": row.gtin,
        "text": row.name,
        "price": row.price,
        "qty": row.quantity,
        "stockID": stock,
        "vat": vat(row.rate),
    }


def _freight(order: OrderDocument, places: Places) -> Body:
    tax = order.tax_total.amount - sum((line.tax.amount for line in order.lines), Decimal(0))
    net = order.shipping_total.amount - tax
    rate = tax * 100 / net if net > 0 else Decimal(0)
    known = sorted({Decimal(0), *(line.tax_rate for line in order.lines)}, key=lambda one: abs(one - rate))
    return {
        "identity": places.freight,
        "text": "Shipping",
        "price": order.shipping_total.amount,
        "qty": 1,
        "stockID": places.stock,
        "vat": vat(known[0] if abs(known[0] - rate) < 1 else rate),
    }


def _payments(order: OrderDocument, types: dict[str, int]) -> list[Body]:
    lines = []
    for payment in order.sections.get("payments", ()):
        taken = Decimal(payment["captured"]) - Decimal(payment["refunded"])
        if taken <= 0:
            continue
        method = str(payment["payment_method"])
        if method.casefold() not in types:
            raise Rejected(
                f"The payment method {method} has no payment type of Front Systems; name it in the connector's property"
                f' PaymentTypes, such as {{"{method}": 10}}'
            )
        lines.append(
            {
                "extRef": payment["provider_id"] or payment["reference"],
                "currency": order.currency,
                "amount": taken,
                "paymentType": types[method.casefold()],
            }
        )
    return lines
