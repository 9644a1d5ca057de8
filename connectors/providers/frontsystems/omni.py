"""Omnichannel orders: collected in a store, reserved for one, or sent from one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.contracts.common import Address, OrderDocument
from connectors.providers.frontsystems.api import Json, told
from connectors.providers.frontsystems.people import phone_of
from connectors.providers.frontsystems.rows import Row, rows_of, vat

Body = dict[str, Any]

PICKUP, RESERVE, SHIP = "BOPIS", "ROPIS", "BOSS"
UNHANDLED = "UnHandled"
#: What Front Systems' order states mean. Any other is told as it is, and nothing is changed then.
STATES = {
    UNHANDLED.casefold(): "open",
    "picked": "picked",
    "shipped": "shipped",
    "returned": "returned",
    "rejected": "rejected by the store",
}
#: What a second export may still change.
_AMENDABLE = ("customer", "shippingAddress")


def kind_of(order: OrderDocument, values: Any) -> str:
    name = order.order_type.casefold()
    if name in values.pickup_order_types:
        return PICKUP
    return RESERVE if name in values.reserve_order_types else SHIP


def body_of(order: OrderDocument, values: Any) -> Body:
    kind = kind_of(order, values)
    return {
        "orderNo": order.number,
        "orderType": kind,
        "status": UNHANDLED,
        "createdDateTime": order.placed_at.isoformat(timespec="seconds"),
        **contact_of(order, kind),
        "orderLines": [_line(row) for row in rows_of(order)],
        "paymentLines": [] if kind == RESERVE else _payments(order),
        "vatTotal": order.tax_total.amount,
        "total": order.total.amount,
    }


def contact_of(order: OrderDocument, kind: str) -> Body:
    """An order that is collected goes without delivery address."""
    customer, billing = order.customer, order.billing
    first, _, last = (billing.name or order.shipping.name).partition(" ")
    who = {
        "email": customer.email or billing.email or order.shipping.email,
        "firstName": customer.first_name or first,
        "lastName": customer.last_name or last,
        "companyName": customer.company or billing.company,
        **phone_of(customer.phone or billing.phone or order.shipping.phone),
    }
    told_of = {name: text for name, text in who.items() if text}
    sent = {"shippingAddress": _address(order.shipping)} if kind == SHIP else {}
    return {"customer": {**told_of, "address": _address(billing)}, **sent}


def state_of(there: Json) -> str:
    """Front Systems' state in our words; "" for a word that is not known."""
    return STATES.get(told(there, "status").casefold(), "")


def is_open(there: Json) -> bool:
    return told(there, "status").casefold() == UNHANDLED.casefold()


def differs(wanted: Body, there: Json) -> list[str]:
    """Which parts are not there as we would write them; fields that we do not tell are let be."""
    return [
        name for name in _AMENDABLE if name in wanted and not _holds(there.get(name.lower()), wanted[name])
    ]


def _holds(there: Any, wanted: Any) -> bool:
    if not isinstance(wanted, dict):
        return bool((there or "") == wanted)
    own = there if isinstance(there, dict) else {}
    return all(_holds(own.get(name.lower()), value) for name, value in wanted.items())


def _address(address: Address) -> Body:
    first, _, last = address.name.partition(" ")
    parts = {
        "firstName": first,
        "lastName": last,
        "companyName": address.company,
        "address1": address.line1,
        "address2": address.line2,
        "city": address.city,
        "province": address.region,
        "postalCode": address.postal_code,
        "countryCode": address.country,
    }
    return {name: text for name, text in parts.items() if text}


def _line(row: Row) -> Body:
    discount = row.full - row.price
    return {
        "rowId": row.number,
        "gtin": row.gtin,
        "externalSKU": row.sku,
        "receiptLabel": row.name,
        "quantity": row.quantity,
        "price": row.price,
        "fullPrice": row.full,
        "discount": discount,
        "vatPercent": vat(row.rate),
        "status": UNHANDLED,
    }


def _payments(order: OrderDocument) -> list[Body]:
    """What is taken, or reserved until the goods are handed over."""
    lines = []
    for payment in order.sections.get("payments", ()):
        taken = Decimal(payment["captured"]) - Decimal(payment["refunded"])
        reserved = (
            Decimal(payment["authorized"]) - Decimal(payment["captured"]) - Decimal(payment["cancelled"])
        )
        number = payment["provider_id"] or payment["reference"]
        held = max(taken, Decimal(0)) + max(reserved, Decimal(0))
        if held:
            name = payment["payment_method"]
            lines.append(
                {"type": name, "text": name, "currency": order.currency, "amount": held, "txRef": number}
            )
    return lines
