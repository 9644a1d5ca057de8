"""Magento Open Source and Adobe Commerce 2.4, over the REST API V1.

Reference: developer.adobe.com/commerce/webapi/rest and the source of magento/magento2, read on 2026-11-26. There are no
idempotency keys: orders and their documents are read before each write, and found again by our reference in a comment.
Nobody is told of news, so orders are polled. Quirks: a page past the end repeats the last one, ids come as numbers or
texts, `false` with HTTP 200 is a refusal, messages have their parameters beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.contracts.base import Limits
from connectors.contracts.ecommerce import Page, ShopProvider
from connectors.errors import Misconfigured
from connectors.providers.magento.api import Filter, Json
from connectors.providers.magento.catalog import Catalog
from connectors.providers.magento.cursor import Cursor
from connectors.providers.magento.fulfilment import Fulfilments
from connectors.providers.magento.invoicing import Invoices
from connectors.providers.magento.lines import products_of
from connectors.providers.magento.login import MagentoAuth, api_url
from connectors.providers.magento.orders import Taking
from connectors.providers.magento.prices import Prices
from connectors.providers.magento.products import Products
from connectors.providers.magento.refunds import Refunds
from connectors.providers.magento.settings import MagentoSettings
from connectors.providers.magento.statuses import Statuses
from connectors.providers.magento.stock import Stock
from connectors.providers.magento.words import GUIDE, STATES, Standing, standing


class Magento(Fulfilments, Invoices, Refunds, Statuses, Stock, Catalog, Products, Prices, ShopProvider):
    slug, label, names = "magento", "Magento", ("Magento",)
    aliases = ("Magento 2", "Adobe Commerce")
    settings = MagentoSettings
    auth = MagentoAuth()
    check = ("GET", "/V1/store/storeConfigs")
    limits = Limits(concurrent=4)
    states = STATES
    store_property = "OrderPrimaryStore"
    guide = GUIDE

    @classmethod
    def own_host(cls, values: Any) -> str:
        return api_url(values)

    @classmethod
    def begun_anew(cls, operation: str, cursor: str) -> str:
        return "" if operation == "read_inventory" else Cursor.begun_anew(cursor)

    def test_connection(self) -> Json:
        """Raises Misconfigured where the keys do not open orders, or the store view is none of the shop's."""
        codes = [str(config.get("code")) for config in self.store_configs]
        if self.store_view not in {"all", *codes}:
            raise Misconfigured(
                f"The shop has no store view {self.store_view}; set the property StoreView to all or one of"
                f" {', '.join(codes)}"
            )
        self.search("/V1/orders", size=1)
        return self.store_config

    def import_orders(self, cursor: str) -> Page:
        at, size = Cursor.read(cursor), self.values.page_size
        filters = at.filters("updated_at", self.values.import_orders_from)
        found = self.search(
            "/V1/orders", *filters, page=at.number, size=size, order=("updated_at", "entity_id")
        )
        taking = self._taking(found.items)
        read = [taking.read(order) for order in found.items]
        wanted = [order for order, body in zip(read, found.items, strict=True) if self._is_wanted(body)]
        more = found.goes_on(at.number, size)
        position = at.next([order.modified_at for order in read], more=more)
        return Page(items=tuple(wanted), cursor=position.text(), more=more)

    def settle(self, operation: str, request: Any) -> Any:
        """A lost write is recognised by our reference, or by what it would have changed."""
        if operation == "fulfil":
            return self.settle_fulfilment(request)
        if operation == "refund_order":
            return self.settle_refund(request)
        if operation == "export_invoice":
            return self.settle_invoice(request)
        if operation == "set_inventory":
            return self.settle_stock(request)
        if operation in {"update_order_status", "cancel_order"}:
            return self.settle_status(operation, request)
        return super().settle(operation, request)

    def _is_wanted(self, order: Json) -> bool:
        return bool(self.values.import_unpaid_orders) or standing(order.get("state")) is not Standing.UNPAID

    def _taking(self, orders: Sequence[Json]) -> Taking:
        values, config = self.values, self.config
        return Taking(
            store=values.order_primary_store or "",
            stores=values.stores,
            owner=str(config.connector_id or config.name),
            customer_id_field=values.customer_id_field,
            mapping=config.field_mapping,
            method_attribute=(
                values.klarna_shipping_attribute if values.is_shipment_method_in_klarna_extensions else ""
            ),
            skus=self._own_skus(orders) if values.is_magento_sku_modified_by_options else {},
        )

    def _own_skus(self, orders: Sequence[Json]) -> dict[str, str]:
        """The articles' own SKUs by id, to which Magento has added those of custom options in the order."""
        ids = sorted(products_of(orders), key=int)
        found: dict[str, str] = {}
        for start in range(0, len(ids), 100):
            asked = Filter("entity_id", ",".join(ids[start : start + 100]), "in")
            found |= {
                str(item.get("id")): str(item.get("sku")) for item in self.search("/V1/products", asked).items
            }
        return found
