"""A shop whose catalogue is read in pages and written in batches, on a real socket."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from connectors import registry
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Category
from connectors.contracts.catalog import (
    BatchResult,
    CatalogPage,
    CustomerRecord,
    CustomerSink,
    CustomerSource,
    ItemResult,
    ItemState,
    PriceRecord,
    PriceSink,
    PriceSource,
    ProductRecord,
    ProductSink,
    ProductSource,
)
from connectors.contracts.plain import plain
from tenants.money import Money
from tenants.scoping import platform_scope, tenant_scope
from tests.factories.connectors import publish_connector
from tests.factories.tenants import TenantFactory
from tests.faultserver import Behaviour, FaultServer, Received, answer
from workflows.models import Customer, Product, ScheduledRun, ScheduledTask, SyncItem
from workflows.schedules.slice import Slice
from workflows.schedules.ticker import run_now


class Mall(ProductSource, PriceSource, CustomerSource, ProductSink, PriceSink, CustomerSink):
    slug, label, names = "mall", "Mall", ("Mall",)
    category = Category.ECOMMERCE
    most_products = most_prices = most_customers = 3

    def import_products(self, cursor: str) -> CatalogPage[ProductRecord]:
        return self._read("products", cursor, _product)

    def import_prices(self, cursor: str) -> CatalogPage[PriceRecord]:
        return self._read("prices", cursor, _price)

    def import_customers(self, cursor: str) -> CatalogPage[CustomerRecord]:
        return self._read("customers", cursor, lambda item: CustomerRecord(**item))

    def export_products(self, products: Sequence[ProductRecord]) -> BatchResult:
        return self._write("products", products, "sku")

    def export_prices(self, prices: Sequence[PriceRecord]) -> BatchResult:
        return self._write("prices", prices, "sku")

    def export_customers(self, customers: Sequence[CustomerRecord]) -> BatchResult:
        return self._write("customers", customers, "number")

    def read_error(self, answer: Any) -> tuple[str, str]:
        return "", str(answer.json().get("error", ""))

    def _read(self, what: str, cursor: str, make: Any) -> CatalogPage[Any]:
        found = self.get(f"/{what}", cursor=cursor)
        items = tuple(make(dict(item)) for item in found["items"])
        return CatalogPage(items=items, cursor=found["cursor"], more=found["more"], total=found["total"])

    def _write(self, what: str, records: Sequence[Any], key: str) -> BatchResult:
        told = self.post(f"/{what}", {"items": [plain(record) for record in records]})["answers"]
        return BatchResult(
            items=tuple(
                ItemResult(key=item["key"], state=ItemState(item["state"]), external_id=item.get("id", ""),
                           message=item.get("message", ""))
                for item in told
            )
        )  # fmt: skip


def _money(item: dict[str, Any], name: str) -> None:
    if name in item:
        item[name] = Money.of(item[name], "NOK")


def _product(item: dict[str, Any]) -> ProductRecord:
    _money(item, "price")
    if "tax_rate" in item:
        item["tax_rate"] = Decimal(item["tax_rate"])
    return ProductRecord(**item)


def _price(item: dict[str, Any]) -> PriceRecord:
    for name in ("price", "before"):
        _money(item, name)
    for name in ("valid_from", "valid_to"):
        if name in item:
            item[name] = datetime.fromisoformat(item[name])
    return PriceRecord(**item)


class MallServer(FaultServer):
    """Lists grow with each change; cursors are places in them. `taken` is what came in, `answers` what is said by key."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: dict[str, list[dict[str, Any]]] = {"products": [], "prices": [], "customers": []}
        self.taken: list[dict[str, Any]] = []
        self.answers: dict[str, dict[str, Any]] = {}
        self.page_size = 2
        self.failing: list[Behaviour | None] = []
        self.refused: set[str] = set()

    def take(self, request: Received) -> Behaviour:
        with self._lock:
            self.requests.append(request)
            failing = self.failing.pop(0) if self.failing else None
            return failing or self._serve_request(request)

    def _serve_request(self, request: Received) -> Behaviour:
        where = urlsplit(request.path)
        items = self.lists[where.path.strip("/")]
        if request.method == "POST":
            return self._take(json.loads(request.body)["items"])
        start = int(parse_qs(where.query).get("cursor", ["0"])[0] or 0)
        end = min(start + self.page_size, len(items))
        body = {"items": items[start:end], "cursor": str(end), "more": end < len(items), "total": len(items)}
        return answer(200, body)

    def _take(self, items: list[dict[str, Any]]) -> Behaviour:
        keys = [item.get("sku") or item["number"] for item in items]
        if self.refused & set(keys):
            return answer(422, {"error": "the batch holds what we do not take"})
        self.taken += items
        usual = {"state": "done"}
        return answer(200, {"answers": [{"key": key, **self.answers.get(key, usual)} for key in keys]})

    @property
    def sent(self) -> list[str]:
        """The keys that came in since the last look."""
        keys = [item.get("sku") or item["number"] for item in self.taken]
        self.taken.clear()
        return keys

    @property
    def cursors(self) -> list[str]:
        asked = [urlsplit(request.path) for request in self.requests if request.method == "GET"]
        return [parse_qs(where.query).get("cursor", [""])[0] for where in asked]


@dataclass
class Place:
    server: MallServer
    connector: ConnectorConfig
    tenant: Any

    def task(self, type: str, name: str = "", **properties: Any) -> ScheduledTask:
        return ScheduledTask.objects.create(
            type=type,
            name=name or type,
            cron="0 3 * * *",
            active=False,
            connector_id=self.connector.id,
            properties=properties,
        )

    def run(self, task: ScheduledTask) -> ScheduledRun:
        run = run_now(task, "kari")
        with platform_scope("a slice serves all tenants"):
            Slice().run(20)
        run.refresh_from_db()
        return run

    def state(self, key: str, **where: Any) -> SyncItem:
        return SyncItem.objects.get(key=key, **where)


def settle(model: type[Product] | type[Customer], **values: Any) -> None:
    """Changed long enough ago to be sent, in the order in which they were made."""
    for row in model.objects.filter(modified_at__gt=timezone.now() - timedelta(seconds=25)):
        moment = timezone.now() - timedelta(minutes=1) + timedelta(milliseconds=row.pk % 10_000)
        model.objects.filter(pk=row.pk).update(modified_at=moment, **values)


def come_due(**where: Any) -> None:
    SyncItem.objects.filter(next_try_at__isnull=False, **where).update(next_try_at=timezone.now())


@pytest.fixture
def mall(db: None, settings: Any) -> Iterator[Place]:
    with registry.registered(Mall), MallServer() as server:
        settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1/32:{server.port}"]
        tenant = TenantFactory()
        with tenant_scope(tenant):
            mapping = {
                "Name": ("product_title", "If empty", "Never"),
                "Brand": "vendor",
                "Colour": ("colour", "Overwrite", "If empty"),
                "Description": ("body", "Never", "Overwrite"),
                "Customer.Vat": "vat_no",
            }
            connector = publish_connector(tenant, "mall", host=server.url, field_mapping=mapping)
            yield Place(server, connector, tenant)
