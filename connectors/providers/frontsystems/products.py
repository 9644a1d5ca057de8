"""Products, in and out. Front Systems knows variants (style and colour) with sizes; a size is what is sold, by its GTIN."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

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
from connectors.errors import Rejected, RetryLater, Unknown
from connectors.providers.frontsystems.api import (
    UNKNOWN_THERE,
    FrontSystemsApi,
    Json,
    details,
    told,
)
from connectors.providers.frontsystems.cursor import Paging
from connectors.providers.frontsystems.variants import changed_at, sizes_of

#: Bytes of one batch; Front Systems takes 2 MB.
_MOST_BYTES = 1_900_000
_ONE_SIZE = "One size"
#: What attributes of ours are called there, where the names differ.
_THEIRS = {"category": ("groupName",), "active": ("isDiscontinued",), "price": ("price", "productPrices")}


class Products(FrontSystemsApi, ProductSource, ProductSink):
    most_products = 100

    def import_products(self, cursor: str) -> CatalogPage[ProductRecord]:
        at = Paging.read(cursor)
        changed = {
            "includeEmptyGTINs": False,
            "isDiscontinued": True,
            **at.changed,
        }
        if at.wanted is None:
            everything = {"includeEmptyGTINs": False, "isDiscontinued": True}
            at = at.counted(self.count("/Product/count", changed), self.count("/Product/count", everything))
        variants = self.rows("/Product", {**changed, **at.asked})
        with reading("Front Systems' products", RetryLater):
            found = sorted(
                (one for variant in variants for one in sizes_of(variant, self.values.currency)),
                key=changed_at,
            )
            following = at.behind(told(variant, "upt") for variant in variants)
        more = following.wanted is not None
        return CatalogPage(items=tuple(found), cursor=following.text(), more=more, total=at.wanted)

    def export_products(self, products: Sequence[ProductRecord]) -> BatchResult:
        variants: dict[str, list[ProductRecord]] = {}
        for product in products:
            variants.setdefault(product.parent or product.sku, []).append(product)
        bodies = [self._kept(self._variant(ext_id, sizes), sizes[0]) for ext_id, sizes in variants.items()]
        refused = {name: text for some in _batches(bodies) for name, text in self._upsert(some).items()}
        return BatchResult(
            items=tuple(
                _result(size, refused.get(ext_id.casefold()))
                for ext_id, sizes in variants.items()
                for size in sizes
            )
        )

    def _kept(self, body: dict[str, Any], first: ProductRecord) -> dict[str, Any]:
        """Without what is only to fill what is empty there, and is not."""
        if not first.keep:
            return body
        try:
            there = self.ask(f"/products/{quote(body['extId'], safe='')}")
        except Rejected as error:
            if error.code != UNKNOWN_THERE:
                raise
            return body
        names = {theirs for name in first.keep for theirs in _THEIRS.get(name, (name,))}
        with reading(f"Product {body['extId']} of Front Systems", RetryLater):
            return {
                name: value
                for name, value in body.items()
                if name not in names or not there.get(name.lower())
            }

    def _upsert(self, bodies: Sequence[Json]) -> dict[str, str]:
        """What was refused, by ExtId in lower case. Raises Unknown where the answer does not tell which."""
        answer = self.change("PUT", "/v2/Products/bulk-upsert", list(bodies))
        with reading("Front Systems' answer to a batch of products", Unknown):
            refused = {
                told(item["product"], "extid").casefold(): details(item.get("errors"))
                or "Front Systems gives no reason"
                for item in answer.get("unprocessedproducts") or ()
            }
            taken = int(answer["created"]) + int(answer.get("updated") or 0)
            strange = refused.keys() - {str(body["extId"]).casefold() for body in bodies}
            if strange or (not taken and not refused):
                raise ValueError(f"of {len(bodies)} products it does not tell which were taken")
        return refused

    def _variant(self, ext_id: str, sizes: Sequence[ProductRecord]) -> dict[str, Any]:
        """Only what is told. What belongs to the variant is taken from its first size; all have one price."""
        first = sizes[0]
        texts = {
            "name": first.name,
            "description": first.description,
            "brand": first.brand,
            "groupName": first.category,
            "color": _option(first, "color", "colour", "farge"),
        }
        fields = {key: value for key, value in first.fields.items() if key.casefold() != "label"}
        own: dict[str, Any] = {
            "extId": ext_id,
            "createProductSpecificSize": "sizeSystem" not in fields,
            **{name: text for name, text in texts.items() if text},
            "productSizes": [{"gtin": size.gtin or size.sku, "label": _label(size)} for size in sizes],
        }
        if first.active is not None:
            own["isDiscontinued"] = not first.active
        if first.images:
            own["images"] = list(first.images)
        if first.price and self.values.price_list:
            own["productPrices"] = [{"pricelistName": self.values.price_list, "price": first.price.amount}]
        elif first.price:
            own["price"] = first.price.amount
        return {**own, **fields}


def _option(product: ProductRecord, *names: str) -> str:
    return next((text for name, text in product.options.items() if name.casefold() in names), "")


def _label(product: ProductRecord) -> str:
    given = product.fields.get("label") or _option(product, "size", "størrelse", "storlek")
    return str(given or _ONE_SIZE)


def _batches(bodies: Iterable[Json]) -> Iterator[list[Json]]:
    """As many at once as Front Systems takes by size."""
    some: list[Json] = []
    size = 0
    for body in bodies:
        own = len(json.dumps(body, default=str).encode())
        if some and size + own > _MOST_BYTES:
            yield some
            some, size = [], 0
        some.append(body)
        size += own
    if some:
        yield some


def _result(product: ProductRecord, refused: str | None) -> ItemResult:
    if refused is None:
        return ItemResult(key=product.sku)
    return ItemResult(key=product.sku, state=ItemState.FAILED, message=refused)
