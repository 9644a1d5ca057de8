"""A product of ours as it goes out: our values, and what the Field Mapping makes of them under the vendor's names."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.compiled import ConnectorConfig
from connectors.contracts.catalog import PriceRecord, ProductRecord
from connectors.contracts.plain import plain
from connectors.field_rules import Rule, is_of_customers
from tenants.money import Money, MoneyError
from workflows import product_fields as names
from workflows.models import Product

_TEXTS = ("name", "description", "brand", "gtin", "category", "unit", "parent", "url")


class FieldsOut:
    def __init__(self, config: ConnectorConfig) -> None:
        self.source = config.connector_id or config.name
        self.rows = [row for row in config.field_rules if not is_of_customers(row.property)]
        rules = {names.official(row.property): row.on_export for row in self.rows}
        self.held = {name for name, rule in rules.items() if rule == Rule.NEVER}
        self.kept = {name for name, rule in rules.items() if rule == Rule.IF_EMPTY}

    def record(self, product: Product) -> ProductRecord:
        own = {
            attribute: value
            for attribute, name in names.BY_ATTRIBUTE.items()
            if name not in self.held and (value := _value(attribute, product, name)) not in names.EMPTY
        }
        fields = self._fields(product)
        keep = {attribute for attribute in own if names.BY_ATTRIBUTE[attribute] in self.kept}
        return ProductRecord(
            sku=product.sku,
            external_id=product.external_ids.get(self.source, ""),
            **own,
            fields=fields,
            store=str(names.value_of(product, names.PRIMARY_STORE) or ""),
            keep=frozenset(keep | self._kept_fields(fields)),
        )

    def _fields(self, product: Product) -> dict[str, Any]:
        found = {
            row.connector_property: _plain_value(product, names.official(row.property))
            for row in self.rows
            if row.on_export != Rule.NEVER
        }
        return {theirs: value for theirs, value in found.items() if value not in names.EMPTY}

    def _kept_fields(self, fields: dict[str, Any]) -> set[str]:
        kept = {row.connector_property for row in self.rows if row.on_export == Rule.IF_EMPTY}
        return kept & fields.keys()


def price_record(product: Product, price_list: str, market: str) -> PriceRecord | None:
    """The product's own price, or the one of a list or market; None where it has none. Raises MoneyError."""
    if not price_list and not market:
        price = names.value_of(product, names.PRICE)
        before = names.value_of(product, names.PRICE_BEFORE)
        currency = product.currency
    else:
        told = (names.value_of(product, names.PRICES) or {}).get(f"{price_list}/{market}") or {}
        currency = told.get("currency") or product.currency
        price = Money.of(told["amount"], currency) if told.get("amount") else None
        before = told.get("before")
    if price is None:
        return None
    crossed = Money.of(before, currency) if before else None
    return PriceRecord(sku=product.sku, price=price, before=crossed, price_list=price_list, market=market)


def _value(attribute: str, product: Product, name: str) -> Any:
    """As a ProductRecord has it; what cannot be read as such is not told."""
    value = product.sku if name == names.SKU else names.value_of(product, name)
    if value in names.EMPTY:
        return None
    if attribute in _TEXTS:
        return str(value)
    if attribute == "weight_g":
        return _number(value)
    if attribute == "images":
        return tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)
    if attribute == "options":
        return {str(key): str(item) for key, item in value.items()} if isinstance(value, dict) else None
    return value


def _plain_value(product: Product, name: str) -> Any:
    value = product.sku if name == names.SKU else names.value_of(product, name)
    return str(value.amount) if isinstance(value, Money) else plain(value)


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


PRICE_REFUSED = (MoneyError, TypeError, AttributeError)
