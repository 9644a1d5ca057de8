"""What a record from outside may change in a product: the vendor's values under our names, and the rule of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.compiled import ConnectorConfig
from connectors.contracts.catalog import ProductRecord
from connectors.contracts.plain import plain
from connectors.field_mapping import mapped
from connectors.field_rules import Rule, is_of_customers
from tenants.money import Money, MoneyError
from workflows import product_fields as names
from workflows.models import Product


class FieldsIn:
    """The Field Mapping of a connector as imports of products use it. A field without a row is overwritten."""

    def __init__(self, config: ConnectorConfig) -> None:
        mine = [row for row in config.field_rules if not is_of_customers(row.property)]
        self.rows = [(row.property, row.connector_property) for row in mine]
        self.rules = {names.official(row.property): row.on_import for row in mine}

    def sku(self, record: ProductRecord) -> str:
        """Ours, which another of the vendor's fields may hold."""
        mapped_to = [row for row in self.rows if names.official(row[0]) == names.SKU]
        found = mapped(mapped_to, record.fields)
        return str(next(iter(found.values()), record.sku)).strip()

    def apply(self, product: Product, record: ProductRecord) -> bool:
        """Take over what is told; tells whether that changed anything. Raises FieldRefused, MoneyError."""
        is_new, changed, values = product.pk is None, False, self._values(record)
        for name, value in values.items():
            if self._may(product, name, is_new=is_new):
                changed |= names.put(product, name, value)
        if not product.name:
            product.name = product.sku
        if product.price is not None and names.CURRENCY in values:
            Money(
                product.price, product.currency
            )  # which a currency that came without its price may not express
        return changed or is_new

    def _may(self, product: Product, name: str, *, is_new: bool) -> bool:
        rule = self.rules.get(name, Rule.OVERWRITE)
        if rule == Rule.IF_EMPTY:
            return is_new or names.value_of(product, name) in names.EMPTY
        return rule == Rule.OVERWRITE

    def _values(self, record: ProductRecord) -> dict[str, Any]:
        """By our names; nothing that is not told. What a row maps wins over what the vendor calls it."""
        told = dict(_own(record))
        rows = {names.official(ours): value for ours, value in mapped(self.rows, record.fields).items()}
        rows.pop(names.SKU, None)
        if names.CURRENCY in rows:  # before the price that it is of
            told = {names.CURRENCY: rows.pop(names.CURRENCY), **told}
        return {**told, **{name: _kept(value) for name, value in rows.items()}}


def _own(record: ProductRecord) -> Iterator[tuple[str, Any]]:
    for attribute, name in names.BY_ATTRIBUTE.items():
        value = getattr(record, attribute)
        if value not in names.EMPTY:
            yield name, _kept(value)


def _kept(value: Any) -> Any:
    """As columns and JSON properties take it."""
    if isinstance(value, Money):
        return value
    return dict(value) if isinstance(value, Mapping) else plain(value)


REFUSED = (names.FieldRefused, MoneyError)
