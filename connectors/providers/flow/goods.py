"""Products and stock. Flow tells stock for products and places that are named, so it is read along the list of products."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from connectors.contracts.base import reading
from connectors.contracts.catalog import (
    BatchResult,
    CatalogPage,
    ItemResult,
    ItemState,
    PriceRecord,
    PriceSink,
    ProductRecord,
    ProductSink,
    ProductSource,
)
from connectors.contracts.erp import StockLevel, StockPage, StockSource
from connectors.errors import Rejected, RetryLater, Unknown
from connectors.providers.flow import writes
from connectors.providers.flow.api import FlowApi, page_number
from connectors.providers.flow.numbers import Json, moment, number, text
from tenants.money import Money

PAGE = 100
Item = TypeVar("Item", ProductRecord, PriceRecord)


class Goods(FlowApi, ProductSource, ProductSink, PriceSink, StockSource):
    most_products, most_prices = 25, 25

    def import_products(self, cursor: str) -> CatalogPage[ProductRecord]:
        """Flow cannot be asked for changes only, so every run reads all products."""
        at = page_number(cursor)
        items, more = self.page("/products", PAGE, at)
        with reading("Flow's products", RetryLater):
            found = tuple(self._product(item) for item in items if _sku(item))
        return CatalogPage(items=found, cursor=str(at + 1) if more else "1", more=more)

    def read_inventory(self, cursor: str) -> StockPage:
        at = page_number(cursor)
        products, more = self.page("/products", PAGE, at)
        with reading("Flow's products", RetryLater):
            uids = [str(item["productUid"]) for item in products]
        levels = self._levels(self._stock(productUids=uids)) if uids else ()
        return StockPage(items=levels, cursor=str(at + 1) if more else "1", more=more)

    def export_products(self, products: Sequence[ProductRecord]) -> BatchResult:
        known = self.uids_of([product.sku for product in products])
        return BatchResult(
            items=tuple(self._each(product, known, self._write_product) for product in products)
        )

    def export_prices(self, prices: Sequence[PriceRecord]) -> BatchResult:
        known = self.uids_of([price.sku for price in prices])
        return BatchResult(items=tuple(self._each(price, known, self._write_price) for price in prices))

    def uids_of(self, skus: Sequence[str]) -> dict[str, str]:
        """Products by SKU, as far as Flow knows them at the connector's places."""
        with reading("Flow's stock", RetryLater):
            return {
                str(item["productSku"]): str(item["productUid"])
                for item in self._stock(productSkus=list(skus))
            }

    def _stock(self, **products: Sequence[str]) -> list[Json]:
        """Exactly one way to name products and one to name places, as Flow demands."""
        places = (
            {"warehouseUids": list(self.values.warehouse_uids)}
            if self.values.warehouse_uids
            else {"storeUids": list(self.values.store_uids)}
        )
        count = max(len(next(iter(products.values()))), 1)
        items, more = self.page("/products/stock", count, search={**products, **places})
        if more:
            raise RetryLater("Flow tells the stock of more products than were asked for")
        return items

    def _levels(self, items: Sequence[Json]) -> tuple[StockLevel, ...]:
        """Several warehouses of one store are counted together."""
        place = "warehouseUid" if self.values.warehouse_uids else "storeUid"
        found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        with reading("Flow's stock", RetryLater):
            for item in items:
                for detail in item["warehouseStockDetails"] if item.get("productSku") else ():
                    found[str(item["productSku"]), str(detail[place])] += number(detail["quantityStock"])
        return tuple(
            StockLevel(sku=sku, quantity=quantity, location=location)
            for (sku, location), quantity in found.items()
        )

    def _product(self, item: Json) -> ProductRecord:
        price = item.get("recommendedRetailPrice")
        modified = item.get("lastModifiedAt")
        return ProductRecord(
            sku=_sku(item),
            external_id=str(item["productUid"]),
            name=text(item, "name"),
            description=text(item, "description"),
            price=None if price is None else Money.of(number(price), self.values.currency),
            modified_at=moment(modified) if modified else None,
            fields={key: value for key, value in item.items() if isinstance(value, (str, int, bool))},
        )

    def _each(
        self, item: Item, known: dict[str, str], write: Callable[[Item, str], ItemResult]
    ) -> ItemResult:
        """What Flow refuses of one stops no other."""
        try:
            return write(item, known.get(item.sku, ""))
        except Rejected as error:
            return ItemResult(key=item.sku, state=ItemState.FAILED, message=error.message)

    def _write_product(self, product: ProductRecord, uid: str) -> ItemResult:
        values = self.values
        body = writes.body_of(
            "Product", self.config.field_mapping, writes.of_product(product), values.product_values
        )
        store = values.store_uids[0]
        if uid:
            method, path = writes.request_of(values, "ProductUpdate", storeUid=store, productUid=uid)
            self.call(method, path, body)
            return ItemResult(key=product.sku, external_id=uid)
        method, path = writes.request_of(values, "ProductCreate", storeUid=store)
        return ItemResult(key=product.sku, external_id=made_uid(self.call(method, path, body), "productUid"))

    def _write_price(self, price: PriceRecord, uid: str) -> ItemResult:
        if price.price.currency != self.values.currency:
            text_ = f"The price is in {price.price.currency}, Flow's are in {self.values.currency}"
            return ItemResult(key=price.sku, state=ItemState.FAILED, message=text_)
        if not uid:
            text_ = f"Flow shows no product with SKU {price.sku}; export the product first"
            return ItemResult(key=price.sku, state=ItemState.FAILED, message=text_)
        values = self.values
        body = writes.body_of("Price", self.config.field_mapping, writes.of_price(price), values.price_values)
        method, path = writes.request_of(values, "PriceSet", storeUid=values.store_uids[0], productUid=uid)
        self.call(method, path, body)
        return ItemResult(key=price.sku, external_id=uid)


def made_uid(answer: Any, name: str) -> str:
    """The Uid of what was made. Raises Unknown where the answer names none."""
    uid = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(uid, str) or not uid:
        raise Unknown(f"Flow's answer names no {name} of what it has made")
    return uid


def _sku(item: Json) -> str:
    return text(item, "sku") or text(item, "externalId")
