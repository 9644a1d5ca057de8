"""The names that fields of products go by, in Field Mapping, among a product's properties, and in feeds.

A product has columns of its own for SKU, name, unit, price with currency, tax rate and whether it is active. Everything
else is among its properties, under the names here:

Description   text or HTML
Brand         text
Gtin          EAN or UPC, digits
Category      text, such as "Clothing > Jumpers"
Parent        what groups variants: a SKU, or the id of the product in the system that it came from
Options       what tells a variant apart, by name, such as {"Size": "M"}
WeightGrams   number of grams as text, such as "450"
Url           address of the product's page
Images        list of addresses, the main one first
PriceBefore   the price that is crossed out, as text, in the currency of the price
Prices        prices of further lists and markets: {"list/market": {"amount", "currency", "before", "from", "to"}}
PrimaryStore  code of the store that the product belongs to
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.field_rules import plain_name
from tenants.money import Money
from workflows.models import Product

SKU, NAME, UNIT, PRICE = "SkuId", "Name", "Unit", "Price"
CURRENCY, TAX_RATE, ACTIVE = "Currency", "TaxRate", "Active"
DESCRIPTION, BRAND, GTIN, CATEGORY, PARENT = "Description", "Brand", "Gtin", "Category", "Parent"
OPTIONS, WEIGHT, URL, IMAGES = "Options", "WeightGrams", "Url", "Images"
PRICE_BEFORE, PRICES, PRIMARY_STORE = "PriceBefore", "Prices", "PrimaryStore"

#: By the attribute of a ProductRecord that each of them is.
BY_ATTRIBUTE = {
    "name": NAME,
    "unit": UNIT,
    "active": ACTIVE,
    "price": PRICE,
    "tax_rate": TAX_RATE,
    "description": DESCRIPTION,
    "brand": BRAND,
    "gtin": GTIN,
    "category": CATEGORY,
    "weight_g": WEIGHT,
    "parent": PARENT,
    "options": OPTIONS,
    "url": URL,
    "images": IMAGES,
}
_SYNONYMS = {"sku": SKU, "isactive": ACTIVE, "unitprice": PRICE, "ean": GTIN, "weight": WEIGHT}
_HIGHEST_RATE, _HIGHEST_PRICE = Decimal(1000), Decimal(10) ** 12
_YES, _NO = {"true", "1", "yes", "active"}, {"false", "0", "no", "inactive", "archived", "draft"}

EMPTY: tuple[Any, ...] = (None, "", [], {}, ())


class FieldRefused(ValueError):
    """A value that a product cannot take; the text names the field and the cure."""


def official(name: str) -> str:
    """The name of a field as it is written here; one that is not known is a property of its own."""
    plain = plain_name(name)
    return _OFFICIAL.get(plain) or _SYNONYMS.get(plain) or name


_OFFICIAL = {
    plain_name(name): name
    for name in (SKU, CURRENCY, PRICE_BEFORE, PRICES, PRIMARY_STORE, *BY_ATTRIBUTE.values())
}


def value_of(product: Product, name: str) -> Any:
    """What a product has under a name; None or empty where it has nothing."""
    column = _COLUMNS.get(name)
    return column.read(product) if column else product.properties.get(name)


def put(product: Product, name: str, value: Any) -> bool:
    """Set a field and tell whether that changed anything. Raises FieldRefused."""
    column = _COLUMNS.get(name)
    before = value_of(product, name)
    if column is None:
        if before == value:
            return False
        product.properties = {**product.properties, name: value}
        return True
    column.write(product, value)
    return bool(column.read(product) != before)


@dataclass(frozen=True, slots=True)
class _Column:
    read: Callable[[Product], Any]
    write: Callable[[Product, Any], None]


def _text(attribute: str, longest: int) -> _Column:
    def write(product: Product, value: Any) -> None:
        setattr(product, attribute, str(value).strip()[:longest])

    return _Column(lambda product: getattr(product, attribute), write)


def _read_price(product: Product) -> Money | None:
    return None if product.price is None else Money.of(product.price, product.currency)


def _write_price(product: Product, value: Any) -> None:
    """A Money, or an amount in the currency that the product has."""
    price = value if isinstance(value, Money) else _money(product, value)
    if not 0 <= price.amount < _HIGHEST_PRICE:
        raise FieldRefused(f"{PRICE}: {price} is no price; correct it over there")
    product.price, product.currency = price.amount, price.currency


def _money(product: Product, value: Any) -> Money:
    if not product.currency:
        raise FieldRefused(f"{PRICE}: no currency is told; map {CURRENCY} too, or set it on the product")
    return Money.of(_number(PRICE, value), product.currency)


def _write_currency(product: Product, value: Any) -> None:
    code = str(value).strip().upper()
    if len(code) != 3 or not code.isalpha():
        raise FieldRefused(f"{CURRENCY}: {value!r} is no currency; use a code such as NOK")
    product.currency = code


def _write_rate(product: Product, value: Any) -> None:
    rate = _number(TAX_RATE, value)
    if not 0 <= rate < _HIGHEST_RATE:
        raise FieldRefused(f"{TAX_RATE}: {value} is no tax rate; use percent, such as 25")
    product.tax_rate = round(rate, 3)


def _write_active(product: Product, value: Any) -> None:
    word = str(value).strip().casefold()
    if word not in _YES | _NO:
        raise FieldRefused(f"{ACTIVE}: {value!r} says neither yes nor no; use true or false")
    product.is_active = word in _YES


def _number(name: str, value: Any) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise FieldRefused(f"{name}: {value!r} is no number")
    return number


_COLUMNS = {
    NAME: _text("name", 200),
    UNIT: _text("unit", 20),
    PRICE: _Column(_read_price, _write_price),
    CURRENCY: _Column(lambda product: product.currency, _write_currency),
    TAX_RATE: _Column(lambda product: product.tax_rate, _write_rate),
    ACTIVE: _Column(lambda product: product.is_active, _write_active),
}
