"""Products and prices that go to Shopify. A SKU that is there is changed; a new one becomes a product, or a variant of one.

Nothing here knows an idempotency key: what is sent sets fields to values. A new product is made under a handle of its
SKU's (or of what groups its variants), and the handle is looked up before, so that a repeat finds what was made.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from connectors.contracts.base import reading
from connectors.contracts.catalog import (
    BatchResult,
    ItemResult,
    ItemState,
    PriceRecord,
    PriceSink,
    ProductRecord,
    ProductSink,
)
from connectors.errors import Rejected, RetryLater
from connectors.providers.shopify import catalog_queries as queries
from connectors.providers.shopify.graphql import Json, ShopifyApi
from connectors.providers.shopify.stock import term
from connectors.providers.shopify.wanted import Wanted, option_values

Item = TypeVar("Item", ProductRecord, PriceRecord)

_NOT_IN_HANDLES = re.compile(r"[^a-z0-9]+")


class Assortment(ShopifyApi, ProductSink, PriceSink):
    most_products = 25
    most_prices = 100

    def export_products(self, products: Sequence[ProductRecord]) -> BatchResult:
        there, _ = self._variants_by_sku([item.sku for item in products])
        return _each(products, lambda item: self._export(item, there.get(item.sku) or []))

    def export_prices(self, prices: Sequence[PriceRecord]) -> BatchResult:
        there, shop = self._variants_by_sku([item.sku for item in prices])
        return _each(prices, lambda item: self._set_price(item, there.get(item.sku) or [], shop))

    def _export(self, item: ProductRecord, found: Sequence[Json]) -> ItemResult:
        store = self.values.product_primary_store
        if store and item.store.casefold() != store.casefold():
            whose = f"of store {item.store}" if item.store else "of no store (property PrimaryStore)"
            return _skipped(item, f"It is {whose}, and ProductPrimaryStore is {store}")
        wanted = Wanted.of(item)
        variant = self._variant(item, found)
        if variant is None:
            return self._new(wanted)
        if self.values.only_new_as_draft:
            return self._told(item, variant, ItemState.UNCHANGED)
        return self._update(wanted, variant)

    def _variant(self, item: ProductRecord, found: Sequence[Json]) -> Json | None:
        """The one with our id of it, else the only one of the SKU. Raises Rejected where that leaves a doubt."""
        by_id = self.values.with_external_id
        known = [one for one in found if by_id and str(one["legacyResourceId"]) == item.external_id]
        if len(known or found) > 1:
            raise Rejected(f"Several articles of Shopify share the SKU {item.sku}; give each its own there")
        return next(iter(known or found), None)

    def _update(self, wanted: Wanted, variant: Json) -> ItemResult:
        product, item = variant["product"], wanted.record
        with reading("Shopify's product", RetryLater):
            changes, own = wanted.changes(product), wanted.variant_changes(variant)
        if changes or wanted.metafields:
            more = {"metafields": wanted.metafields} if wanted.metafields else {}
            self._tell(
                queries.UPDATE_PRODUCT, "productUpdate", product={"id": product["id"], **changes, **more}
            )
        if own:
            self._set_variant(product["id"], {"id": variant["id"], **own})
        return self._told(
            item, variant, ItemState.DONE if changes or own or wanted.metafields else ItemState.UNCHANGED
        )

    def _new(self, wanted: Wanted) -> ItemResult:
        item = wanted.record
        if not (self.values.full_product_export or self.values.only_new_as_draft):
            cure = "make it there with this SKU, or set ShopifyFullProductExport to true"
            return _skipped(item, f"Shopify has no article with this SKU; {cure}")
        handle = _NOT_IN_HANDLES.sub("-", (item.parent or item.sku).lower()).strip("-")
        there = self.ask(queries.FIND_HANDLE, identifier={"handle": handle})["productByIdentifier"]
        if there is None:
            return self._create_product(wanted, handle)
        same = next((one for one in there["variants"]["nodes"] if one["sku"] == item.sku), None)
        if same is not None:
            return self._update(wanted, {**same, "product": there})
        if not (item.parent and item.options):
            raise Rejected(f"Another product of Shopify has the handle {handle}; give it another one there")
        return self._add(wanted, there)

    def _create_product(self, wanted: Wanted, handle: str) -> ItemResult:
        item, draft = wanted.record, {"status": "DRAFT"} if self.values.only_new_as_draft else {}
        if not wanted.product.get("title"):
            raise Rejected("It has no name; enter one, and let the Field Mapping send it")
        options = [
            {"name": one["optionName"], "values": [{"name": one["name"]}]} for one in option_values(item)
        ]
        body = {
            **wanted.product,
            **draft,
            "handle": handle,
            "productOptions": options,
            "variants": [wanted.new_variant()],
            **({"metafields": wanted.metafields} if wanted.metafields else {}),
            **({"files": [_file(address) for address in item.images]} if item.images else {}),
        }
        made = self._tell(queries.SET_PRODUCT, "productSet", identifier={"handle": handle}, input=body)[
            "product"
        ]
        with reading("Shopify's answer", RetryLater):
            return self._told(item, made["variants"]["nodes"][0], ItemState.DONE)

    def _add(self, wanted: Wanted, product: Json) -> ItemResult:
        asked = {"productId": product["id"], "variants": [wanted.new_variant()]}
        made = self._tell(queries.ADD_VARIANTS, "productVariantsBulkCreate", **asked)["productVariants"]
        with reading("Shopify's answer", RetryLater):
            return self._told(wanted.record, made[0], ItemState.DONE)

    def _set_price(self, item: PriceRecord, found: Sequence[Json], shop: Json) -> ItemResult:
        _check_price(item, shop)
        if len(found) != 1:
            told = (
                "Several articles of Shopify share this SKU"
                if found
                else "Shopify has no article with this SKU"
            )
            raise Rejected(f"{told}; put that right there")
        variant, before = found[0], item.before.amount if item.before else None
        with reading("Shopify's price", RetryLater):
            crossed = Decimal(variant["compareAtPrice"]) if variant["compareAtPrice"] else None
            same = (Decimal(variant["price"]), crossed) == (item.price.amount, before)
        if same:
            return self._told(item, variant, ItemState.UNCHANGED)
        asked = {"price": str(item.price.amount), "compareAtPrice": None if before is None else str(before)}
        self._set_variant(variant["product"]["id"], {"id": variant["id"], **asked})
        return self._told(item, variant, ItemState.DONE)

    def _set_variant(self, product: str, variant: Mapping[str, Any]) -> None:
        self._tell(queries.SET_VARIANTS, "productVariantsBulkUpdate", productId=product, variants=[variant])

    def _tell(self, document: str, name: str, **variables: Any) -> Json:
        payload: Json = self.tell(document, keyed=False, **variables)[name]
        return payload

    def _told(self, item: ProductRecord | PriceRecord, variant: Json, state: ItemState) -> ItemResult:
        number = str(variant["legacyResourceId"]) if self.values.with_external_id else ""
        return ItemResult(key=item.sku, state=state, external_id=number)

    def _variants_by_sku(self, skus: Sequence[str]) -> tuple[dict[str, list[Json]], Json]:
        """Variants by SKU, and the shop. The search is not exact, so its answers are compared."""
        found: dict[str, list[Json]] = defaultdict(list)
        shop: Json = {}
        for start in range(0, len(skus), self.most_products):
            query = " OR ".join(map(term, skus[start : start + self.most_products]))
            for page in self._search(query):
                shop = page["shop"]
                for variant in page["productVariants"]["nodes"]:
                    if variant["sku"] in skus:
                        found[variant["sku"]].append(variant)
        return found, shop

    def _search(self, query: str) -> Iterator[Json]:
        after = None
        while True:
            page = self.ask(queries.FIND_VARIANTS, query=query, after=after)
            yield page
            info = page["productVariants"]["pageInfo"]
            if not info["hasNextPage"]:
                return
            after = info["endCursor"]


def _each(items: Iterable[Item], act: Callable[[Item], ItemResult]) -> BatchResult:
    """One item's refusal is its own."""
    told = []
    for item in items:
        try:
            told.append(act(item))
        except Rejected as error:
            told.append(ItemResult(key=item.sku, state=ItemState.FAILED, message=error.message))
    return BatchResult(items=tuple(told))


def _check_price(item: PriceRecord, shop: Json) -> None:
    with reading("Shopify's shop", RetryLater):
        currency, with_tax = shop["currencyCode"], bool(shop["taxesIncluded"])
    if item.price_list or item.market:
        raise Rejected("Only the products' own prices go to Shopify; empty PriceList and Market of the task")
    if item.price.currency != currency:
        raise Rejected(f"The price is in {item.price.currency}, the shop's currency is {currency}")
    if item.includes_tax != with_tax:
        raise Rejected(
            "The price includes tax and the shop's prices do not; tick that all prices include tax there"
        )


def _skipped(item: ProductRecord, message: str) -> ItemResult:
    return ItemResult(key=item.sku, state=ItemState.SKIPPED, message=message)


def _file(address: str) -> dict[str, str]:
    return {"originalSource": address, "contentType": "IMAGE"}
