"""Sitoo, the point of sale, over its REST API v2.

Reference: developer.sitoo.com, and an integrator's description of it (spysystem/sitoo-client), read on 2026-11-26. Amounts
are texts with two decimals, quantities texts with three, times seconds since the epoch; HTTP 200 may hide items that were
refused. There are no idempotency keys: our number is the external id of an order and looked for before anything is made.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from connectors.auth import Basic
from connectors.contracts.base import Inbound, Limits, NotExecuted, reading
from connectors.contracts.common import Exported, OrderDocument, WebhookEvent
from connectors.contracts.ecommerce import Page
from connectors.contracts.erp import OrderExport, OrderExporter
from connectors.errors import Misconfigured, Rejected, RetryLater, Unknown
from connectors.providers.sitoo import webhooks
from connectors.providers.sitoo.api import Json, listed
from connectors.providers.sitoo.cursor import AGAIN, Cursor
from connectors.providers.sitoo.customers import Customers
from connectors.providers.sitoo.exports import AMENDABLE, body_of, contact_of, external_id, warehouse_of
from connectors.providers.sitoo.prices import Prices
from connectors.providers.sitoo.products import Products
from connectors.providers.sitoo.receipts import FIELDS, Taking, is_open
from connectors.providers.sitoo.settings import GUIDE, base_url
from connectors.providers.sitoo.stock import LAG, Stock
from connectors.signing import FixedHeader

PAGE = 100
_ORDER = 10


class Sitoo(Products, Prices, Customers, Stock, OrderExporter):
    slug, label, names = "sitoo", "Sitoo", ("Sitoo",)
    hosts = {"live": "https://api.mysitoo.com", "test": "https://api-sandbox.mysitoo.com"}
    auth = Basic("api_id", "api_password")
    check = ("GET", "/sites.json")
    limits = Limits(concurrent=4)
    webhook = FixedHeader(key="webhook_password", form="basic")
    webhook_events = ("order", "order-delivery")
    place_id = "SitooWarehouseId"
    guide = GUIDE

    @classmethod
    def own_host(cls, values: Any) -> str:
        """Raises Misconfigured where Host is another account's base URL."""
        try:
            return base_url(values.host or "", values.account_number)
        except ValueError as error:
            raise Misconfigured(str(error)) from None

    def read_check(self, body: Any) -> None:
        with reading("Sitoo's sites", RetryLater):
            sites = {int(site["eshopid"]) for site in body["items"]}
        if self.values.eshop_id not in sites:
            raise Misconfigured(
                f"Account {self.values.account_number} has the sites {listed(sorted(sites)) or 'none'}; set EshopId to"
                " one of them"
            )

    def import_orders(self, cursor: str) -> Page:
        at = Cursor.read(cursor)
        if at.again:
            asked = at.again[:AGAIN]
            orders, _ = self._orders(orderid=listed(asked), num=len(asked))
            following, more = at.looked_at(asked, _numbers(orders, only_open=True)), True
        else:
            asked_for = {"orderidfrom": at.after + 1, "sort": "orderid", "num": PAGE, **self._first_day()}
            orders, total = self._orders(**asked_for)
            more = 0 < len(orders) < total
            following = at.next(_numbers(orders), _numbers(orders, only_open=True), more=more)
        taking = self._taking()
        found = [one for order in orders for one in taking.read(order)]
        found.sort(key=lambda one: one.modified_at)
        return Page(items=tuple(found), cursor=following.text(), more=more)

    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        return webhooks.read(inbound, self.values.account_number)

    def confirm(self, event: WebhookEvent) -> list[WebhookEvent]:
        """The order that an event points to, as Sitoo has it now."""
        elsewhere = event.data.get("eshop") not in (None, self.values.eshop_id)
        if elsewhere or not event.provider_id or event.type.partition(".")[0] not in webhooks.ABOUT_ORDERS:
            return []
        orders, _ = self._orders(orderid=event.provider_id, num=1)
        if not orders:
            raise RetryLater(f"Sitoo shows no order {event.provider_id} yet")
        return [replace(event, data={"order": one}) for one in self._taking().read(orders[0])]

    def export_order(self, export: OrderExport) -> Exported:
        order, there = export.order, self._there(export.order)
        if there is not None:
            return self._amend(order, there)
        warehouse = warehouse_of(order, self._place(order))
        mapping, known = self.config.field_mapping, order.properties
        fields = {theirs: known[ours] for ours, theirs in mapping if ours in known}
        made = self.post(f"{self.site}/orders.json", body_of(order, self.values, warehouse, fields))
        if isinstance(made, bool) or not isinstance(made, int):
            raise Unknown("Sitoo's answer names no order that it has made")
        return Exported(external_id=str(made), message=f"made for warehouse {warehouse}")

    def find_order(self, export: OrderExport) -> Exported | None:
        there = self._there(export.order)
        return Exported(external_id=str(there["orderid"])) if there else None

    def settle(self, operation: str, request: Any) -> Any:
        if operation == "set_inventory":
            return self.settle_stock(request)
        if operation == "export_order":
            return self.find_order(request) or NotExecuted(proved_after_s=LAG)
        return super().settle(operation, request)

    def _orders(self, **query: Any) -> tuple[list[Json], int]:
        shop = {"eshopid": self.values.eshop_id, "ordertype": _ORDER}
        return self.page("/orders.json", **shop, **query, fields=listed(FIELDS))

    def _first_day(self) -> dict[str, Any]:
        day = self.values.import_orders_from
        return {"orderdatefrom": int(datetime.combine(day, time(), UTC).timestamp())} if day else {}

    def _taking(self) -> Taking:
        config, values = self.config, self.values
        owner, tills = config.connector_id or config.name, values.import_orders == "tills"
        return Taking(owner, values.order_type, tills, config.field_mapping)

    def _there(self, order: OrderDocument) -> Json | None:
        number = external_id(order, self.values)
        fields = listed(("orderid", "orderstateid", "externalid", *AMENDABLE))
        orders, _ = self.page(
            "/orders.json", eshopid=self.values.eshop_id, externalid=number, num=2, fields=fields
        )
        if len(orders) > 1:
            raise Rejected(f"Sitoo has several orders with the external id {number}; keep one")
        with reading("Sitoo's orders", RetryLater):
            return next((order for order in orders if int(order["orderid"])), None)

    def _amend(self, order: OrderDocument, there: Json) -> Exported:
        number = str(there["orderid"])
        wanted = contact_of(order, self.values)
        changes = {name: text for name, text in wanted.items() if text != (there.get(name) or "")}
        if not is_open(there):
            return Exported(
                external_id=number, message="closed or cancelled in Sitoo, so nothing was changed"
            )
        if not changes:
            return Exported(external_id=number, message="nothing to change")
        self.put(f"{self.site}/orders/{number}.json", {"ordertypeid": _ORDER, **changes})
        return Exported(external_id=number, message=f"changed {', '.join(sorted(changes))}")

    def _place(self, order: OrderDocument) -> str:
        """The warehouse of the order's store, by the market's own id, else the general one."""
        ids = {name.casefold(): value for name, value in order.sections.get("store_ids", {}).items()}
        owner = self.config.connector_id or self.config.name
        names = (f"{self.place_id}-{order.market}", self.place_id, owner)
        found = next((ids[name.casefold()] for name in names if ids.get(name.casefold())), "")
        return str(found or next(iter(self.values.warehouse_id), ""))


def _numbers(orders: list[Json], *, only_open: bool = False) -> list[int]:
    with reading("Sitoo's orders", RetryLater):
        return [int(order["orderid"]) for order in orders if not only_open or is_open(order)]
