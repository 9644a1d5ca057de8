"""Reads what a shop asks at checkout. What is wrong is told by field, all of it at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.contracts.common import Address, Customer
from connectors.contracts.shipping import Cart, CartLine
from shipping.checkout.visit import Visit
from shipping.options import PackageSize
from tenants.apikit import Problem
from tenants.countries import COUNTRIES
from tenants.models import Market, Store
from tenants.money import CURRENCIES, Money, MoneyError
from workflows import lookups
from workflows.problems import FieldErrors

Data = Mapping[str, Any]


def read_visit(data: Data) -> Visit:
    """Of validated data. Raises Problem."""
    errors = FieldErrors()
    market = lookups.market(data["market"], errors)
    store = lookups.store(data["store"], errors) if data.get("store") else None
    recipient = _recipient(data["recipient"], errors)
    currency = str(data.get("currency") or (market.currency if market else "")).upper()
    if currency and currency not in CURRENCIES:
        errors.add("currency", "This is not an ISO 4217 currency; send three letters such as NOK.")
    cart = _cart(data["cart"], currency, errors) if data.get("cart") and not errors.found else None
    if errors.found or market is None:
        raise Problem.of_fields(errors.found)
    return _visit(data, market, store, recipient, currency, cart)


def _visit(
    data: Data, market: Market, store: Store | None, recipient: Address, currency: str, cart: Cart | None
) -> Visit:
    return Visit(
        market=market,
        currency=currency,
        language=data.get("language") or market.language,
        recipient=recipient,
        store=store,
        packages=tuple(PackageSize(**package) for package in data.get("packages") or ()),
        cart=cart,
        customer=_customer(data.get("customer") or {}),
        options=frozenset(name.lower() for name in data.get("shipping_options") or ()),
        sessions={name.lower(): key for name, key in (data.get("sessions") or {}).items()},
        limit=data.get("pickup_points") or data.get("limit") or 5,
    )


def _recipient(data: Data, errors: FieldErrors) -> Address:
    country = str(data.get("country", "")).upper()
    if country not in COUNTRIES:
        errors.add("recipient.country", "This is not an ISO 3166 country; send two letters such as NO.")
    return Address(**{**data, "country": country})


def _cart(data: Data, currency: str, errors: FieldErrors) -> Cart | None:
    try:
        lines = tuple(_line(line, currency) for line in data.get("lines") or ())
        discount = Money.of(data["discount"], currency) if "discount" in data else None
        return Cart(id=data["id"], total=Money.of(data["total"], currency), lines=lines, discount=discount)
    except MoneyError as error:
        errors.add("cart", f"{error}.")
        return None


def _line(data: Data, currency: str) -> CartLine:
    price, discount = Money.of(data["unit_price"], currency), Money.of(data.get("discount", "0"), currency)
    rest = {name: data[name] for name in ("sku", "quantity", "weight", "length", "width", "height")}
    return CartLine(name=data["name"] or data["sku"], unit_price=price, discount=discount, **rest)


def _customer(data: Data) -> Customer | None:
    known = ("number", "email", "phone", "first_name", "last_name", "company")
    return Customer(**{name: data[name] for name in known if data.get(name)}) if data else None
