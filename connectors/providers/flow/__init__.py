"""Flow Retail, the point of sale, over its API v2 (docs.flowretail.com, read on 2026-11-26).

Webhooks, receipts, orders, stock, products and customers are read as Flow publishes them; what it does not publish where we
can read it, names of fields and requests that write, is told by the connector's properties and Field Mapping. Numbers are
whole with two implied decimals. There are no idempotency keys, and orders cannot be looked up by our number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from connectors.auth import Bearer
from connectors.contracts.base import Inbound, Limits, reading
from connectors.contracts.common import Exported, OrderDocument, WebhookEvent
from connectors.contracts.ecommerce import ImportedOrder, Page
from connectors.contracts.erp import OrderExport, OrderExporter
from connectors.errors import RetryLater
from connectors.providers.flow import webhooks, writes
from connectors.providers.flow.customers import Customers
from connectors.providers.flow.goods import Goods, made_uid
from connectors.providers.flow.numbers import Json, moment, written
from connectors.providers.flow.orders import Taking
from connectors.providers.flow.receipts import Searched
from connectors.providers.flow.settings import LINES
from connectors.providers.flow.words import GUIDE
from connectors.signing import FixedHeader

#: Each receipt is one more call.
PAGE = 20


class Flow(Goods, Customers, OrderExporter):
    slug, label, names = "flow", "Flow", ("Flow", "FlowRetail")
    aliases = ("Flow Retail",)
    hosts = {"live": "https://api.flowretail.com", "test": "https://api.stage.flowretail.com"}
    auth = Bearer("token")
    check = ("GET", "/reasons")
    limits = Limits(concurrent=2)
    webhook = FixedHeader(key="webhook_token", header="X-Crossdock-Token")
    webhook_events = (
        *("ORDER_SETTLED", "ORDER_RECEIPT_SETTLED", "ORDER_DELIVERED", "CUSTOMER_CREATE", "CUSTOMER_UPDATE"),
        *("PRODUCT_CREATE", "PRODUCT_UPDATE", "STOCK_CHANGE"),
    )
    place_id = "FlowStoreUid"
    guide = GUIDE

    def read_check(self, body: Any) -> None:
        with reading("Flow's reasons", RetryLater):
            if not isinstance(body["items"], list):
                raise TypeError("they are no list")

    def import_orders(self, cursor: str) -> Page:
        at, taking = Searched.read(cursor), self._taking()
        since = at.start(self.values.import_orders_from)
        search = {"storeUids": list(self.values.store_uids)}
        search |= {"settledAtFrom": written(since)} if since else {}
        receipts, more = self.page("/receipts/search", PAGE, at.page, search=search)
        with reading("Flow's receipts", RetryLater):
            uids = list(dict.fromkeys(str(receipt["orderUid"]) for receipt in receipts))
        orders = {uid: self._order(uid) for uid in uids}
        found = [one for order in orders.values() for one in taking.read(order)]
        found.sort(key=lambda one: one.modified_at)
        following = at.next(_settled(receipts, orders), more=more)
        return Page(items=tuple(found), cursor=following.text(), more=more)

    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        return webhooks.read(inbound, self.values.tenant_uid)

    def confirm(self, event: WebhookEvent) -> list[WebhookEvent]:
        """The order that a webhook points to; of other things, that their import is due."""
        about = event.data.get("about")
        if about != webhooks.ORDERS:
            operation = webhooks.READ_BY.get(str(about))
            return [replace(event, data={"read_by": operation})] if operation else []
        delivered = event.type == webhooks.DELIVERED
        orders: list[ImportedOrder] = self._taking().read(self._order(event.provider_id), delivered=delivered)
        return [replace(event, data={"order": order}) for order in orders]

    def export_order(self, export: OrderExport) -> Exported:
        order, values = export.order, self.values
        before = order.external_ids.get(self.config.connector_id or self.config.name)
        if before:
            return Exported(external_id=before, message="made there before, so nothing was sent")
        method, path = writes.request_of(values, "OrderCreate", storeUid=self._store(order))
        rows = self.config.field_mapping
        body = writes.body_of("Order", rows, writes.of_order(order), values.order_values)
        if values.calls.get(LINES):
            body[values.calls[LINES]] = [
                writes.body_of("Line", rows, writes.of_line(line), {}) for line in order.lines
            ]
        return Exported(external_id=made_uid(self.call(method, path, body), "orderUid"))

    def _order(self, uid: str) -> Json:
        order: Json = self.get(f"/orders/{quote(uid, safe='')}")
        return order

    def _taking(self) -> Taking:
        config = self.config
        rows = [row for row in config.field_mapping if not writes.is_written(row)]
        mark = writes.path_of("Order.Number", config.field_mapping)
        return Taking(self.values, config.connector_id or config.name, rows, mark)

    def _store(self, order: OrderDocument) -> str:
        """The Uid of the order's store, by the market's own id, else the general one; else the first of StoreUids."""
        ids = {name.casefold(): value for name, value in order.sections.get("store_ids", {}).items()}
        owner = self.config.connector_id or self.config.name
        names = (f"{self.place_id}-{order.market}", self.place_id, owner)
        found = next((ids[name.casefold()] for name in names if ids.get(name.casefold())), "")
        return str(found or self.values.store_uids[0])


def _settled(receipts: Sequence[Json], orders: dict[str, Json]) -> list[datetime]:
    """When these receipts were settled; where that is not told, when their order began, which is not later."""
    with reading("Flow's receipts", RetryLater):
        return [
            moment(receipt.get("settledAt") or orders[str(receipt["orderUid"])]["createdAt"])
            for receipt in receipts
        ]
