"""Front Systems, the point of sale, over its REST API V2 and, for sales, its OData service.

Reference: developer.frontsystems.com and its published description of the REST API; of OData the notes of a
customer (pettervopava-sudo/Front-Systems-reporting-MCP), all read on 2026-11-26. There are no idempotency keys:
our number is the number of an omnichannel order, which is looked for before anything is made, and a web sale has
an id of ours. Calls of GET that change data there (opt-in and opt-out of customers) are not used: consents are
written with the customer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from connectors.auth import HeaderKeys
from connectors.contracts.base import Inbound, Limits
from connectors.contracts.common import WebhookEvent
from connectors.contracts.ecommerce import ImportedOrder, Page
from connectors.errors import Misconfigured, RetryLater
from connectors.providers.frontsystems import webhooks
from connectors.providers.frontsystems.api import Json, told
from connectors.providers.frontsystems.cursor import Days
from connectors.providers.frontsystems.exports import Exports
from connectors.providers.frontsystems.guide import GUIDE
from connectors.providers.frontsystems.prices import Prices
from connectors.providers.frontsystems.products import Products
from connectors.providers.frontsystems.sales import HEADER, RETURN_MARK, ROW, Taking
from connectors.signing import Unsigned

_HOST = "https://frontsystemsapis.frontsystems.no"


class FrontSystems(Products, Prices, Exports):
    slug, label, names = "frontsystems", "Front Systems", ("FrontSystems", "Front Systems")
    hosts = {"live": _HOST, "test": _HOST}
    auth = HeaderKeys({"Ocp-Apim-Subscription-Key": "subscription_key", "x-api-key": "api_key"})
    check = ("GET", "/restapi/V2/api/Environment")
    limits = Limits(concurrent=4)
    webhook = Unsigned()
    webhook_events = (webhooks.SALE,)
    place_id = "FrontSystemsStockId"
    guide = GUIDE

    @classmethod
    def own_host(cls, values: Any) -> str:
        """Raises Misconfigured where web sales of ours would come back as sales."""
        if values.import_orders == "all" and values.web_sale_order_types:
            raise Misconfigured(
                'With ImportOrders "all" the web sales that this connector books would come back as orders; set'
                " ImportOrders to tills, or empty WebSaleOrderTypes"
            )
        return values.host or ""

    def import_orders(self, cursor: str) -> Page:
        at = Days.read(cursor, self.values.import_orders_from)
        found, following = self._sales(at.day), at.next()
        return Page(items=tuple(found), cursor=following.text(), more=following.under_way)

    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        return webhooks.read(inbound)

    def confirm(self, event: WebhookEvent) -> list[WebhookEvent]:
        """The sale that an event points to, as Front Systems has it now."""
        sale = event.data.get("sale")
        if not sale:
            return []
        day = date.fromisoformat(event.data["day"])
        headers = self._headers(day)
        if not any(told(header, "saleid") == sale for header in headers):
            raise RetryLater(f"Front Systems shows no sale {sale} on {day} yet")
        taken = self._taking().read(
            [one for one in headers if told(one, "saleid") == sale], self._rows(day, sale)
        )
        return [
            replace(event, data={"order": one})
            for one in taken
            if one.external_id in {sale, sale + RETURN_MARK}
        ]

    def _sales(self, day: date) -> list[ImportedOrder]:
        headers = self._headers(day)
        return self._taking().read(headers, self._rows(day))

    def _headers(self, day: date) -> list[Json]:
        following = date.fromordinal(day.toordinal() + 1)
        wanted = f"SaleDate ge datetime'{day}T00:00:00' and SaleDate lt datetime'{following}T00:00:00'"
        return self.odata("Sales", HEADER, **{"$filter": wanted})

    def _rows(self, day: date, sale: str = "") -> list[Json]:
        """Without these dates OData shows the newest rows only."""
        found = self.odata("Saleslines", ROW, **{"from": f"'{day}'", "to": f"'{day}'"})
        return [row for row in found if not sale or told(row, "saleid") == sale]

    def _taking(self) -> Taking:
        config, values = self.config, self.values
        return Taking(
            owner=config.connector_id or config.name,
            order_type=values.order_type,
            tills_only=values.import_orders == "tills",
            payment_method=values.payment_method,
            stocks=frozenset(values.stock_ids),
            mapping=config.field_mapping,
        )
