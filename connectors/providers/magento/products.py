"""Articles that go out to the shop: made or changed by their SKU, only where something differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.catalog import BatchResult, ItemResult, ItemState, ProductRecord, ProductSink
from connectors.errors import Misconfigured, Rejected, RetryLater
from connectors.providers.magento.api import Filter, Json, sku_path
from connectors.providers.magento.bulk import Bulk
from connectors.providers.magento.catalog import GRAMS, attributes
from connectors.providers.magento.stock import chunks

PATH = "/V1/products"
_ENABLED, _DISABLED, _EVERYWHERE = 1, 2, 4
_OWN = ("name", "price", "weight", "visibility", "attribute_set_id", "status", "type_id", "created_at")


class Products(Bulk, ProductSink):
    def export_products(self, products: Sequence[ProductRecord]) -> BatchResult:
        there = self._known([product.sku for product in products])
        wanted = {product.sku: self._planned(product, there.get(product.sku)) for product in products}
        results = {sku: plan for sku, plan in wanted.items() if isinstance(plan, ItemResult)}
        bodies = {sku: plan for sku, plan in wanted.items() if not isinstance(plan, ItemResult)}
        results |= self._queue(bodies) if self.values.is_async else self._save(bodies)
        return BatchResult(items=tuple(results[product.sku] for product in products))

    def _known(self, skus: Sequence[str]) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for some in chunks(sorted(set(skus))):
            items = self.search(PATH, Filter("sku", ",".join(some), "in")).items
            found |= {str(item.get("sku")): item for item in items}
        return found

    def _planned(self, product: ProductRecord, there: Json | None) -> dict[str, Any] | ItemResult:
        """What to send, or what is to be said of an article that nothing can be sent of."""
        try:
            body = self._changes(product, there)
        except Rejected as error:
            return ItemResult(key=product.sku, state=ItemState.FAILED, message=error.message)
        if there is not None and not body:
            return ItemResult(
                key=product.sku, state=ItemState.UNCHANGED, external_id=str(there.get("id") or "")
            )
        return {"sku": product.sku, **body}

    def _changes(self, product: ProductRecord, there: Json | None) -> dict[str, Any]:
        """Raises Rejected for an article that the shop could not make."""
        own, custom = self._own(product), self._custom(product)
        if there is None:
            if not own.get("name") or "price" not in own:
                raise Rejected(
                    f"{product.sku} is not in Magento yet, and to be made there it needs a name and a price"
                )
            new = {
                "attribute_set_id": self.values.attribute_set_id,
                "type_id": "simple",
                "visibility": _EVERYWHERE,
                **own,
            }
            return {**new, **_as_attributes(custom)}
        with reading(f"Magento's product {product.sku}", RetryLater):
            own = {name: value for name, value in own.items() if not _same(there.get(name), value)}
            known = attributes(there)
            custom = {code: value for code, value in custom.items() if not _same(known.get(code), value)}
        return {**own, **_as_attributes(custom)}

    def _own(self, product: ProductRecord) -> dict[str, Any]:
        told: dict[str, Any] = {"name": product.name or None}
        if product.active is not None:
            told["status"] = _ENABLED if product.active else _DISABLED
        if product.price is not None:
            told["price"] = self._kept_price(product)
        if product.weight_g is not None:
            told["weight"] = self._weight(product.weight_g)
        told |= {name: value for name, value in product.fields.items() if name in _OWN}
        return {name: value for name, value in told.items() if value is not None}

    def _kept_price(self, product: ProductRecord) -> Decimal:
        assert product.price is not None
        if product.price.currency != self.base_currency:
            raise Rejected(
                f"The price of {product.sku} is in {product.price.currency}, the shop's base currency is"
                f" {self.base_currency}"
            )
        if self.values.prices_include_tax:
            return product.price.amount
        if product.tax_rate is None:
            raise Rejected(
                f"The shop's prices are without tax (PricesIncludeTax is false), and {product.sku} has no tax rate"
            )
        return (product.price.amount * 100 / (100 + product.tax_rate)).quantize(Decimal("0.0001"))

    def _weight(self, grams: Decimal) -> Decimal:
        unit = GRAMS.get(str(self.store_config.get("weight_unit")))
        if unit is None:
            raise Misconfigured("The shop has no unit of weight; set it in Magento under Locale Options")
        return (grams / unit).quantize(Decimal("0.0001"))

    def _custom(self, product: ProductRecord) -> dict[str, str]:
        values = self.values
        told = {
            "description": product.description,
            values.brand_attribute: product.brand,
            values.gtin_attribute: product.gtin,
            **{
                name: _text(value)
                for name, value in product.fields.items()
                if name not in _OWN and name != "sku"
            },
        }
        return {code: text for code, text in told.items() if code and text}

    def _save(self, bodies: Mapping[str, dict[str, Any]]) -> dict[str, ItemResult]:
        """One by one; whatever is refused stops no other."""
        results: dict[str, ItemResult] = {}
        for sku, body in bodies.items():
            try:
                answer = self.put(f"{PATH}/{sku_path(sku)}", {"product": body})
            except Rejected as error:
                results[sku] = ItemResult(key=sku, state=ItemState.FAILED, message=error.message)
            else:
                results[sku] = _saved(sku, answer)
        return results

    def _queue(self, bodies: Mapping[str, dict[str, Any]]) -> dict[str, ItemResult]:
        if not bodies:
            return {}
        parts = [{"sku": sku, "product": body} for sku, body in bodies.items()]
        told = self.queued("PUT", f"{PATH}/bySku", parts)
        return {
            sku: ItemResult(key=sku, state=ItemState.FAILED if text else ItemState.DONE, message=text)
            for sku, text in zip(bodies, told, strict=True)
        }


def _saved(sku: str, answer: Any) -> ItemResult:
    kept = answer.get("sku") if isinstance(answer, Mapping) else None
    if kept is None:
        message = "Magento's answer does not say what it has saved"
        return ItemResult(key=sku, state=ItemState.FAILED, message=message)
    number = str(answer.get("id") or "")
    other = "" if kept == sku else f"kept there as {kept}"
    return ItemResult(key=sku, external_id=number, message=other)


def _as_attributes(custom: Mapping[str, str]) -> dict[str, Any]:
    if not custom:
        return {}
    return {"custom_attributes": [{"attribute_code": code, "value": value} for code, value in custom.items()]}


def _same(there: Any, value: Any) -> bool:
    if isinstance(value, Decimal | int) and isinstance(there, Decimal | int | str):
        return Decimal(there) == Decimal(value)
    return _text(there) == _text(value)


def _text(value: Any) -> str:
    """As Magento keeps attributes: several choices set apart by commas, yes and no as 1 and 0."""
    if isinstance(value, list | tuple):
        return ",".join(map(_text, value))
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else str(value)
