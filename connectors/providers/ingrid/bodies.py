"""What Ingrid is told: amounts in the currency's smallest unit and tax included, grams, millimetres."""

from __future__ import annotations

from typing import Any

from connectors.contracts.common import Address, Customer
from connectors.contracts.shipping import Cart, CartLine, SessionCompletion, ShippingQuery
from connectors.errors import Rejected
from connectors.providers.ingrid.words import locales

_NO_CART = "Ingrid offers deliveries for a cart: send cart with its id, total and lines"


def create_body(query: ShippingQuery, locale: str) -> dict[str, Any]:
    """Raises Rejected for a visit without cart."""
    if query.cart is None:
        raise Rejected(_NO_CART)
    known = _prefilled(query.recipient, query.customer)
    return {
        "purchase_country": query.recipient.country,
        "purchase_currency": query.currency or query.cart.total.currency,
        "locales": locales(query.language, query.recipient.country, locale),
        "cart": _cart(query.cart),
        "search_address": _place(query.recipient),
        **({"prefill_delivery_address": known} if known else {}),
    }


def update_body(query: ShippingQuery, locale: str) -> dict[str, Any]:
    return {"checkout_session_id": query.session, **create_body(query, locale)}


def completion_body(completion: SessionCompletion) -> dict[str, Any]:
    recipient, customer = completion.recipient, completion.customer or Customer()
    contact = {
        "name": recipient.name or recipient.company or f"{customer.first_name} {customer.last_name}".strip(),
        "email": recipient.email or customer.email,
        "phone": recipient.phone or customer.phone,
    }
    return {
        "checkout_session_id": completion.session,
        "external_id": completion.order_number,
        "customer": {**_filled(contact), **_place(recipient)},
    }


def _cart(cart: Cart) -> dict[str, Any]:
    discount = cart.discount.minor if cart.discount else sum(line.discount.minor for line in cart.lines)
    return {
        "cart_id": cart.id,
        "total_value": cart.total.minor,
        "total_discount": discount,
        "items": [_item(line) for line in cart.lines],
    }


def _item(line: CartLine) -> dict[str, Any]:
    """The price is that of one piece after the discount, which is the line's."""
    sides = {"height": line.height, "length": line.length, "width": line.width}
    after = line.unit_price.minor * line.quantity - line.discount.minor
    return {
        "sku": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "price": max(after, 0) // line.quantity,
        "discount": line.discount.minor,
        **({"weight": line.weight} if line.weight else {}),
        **({"dimensions": sides} if any(sides.values()) else {}),
    }


def _place(address: Address) -> dict[str, Any]:
    lines = [line for line in (address.line1, address.line2) if line]
    place = {
        "city": address.city,
        "region": address.region,
        "postal_code": address.postal_code,
        "country": address.country,
    }
    return {**({"address_lines": lines} if lines else {}), **_filled(place)}


def _prefilled(address: Address, customer: Customer | None) -> dict[str, Any]:
    """What the widget's form begins with; nothing while the shopper has only told where to look."""
    known = customer or Customer()
    first, _, last = address.name.rpartition(" ")
    person = {
        "first_name": known.first_name or first,
        "last_name": known.last_name or last,
        "company_name": address.company or known.company,
        "email": address.email or known.email,
        "phone": address.phone or known.phone,
    }
    told = _filled(person)
    return {**told, **_place(address)} if told else {}


def _filled(values: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
