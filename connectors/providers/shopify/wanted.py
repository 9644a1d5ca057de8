"""What a product of ours is to be in Shopify: fields of its product and of its variant, and what of them differs there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from connectors.contracts.catalog import ProductRecord
from connectors.errors import Rejected
from connectors.field_rules import plain_name
from connectors.providers.shopify.products import weight_of

Json = Mapping[str, Any]

#: Shopify's fields by the names under which people know them.
_PRODUCT = {
    "title": "title",
    "producttitle": "title",
    "name": "title",
    "bodyhtml": "descriptionHtml",
    "descriptionhtml": "descriptionHtml",
    "description": "descriptionHtml",
    "vendor": "vendor",
    "producttype": "productType",
    "tags": "tags",
    "status": "status",
}
_VARIANT = {"barcode": "barcode"}
_STATUSES = {"ACTIVE", "ARCHIVED", "DRAFT", "UNLISTED"}
_METAFIELD = re.compile(r"(?P<namespace>[A-Za-z0-9_-]{3,255})\.(?P<key>[A-Za-z0-9_-]{2,64})")


@dataclass(slots=True)
class Wanted:
    """`keep` are Shopify's fields that only fill what is empty there. `weight` is in grams."""

    record: ProductRecord
    product: dict[str, Any] = field(default_factory=dict)
    variant: dict[str, Any] = field(default_factory=dict)
    keep: set[str] = field(default_factory=set)
    metafields: list[dict[str, str]] = field(default_factory=list)
    weight: Decimal | None = None

    @classmethod
    def of(cls, record: ProductRecord) -> Wanted:
        """Raises Rejected for a field that Shopify has no place for."""
        wanted = cls(record, weight=record.weight_g)
        own = {
            "title": ("name", record.name),
            "descriptionHtml": ("description", record.description),
            "vendor": ("brand", record.brand),
            "productType": ("category", record.category),
        }
        for target, (attribute, value) in own.items():
            wanted._put(wanted.product, target, value, keep=attribute in record.keep)
        if record.active is not None:
            status = "ACTIVE" if record.active else "DRAFT"
            wanted._put(wanted.product, "status", status, keep="active" in record.keep)
        wanted._put(wanted.variant, "barcode", record.gtin, keep="gtin" in record.keep)
        for name, value in record.fields.items():
            wanted._field(name, value, keep=name in record.keep)
        return wanted

    def changes(self, product: Json) -> dict[str, Any]:
        """Of a product that is there. The name of one variant of several is no title."""
        named = {plain_name(name) for name in self.record.fields}
        titled = product["hasOnlyDefaultVariant"] or named & {"title", "producttitle", "name"}
        return {
            name: value
            for name, value in self.product.items()
            if (name != "title" or titled) and self._differs(name, value, product[name])
        }

    def variant_changes(self, variant: Json) -> dict[str, Any]:
        changed = {
            name: value for name, value in self.variant.items() if self._differs(name, value, variant[name])
        }
        there = weight_of(variant)
        if (
            self.weight is not None
            and self.weight != there
            and not ("weight_g" in self.record.keep and there)
        ):
            changed["inventoryItem"] = {"measurement": {"weight": _grams(self.weight)}}
        return changed

    def new_variant(self) -> dict[str, Any]:
        """Of a product that is made; its stock is counted."""
        record = self.record
        item: dict[str, Any] = {"sku": record.sku, "tracked": True}
        if self.weight is not None:
            item["measurement"] = {"weight": _grams(self.weight)}
        made = {**self.variant, "inventoryItem": item, "optionValues": option_values(record)}
        return {**made, "price": str(record.price.amount)} if record.price else made

    def _field(self, name: str, value: Any, *, keep: bool) -> None:
        plain = plain_name(name)
        if plain in _PRODUCT:
            self._put(self.product, _PRODUCT[plain], _read(_PRODUCT[plain], value), keep=keep)
        elif plain in _VARIANT:
            self._put(self.variant, _VARIANT[plain], value, keep=keep)
        elif plain != "sku":
            self.metafields.append(_metafield(name, value))

    def _put(self, fields: dict[str, Any], target: str, value: Any, *, keep: bool) -> None:
        if value in (None, "", []):
            return
        fields[target] = value if isinstance(value, list) else str(value)
        self.keep.discard(target)
        if keep:
            self.keep.add(target)

    def _differs(self, name: str, value: Any, there: Any) -> bool:
        if name in self.keep and there:
            return False
        if name == "tags":
            return sorted(value) != sorted(there)
        return bool((there or "") != value)


def option_values(record: ProductRecord) -> list[dict[str, str]]:
    """A product without options has the one that Shopify gives to all of those."""
    options = record.options or {"Title": "Default Title"}
    return [{"optionName": name, "name": value} for name, value in options.items()]


def _read(target: str, value: Any) -> Any:
    if target == "tags":
        return [tag.strip() for tag in str(value).split(",") if tag.strip()]
    if target == "status" and str(value).upper() not in _STATUSES:
        raise Rejected(f"status: {value} is none of Shopify's; use {', '.join(sorted(_STATUSES))}")
    return str(value).upper() if target == "status" else str(value)


def _metafield(name: str, value: Any) -> dict[str, str]:
    found = _METAFIELD.fullmatch(name)
    if found is None:
        known = ", ".join(sorted({*_PRODUCT.values(), *_VARIANT.values()}))
        raise Rejected(
            f"Field Mapping: Shopify's products have no field {name}; use {known}, or a metafield such as custom.colour"
        )
    return {
        "namespace": found["namespace"],
        "key": found["key"],
        "type": "single_line_text_field",
        "value": str(value),
    }


def _grams(weight: Decimal) -> dict[str, Any]:
    """A weight is a float in Shopify's schema; no money is ever one."""
    return {"unit": "GRAMS", "value": float(weight)}
