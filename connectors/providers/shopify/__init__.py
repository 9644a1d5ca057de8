"""Shopify, over the GraphQL Admin API in version 2026-07. Reference: shopify.dev/docs/api/admin-graphql, read on 2026-11-25.

Answers of HTTP 200 may be failures (see graphql.py). Stock is set and refunds are made under an idempotency key that goes
along as a directive; fulfilments know no key, so the order's fulfilments are looked through before each one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from connectors.auth import HeaderKey
from connectors.contracts.base import Idempotency, Inbound, Limits, NotExecuted
from connectors.contracts.common import Exported, WebhookEvent
from connectors.contracts.ecommerce import Fulfilment, Page
from connectors.contracts.erp import StockLevel
from connectors.errors import Misconfigured, Rejected, Unknown
from connectors.providers.shopify import queries, webhooks
from connectors.providers.shopify.assortment import Assortment
from connectors.providers.shopify.cursor import Cursor
from connectors.providers.shopify.customers import Customers
from connectors.providers.shopify.fulfilment import OrderState, creation
from connectors.providers.shopify.graphql import PATH, Json
from connectors.providers.shopify.orders import Taking
from connectors.providers.shopify.payments import number_of
from connectors.providers.shopify.products import Products
from connectors.providers.shopify.refunds import Refunds
from connectors.providers.shopify.registration import Registration
from connectors.providers.shopify.stock import Plan, Row, Stock, named
from connectors.providers.shopify.words import GUIDE, ShopifySettings


class Shopify(Assortment, Products, Customers, Refunds, Registration):
    slug, label, names = "shopify", "Shopify", ("Shopify",)
    settings = ShopifySettings
    auth = HeaderKey("X-Shopify-Access-Token", "access_token")
    check = ("POST", PATH)
    # How long keys are kept is not published; an hour is less than any vendor of keys takes.
    idempotency = Idempotency(
        "body:variables.idempotencyKey",
        length=255,
        window_hours=1,
        operations=("set_inventory", "refund_order"),
    )
    limits = Limits(per_second=4)
    webhook = webhooks.ShopifySignature(
        header="X-Shopify-Hmac-Sha256", key="webhook_secret", encoding="base64"
    )
    webhook_events = webhooks.SUBSCRIBED
    store_property = "OrderPrimaryStore"
    guide = GUIDE

    @classmethod
    def item_link(cls, values: Any, kind: str, external_id: str) -> str:
        """Prices and stock are on the variant's page, whose address needs the product; the search finds it."""
        place = {"customer": f"customers/{external_id}"}.get(kind, f"products?query={external_id}")
        shop = str(values.shopify_url).removesuffix(".myshopify.com")
        return f"https://admin.shopify.com/store/{shop}/{place}"

    @classmethod
    def own_host(cls, values: Any) -> str:
        """The shop itself; a Host that is entered for a simulator wins."""
        return "" if values.host else f"https://{values.shopify_url}"

    @classmethod
    def begun_anew(cls, operation: str, cursor: str) -> str:
        return Cursor.begun_anew(cursor)

    def test_connection(self) -> Json:
        """Raises Misconfigured where the token opens another shop's door."""
        shop: Json = self.ask(queries.SHOP)["shop"]
        if shop["myshopifyDomain"] != self.values.shopify_url:
            raise Misconfigured(
                f"The shop that answers is {shop['myshopifyDomain']}, not {self.values.shopify_url}; check ShopifyUrl"
            )
        return shop

    def import_orders(self, cursor: str) -> Page:
        at = Cursor.read(cursor)
        asked = {"first": self.values.orders_per_page, "query": at.query(self.values.import_orders_from)}
        found = self.ask(queries.ORDERS, after=at.after, **asked)["orders"]
        taking = self._taking()
        orders = [taking.read(order, self._lines(order), strict=False) for order in found["nodes"]]
        orders.sort(key=lambda order: order.modified_at)
        after = found["pageInfo"]["endCursor"] if found["pageInfo"]["hasNextPage"] else None
        return Page(items=tuple(orders), cursor=at.next(orders, after).text(), more=bool(after))

    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        return webhooks.read(inbound, self.values.shopify_url, self._taking())

    def set_inventory(self, levels: Sequence[StockLevel]) -> Exported:
        """What the shop knows is set before SKUs that it does not know are refused."""
        plan = self._plan(levels)
        groups = [self._set(rows) for rows in plan.chunks()]
        plan.refuse_unknown()
        return Exported(external_id=",".join(filter(None, groups)), message=f"{len(plan.rows)} levels set")

    def fulfil(self, fulfilment: Fulfilment) -> Exported:
        state = self._state(fulfilment)
        missing = state.missing(fulfilment)
        done = self._already(state, fulfilment, missing)
        if done:
            return done
        if state.cancelled:
            raise Rejected(f"Order {state.name} is cancelled in Shopify; nothing can be fulfilled")
        if not missing:
            raise Rejected(f"Order {state.name} of Shopify has nothing that could be fulfilled")
        made = [self._create(fulfilment, parts) for parts in state.groups(missing)]
        return Exported(external_id=",".join(made))

    def settle(self, operation: str, request: Any) -> Exported | NotExecuted | None:
        """A lost fulfilment is recognised by its tracking number, levels by themselves, a refund by its note."""
        settlers: dict[str, Callable[[Any], Exported | NotExecuted | None]] = {
            "set_inventory": lambda levels: self._settle_stock(self._plan(levels)),
            "fulfil": self._settle_fulfilment,
            "update_order_status": self.settle_status,
            "cancel_order": self.settle_cancellation,
            "refund_order": self.settle_refund,
        }
        if operation in settlers:
            return settlers[operation](request)
        settled: Exported | NotExecuted | None = super().settle(operation, request)
        return settled

    def _settle_fulfilment(self, request: Fulfilment) -> Exported | NotExecuted | None:
        state = self._state(request)
        done = self._already(state, request, state.missing(request))
        if done or request.tracking_number or not request.lines or not state.made:
            return done or NotExecuted()
        return None

    def _taking(self) -> Taking:
        config = self.config
        owner = config.connector_id or config.name
        return Taking(self.values.order_primary_store or "", owner, config.field_mapping)

    def _lines(self, order: Json) -> list[Json]:
        """All lines of an order, read on where it has more than came along."""
        page = order["lineItems"]
        lines = list(page["nodes"])
        while page["pageInfo"]["hasNextPage"]:
            after = page["pageInfo"]["endCursor"]
            page = self.ask(queries.ORDER_LINES, id=order["id"], after=after)["order"]["lineItems"]
            lines += page["nodes"]
        return lines

    def _plan(self, levels: Sequence[StockLevel]) -> Plan:
        return self._stock.plan(levels)

    @property
    def _stock(self) -> Stock:
        return Stock(self.ask, self.values.location_id or "")

    def _set(self, rows: Sequence[Row]) -> str:
        asked = {"name": "available", "reason": "correction", "quantities": [row.input for row in rows]}
        try:
            payload = self.tell(queries.SET_STOCK, keyed=True, input=asked)["inventorySetQuantities"]
        except Rejected as error:
            raise named(error, rows) from None
        return number_of((payload["inventoryAdjustmentGroup"] or {}).get("id"))

    def _settle_stock(self, plan: Plan) -> Exported | NotExecuted:
        if not self._stock.is_set(plan.rows):
            return NotExecuted()
        plan.refuse_unknown()
        return Exported(message=f"{len(plan.rows)} levels are as they should be")

    def _state(self, fulfilment: Fulfilment) -> OrderState:
        number = number_of("/" + fulfilment.order_external_id)
        order = self.ask(queries.SHIPPING_STATE, id=f"gid://shopify/Order/{number}")["order"]
        if order is None:
            raise Rejected(f"Shopify has no order {number}; check the order's external id and ShopifyUrl")
        return OrderState(order)

    def _already(self, state: OrderState, fulfilment: Fulfilment, missing: Json) -> Exported | None:
        """The fulfilments that told all of this before, by this or by another tracking number."""
        told = state.told(fulfilment)
        if missing and not state.is_gone(missing):
            return None
        if not (told or state.made):
            return None
        ids = [number_of(item["id"]) for item in told or state.made]
        return Exported(external_id=",".join(ids), message=state.left_out(fulfilment))

    def _create(self, fulfilment: Fulfilment, parts: Any) -> str:
        asked = creation(fulfilment, parts, notify=self.values.notify_customer)
        made = self.tell(queries.FULFIL, keyed=False, fulfillment=asked)["fulfillmentCreate"]["fulfillment"]
        if not made:
            raise Unknown("Shopify's answer holds no fulfilment")
        return number_of(made["id"])
