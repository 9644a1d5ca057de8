"""A tenant with products and a feed of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from connectors.compiled import ConnectorConfig
from tenants.models import Tenant
from tenants.scoping import platform_scope, tenant_scope
from tests.factories.connectors import publish_connector
from tests.factories.tenants import StoreFactory
from tests.factories.workflows import InventoryLevelFactory, ProductFactory, make_shop
from workflows.feeds.addresses import address_of
from workflows.models import Product, ProductFeed, ScheduledRun, ScheduledTask
from workflows.schedules.slice import Slice
from workflows.schedules.ticker import run_now

SETTINGS = {
    "Market": "NOR",
    "Language": "no",
    "Currency": "NOK",
    "ShopUrl": "https://shop.example.com",
    "LinkTemplate": "https://shop.example.com/p/{sku}",
    "ImageLinkTemplate": "https://img.example.com/{sku}.jpg",
}
COMPLETE = {"Description": "A good thing", "Brand": "Nordic", "EAN": "7038010000096"}


@dataclass
class Stage:
    tenant: Tenant

    def connector(self, **properties: Any) -> ConnectorConfig:
        return publish_connector(self.tenant, "google-feeds", properties={**SETTINGS, **properties})

    def task(self, connector: ConnectorConfig | None = None) -> Any:
        connector = connector or self.connector()
        return ScheduledTask.objects.create(
            name="Feed", type="GenerateFeeds", cron="0 3 * * *", active=False, connector_id=connector.id
        )

    def run(self, task: Any) -> ScheduledRun:
        run = run_now(task, "kari")
        self.work()
        run.refresh_from_db()
        return run

    def work(self) -> None:
        with platform_scope("a slice serves all tenants"):
            Slice().run(20)

    def product(self, sku: str, **values: Any) -> Product:
        given = {"properties": COMPLETE, "price": Decimal("199.00"), "currency": "NOK", **values}
        return ProductFactory(tenant=self.tenant, sku=sku, **given)

    def stock(self, product: Product, code: str, on_hand: str, reserved: str = "0") -> None:
        store = StoreFactory(tenant=self.tenant, code=code)
        InventoryLevelFactory(
            tenant=self.tenant,
            product=product,
            store=store,
            on_hand=Decimal(on_hand),
            reserved=Decimal(reserved),
        )

    @property
    def feed(self) -> ProductFeed:
        return ProductFeed.objects.select_related("current").get()

    @property
    def path(self) -> str:
        """Of the secret address."""
        feed = self.feed
        assert feed.current is not None
        return "/" + address_of(feed, feed.current.extension).split("/", 3)[3]


@pytest.fixture
def stage(db: None) -> Iterator[Stage]:
    shop = make_shop(skus=())
    with tenant_scope(shop.tenant):
        yield Stage(shop.tenant)
