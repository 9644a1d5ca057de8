"""Ongoing WMS, goods owner REST API v1.

Reference: developer.ongoingwarehouse.com (REST/v1, Webhooks), the vendor's published example requests, read on 2026-11-26.
There are no idempotency keys: orders, articles and purchase orders are put by (goods owner, number). Quirks: status
numbers are set by each warehouse, records do not tell when they changed, the form of errors is not described, and calls
of one goods owner are worked on one after the other.
"""

from __future__ import annotations

from typing import Any

from connectors.auth import Basic
from connectors.contracts.base import Limits, reading
from connectors.contracts.warehouse import WmsProvider
from connectors.errors import Misconfigured
from connectors.providers.ongoing.articles import Articles
from connectors.providers.ongoing.inbound import Inbounds
from connectors.providers.ongoing.orders import Orders
from connectors.providers.ongoing.returns import Returns
from connectors.providers.ongoing.settings import OngoingSettings, api_url
from connectors.providers.ongoing.stock import Stock
from connectors.providers.ongoing.webhooks import Webhooks
from connectors.providers.ongoing.words import GUIDE
from connectors.signing import FixedHeader


class Ongoing(Orders, Articles, Stock, Inbounds, Returns, Webhooks, WmsProvider):
    slug, label, names = "ongoing", "Ongoing WMS", ("Ongoing",)
    aliases = ("Ongoing Warehouse",)
    settings = OngoingSettings
    auth = Basic("username", "password")
    check = ("GET", "/api/v1/orders/statuses")
    limits = Limits(concurrent=1)
    webhook = FixedHeader(key="webhook_token", header="X-Auth-Token")
    guide = GUIDE

    @classmethod
    def own_host(cls, values: Any) -> str:
        return api_url(values)

    def test_connection(self) -> Any:
        """The statuses are the same for everybody; whether the goods owner is ours, only its orders tell."""
        statuses = super().test_connection()
        self.listed("orders", maxOrdersToGet=1)
        return statuses

    def read_check(self, body: Any) -> None:
        with reading("Ongoing's list of order statuses", Misconfigured):
            if not [int(status["number"]) for status in body["orderStatuses"]]:
                raise ValueError("it is empty")

    def settle(self, operation: str, request: Any) -> Any:
        return (
            self.settle_order(request) if operation == "export_order" else super().settle(operation, request)
        )
