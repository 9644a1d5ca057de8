"""Products of Shopify as records: one for each variant, whose product is its parent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.catalog import CatalogPage, ProductRecord, ProductSource
from connectors.errors import RetryLater
from connectors.providers.shopify import catalog_queries as queries
from connectors.providers.shopify.cursor import Cursor
from connectors.providers.shopify.graphql import Json, ShopifyApi
from connectors.providers.shopify.orders import moment
from tenants.money import Money

#: Grams in each of Shopify's units of weight.
_GRAMS = {
    "GRAMS": Decimal(1),
    "KILOGRAMS": Decimal(1000),
    "OUNCES": Decimal("28.349523125"),
    "POUNDS": Decimal("453.59237"),
}
_MILLIGRAM = Decimal("0.001")


class Products(ShopifyApi, ProductSource):
    def import_products(self, cursor: str) -> CatalogPage[ProductRecord]:
        at = Cursor.read(cursor)
        asked = {"first": self.values.products_per_page, "query": at.query(None)}
        answer = self.ask(queries.PRODUCTS, after=at.after, **asked)
        found = answer["products"]
        with reading("Shopify's list of products", RetryLater):
            items = [item for node in found["nodes"] for item in self._records(node, answer["shop"])]
            after = found["pageInfo"]["endCursor"] if found["pageInfo"]["hasNextPage"] else None
        return CatalogPage(items=tuple(items), cursor=at.next(items, after).text(), more=bool(after))

    def _records(self, product: Json, shop: Json) -> Iterator[ProductRecord]:
        for variant in self._variants(product):
            found = record(product, variant, shop)
            yield found if self.values.with_external_id else replace(found, external_id="")

    def _variants(self, product: Json) -> Iterator[Json]:
        """All of them, read on where a product has more than came along."""
        page = product["variants"]
        yield from page["nodes"]
        while page["pageInfo"]["hasNextPage"]:
            after = page["pageInfo"]["endCursor"]
            page = self.ask(queries.MORE_VARIANTS, id=product["id"], after=after)["product"]["variants"]
            yield from page["nodes"]


def record(product: Json, variant: Json, shop: Json) -> ProductRecord:
    """The price is told only where the shop's prices include tax, as ours do."""
    options = {} if product["hasOnlyDefaultVariant"] else _options(variant)
    price = Money.of(variant["price"], shop["currencyCode"]) if shop["taxesIncluded"] else None
    return ProductRecord(
        sku=variant["sku"] or "",
        external_id=str(variant["legacyResourceId"]),
        name=product["title"] if not options else f"{product['title']} - {variant['title']}",
        description=product["descriptionHtml"] or "",
        brand=product["vendor"] or "",
        gtin=variant["barcode"] or "",
        category=product["productType"] or "",
        active=product["status"] == "ACTIVE",
        price=price,
        weight_g=weight_of(variant),
        parent=str(product["legacyResourceId"]) if options else "",
        options=options,
        url=product["onlineStoreUrl"] or "",
        modified_at=moment(product["updatedAt"]),
        fields=_fields(product, variant),
    )


def weight_of(variant: Json) -> Decimal | None:
    """In grams; None where none is told, as 0 is."""
    weight = variant["inventoryItem"]["measurement"]["weight"]
    if not weight or not weight["value"]:
        return None
    grams = Decimal(str(weight["value"])) * _GRAMS[weight["unit"]]
    return Decimal(f"{grams.quantize(_MILLIGRAM).normalize():f}")


def _options(variant: Json) -> dict[str, str]:
    return {option["name"]: option["value"] for option in variant["selectedOptions"]}


def _fields(product: Json, variant: Json) -> Mapping[str, Any]:
    """What a Field Mapping may name, beside the names of the variant's options."""
    return {
        **_options(variant),
        "product_title": product["title"],
        "title": product["title"],
        "variant_title": variant["title"],
        "body_html": product["descriptionHtml"],
        "vendor": product["vendor"],
        "product_type": product["productType"],
        "status": product["status"],
        "tags": ", ".join(product["tags"]),
        "handle": product["handle"],
        "barcode": variant["barcode"],
        "sku": variant["sku"],
        "product_id": str(product["legacyResourceId"]),
        "variant_id": str(variant["legacyResourceId"]),
    }
