"""Products, in and out. Sitoo knows a product by its SKU, and its VAT by the product group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.catalog import (
    BatchResult,
    CatalogPage,
    ItemResult,
    ItemState,
    ProductRecord,
    ProductSink,
    ProductSource,
)
from connectors.errors import RetryLater
from connectors.providers.sitoo.api import Json, SitooApi, refusal
from connectors.providers.sitoo.changes import Since

PAGE = 100
_GOODS = 10
_READ = (
    "productid,sku,title,description,barcode,unitlabel,activepos,vatvalue,variantparentid,datemodified"
    ",custom1,custom2,custom3,custom4,custom5"
)
_EXTRA = ("custom1", "custom2", "custom3", "custom4", "custom5", "vatvalue", "unitlabel", "barcode")


class Products(SitooApi, ProductSource, ProductSink):
    most_products = 20

    def import_products(self, cursor: str) -> CatalogPage[ProductRecord]:
        at = Since.read(cursor)
        asked: dict[str, Any] = {"start": at.start, "num": PAGE, "includeinactive": "true", "fields": _READ}
        if at.since:
            asked["datelastmodified"] = at.since
        items, total = self.page(f"{self.site}/products.json", **asked)
        with reading("Sitoo's products", RetryLater):
            found = sorted((_product(item) for item in items if item.get("sku")), key=_modified)
            following = at.behind((item.get("datemodified") for item in items), total)
        return CatalogPage(items=tuple(found), cursor=following.text(), more=following.start > 0, total=total)

    def export_products(self, products: Sequence[ProductRecord]) -> BatchResult:
        known = {product.sku: self._known(product.sku) for product in products}
        groups = self._groups() if None in known.values() and not self.values.product_group_id else {}
        fresh = [product for product in products if known[product.sku] is None]
        changed = [product for product in products if known[product.sku] is not None]
        results = self._made(fresh, groups)
        bodies = [{"productid": known[item.sku], "sku": item.sku, **_body(item)} for item in changed]
        return BatchResult(items=(*results, *self._written("PUT", changed, bodies)))

    def _known(self, sku: str) -> int | None:
        items, _ = self.page(
            f"{self.site}/products.json", sku=sku, includeinactive="true", fields="productid,sku"
        )
        with reading("Sitoo's products", RetryLater):
            numbers = [
                int(item["productid"]) for item in items if str(item["sku"]).casefold() == sku.casefold()
            ]
        return min(numbers, default=None)

    def _groups(self) -> Mapping[Decimal, int]:
        """The goods group of each VAT rate, the lowest number where several have it."""
        items, _ = self.page(f"{self.site}/productgroups.json", num=1000)
        found: dict[Decimal, int] = {}
        with reading("Sitoo's product groups", RetryLater):
            for item in sorted(items, key=lambda group: int(group["vatid"])):
                if item["productgrouptype"] == _GOODS:
                    found.setdefault(Decimal(item["value"]), int(item["vatid"]))
        return found

    def _made(self, products: Sequence[ProductRecord], groups: Mapping[Decimal, int]) -> list[ItemResult]:
        ready, bodies, results = [], [], []
        for product in products:
            group = self.values.product_group_id or groups.get(product.tax_rate or Decimal(-1))
            if group is None:
                text = (
                    f"Sitoo has no goods group with {product.tax_rate} % VAT; create one there, or set the connector's"
                    " property ProductGroupId"
                )
                results.append(ItemResult(key=product.sku, state=ItemState.FAILED, message=text))
                continue
            price = {"moneyprice": f"{product.price.amount:.2f}"} if product.price else {}
            ready.append(product)
            bodies.append({"sku": product.sku, "vatid": group, "active": False, **price, **_body(product)})
        return results + self._written("POST", ready, bodies)

    def _written(
        self, method: str, products: Sequence[ProductRecord], bodies: Sequence[Json]
    ) -> list[ItemResult]:
        if not products:
            return []
        answers = self.batch(method, f"{self.site}/products.json", bodies)
        pairs = zip(products, bodies, answers, strict=True)
        return [_result(product.sku, answer, body.get("productid")) for product, body, answer in pairs]


def _product(item: Json) -> ProductRecord:
    parent = item.get("variantparentid")
    modified = item.get("datemodified")
    record = ProductRecord(
        sku=str(item["sku"]),
        external_id=str(int(item["productid"])),
        name=str(item.get("title") or ""),
        description=str(item.get("description") or ""),
        gtin=str(item.get("barcode") or ""),
        unit=str(item.get("unitlabel") or ""),
        active=item.get("activepos"),
        tax_rate=None if item.get("vatvalue") is None else Decimal(item["vatvalue"]),
        parent=str(parent) if parent else "",
        fields={name: item[name] for name in _EXTRA if item.get(name) not in (None, "")},
    )
    return replace(record, modified_at=datetime.fromtimestamp(int(modified), UTC)) if modified else record


def _modified(product: ProductRecord) -> datetime:
    return product.modified_at or datetime.fromtimestamp(0, UTC)


def _body(product: ProductRecord) -> dict[str, Any]:
    """Only what is told. The web shop of Sitoo is none of ours, so `active` stays as it is there."""
    told = {
        "title": product.name,
        "description": product.description,
        "barcode": product.gtin,
        "unitlabel": product.unit,
    }
    active = {} if product.active is None else {"activepos": product.active}
    return {**{name: text for name, text in told.items() if text}, **active, **product.fields}


def _result(sku: str, answer: Json, number: Any = None) -> ItemResult:
    told = refusal(answer)
    if told:
        return ItemResult(key=sku, state=ItemState.FAILED, message=told)
    made = answer.get("return")
    own = made if isinstance(made, int) and not isinstance(made, bool) else ""
    return ItemResult(key=sku, external_id=str(number or own))
