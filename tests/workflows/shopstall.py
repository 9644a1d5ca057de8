"""A shop and an ERP of these tests' own: small implementations whose vendor is a real socket with orders and stock."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors import registry
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Inbound
from connectors.contracts.books import PaidInvoice, PaidInvoiceSource
from connectors.contracts.catalog import CatalogPage
from connectors.contracts.common import Address, Customer, Exported, WebhookEvent
from connectors.contracts.ecommerce import (
    Fulfilment,
    ImportedLine,
    ImportedOrder,
    ImportedPayment,
    OrderKind,
    Page,
    ShopCancellation,
    ShopProvider,
    StatusUpdate,
)
from connectors.contracts.erp import ErpProvider, OrderExport, StockLevel, StockPage
from connectors.contracts.warehouse import (
    InboundDelivery,
    InboundLine,
    ReturnedLine,
    WarehouseOrder,
    WarehouseParcel,
    WarehouseReturn,
    WarehouseState,
    WmsProvider,
)
from connectors.schema import Secret, Settings
from connectors.signing import HmacSha256
from tenants.money import Money
from tenants.scoping import platform_scope, tenant_scope
from tests.factories.connectors import publish_connector
from tests.factories.workflows import Shop, make_shop
from tests.faultserver import Behaviour, FaultServer, Received, answer
from workflows.models import ScheduledRun, ScheduledTask
from workflows.schedules.slice import Slice
from workflows.schedules.ticker import run_now

MOMENT = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)
WEBHOOK_KEY = "whk_0123456789abcdef"


_NEWS = (
    "ImportWarehouseOrders",
    "ImportReturns",
    "ImportPaidInvoices",
    "ExportInboundDeliveries",
    "ImportInboundDeliveries",
)


class Stall(ShopProvider):
    """Reads orders in pages, takes stock levels and fulfilments; sends orders by webhook."""

    slug, label, names = "stall", "Stall", ("Stall",)

    class settings(Settings):
        webhook_key = Secret("Webhook key", key="WebhookKey", required=False)

    webhook = HmacSha256(header="X-Stall-Signature", key="webhook_key")

    def import_orders(self, cursor: str) -> Page:
        found = self.get("/orders", cursor=cursor)
        items = tuple(read_order(item) for item in found["orders"])
        return Page(items=items, cursor=found["cursor"], more=found["more"])

    @classmethod
    def begun_anew(cls, operation: str, cursor: str) -> str:
        return cursor.partition("@")[0]

    def set_inventory(self, levels: Any) -> Exported:
        body = [[level.sku, str(level.quantity), level.location] for level in levels]
        self.post("/levels", {"levels": body})
        return Exported()

    def fulfil(self, fulfilment: Fulfilment) -> Exported:
        body = {"order": fulfilment.order_external_id, "tracking": fulfilment.tracking_number}
        made = self.post("/fulfilments", body)
        return Exported(external_id=made["id"], message=made.get("told", ""))

    def update_order_status(self, update: StatusUpdate) -> Exported:
        self.post(
            "/statuses", {"order": update.order_external_id, "status": update.shop_status or update.status}
        )
        return Exported()

    def cancel_order(self, cancellation: ShopCancellation) -> Exported:
        self.post("/cancellations", {"order": cancellation.order_external_id, "why": cancellation.reason})
        return Exported()

    def read_error(self, answer: Any) -> tuple[str, str]:
        return "", str(answer.json().get("error", ""))

    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        body = inbound.json()
        return [
            WebhookEvent(id=body["event"], type="order.changed", data={"order": read_order(body["order"])})
        ]


class Depot(ErpProvider):
    """Reads stock in pages."""

    slug, label, names = "depot", "Depot", ("Depot",)

    def read_inventory(self, cursor: str) -> StockPage:
        found = self.get("/stock", cursor=cursor)
        items = tuple(
            StockLevel(sku=sku, quantity=Decimal(quantity), location=location)
            for sku, quantity, location in found["levels"]
        )
        return StockPage(items=items, cursor=found["cursor"], more=found["more"])


class Backroom(WmsProvider, PaidInvoiceSource):
    """A warehouse with its own books: tells how orders stand, what came back, and what was paid."""

    slug, label, names = "backroom", "Backroom", ("Backroom",)

    class settings(Settings):
        webhook_key = Secret("Webhook key", key="WebhookKey", required=False)

    webhook = HmacSha256(header="X-Backroom-Signature", key="webhook_key")

    def import_order_states(self, cursor: str) -> CatalogPage[WarehouseOrder]:
        return self._page("/states", cursor, _standing)

    def import_returns(self, cursor: str) -> CatalogPage[WarehouseReturn]:
        return self._page("/returns", cursor, _came_back)

    def import_paid_invoices(self, cursor: str) -> CatalogPage[PaidInvoice]:
        return self._page("/invoices", cursor, _invoice)

    def cancel_order(self, export: OrderExport) -> Exported:
        self.post("/cancellations", {"order": export.reference})
        return Exported()

    def export_inbound(self, delivery: InboundDelivery) -> Exported:
        lines = [[line.number, line.sku, str(line.quantity)] for line in delivery.lines]
        body = {"delivery": delivery.reference, "warehouse": delivery.warehouse, "lines": lines}
        self.post("/announcements", body)
        return Exported(external_id=f"W-{delivery.reference}")

    def import_inbound(self, cursor: str) -> CatalogPage[InboundDelivery]:
        return self._page("/arrivals", cursor, _arrival)

    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        body = inbound.json()
        return [WebhookEvent(id=body["event"], type="changed", data={"read_by": "import_order_states"})]

    def _page(self, path: str, cursor: str, read: Callable[[Any], Any]) -> CatalogPage[Any]:
        found = self.get(path, cursor=cursor)
        items = tuple(read(item) for item in found["items"])
        return CatalogPage(items=items, cursor=found["cursor"], more=found["more"])


def _standing(data: dict[str, Any]) -> WarehouseOrder:
    parcels = tuple(WarehouseParcel(number=number, carrier="Bring") for number in data.get("parcels", ()))
    return WarehouseOrder(
        reference=data["order"],
        external_id="W1",
        word=data["word"],
        state=WarehouseState(data["state"]),
        parcels=parcels,
    )


def _came_back(data: dict[str, Any]) -> WarehouseReturn:
    line = ReturnedLine(number=1, sku="A", quantity=Decimal(1), cause="Too small")
    return WarehouseReturn(reference=data["order"], external_id=data["id"], lines=(line,))


def _arrival(data: dict[str, Any]) -> InboundDelivery:
    lines = tuple(
        InboundLine(number=number, sku=sku, quantity=Decimal(9), received=Decimal(pieces))
        for number, sku, pieces in data["lines"]
    )
    told = {"word": data.get("word", "Arrived"), "closed": data.get("closed", False)}
    external_id = data.get("id", f"W-{data['delivery']}")
    return InboundDelivery(reference=data["delivery"], external_id=external_id, lines=lines, **told)


def _invoice(data: dict[str, Any]) -> PaidInvoice:
    return PaidInvoice(
        reference=data["order"],
        invoice=data["invoice"],
        total=Money.of("100.00", "NOK"),
        outstanding=Money.of(data["outstanding"], "NOK"),
        paid_at=MOMENT,
        credit=data.get("credit", False),
    )


def order(number: int, *, minutes: int = 0, **values: Any) -> dict[str, Any]:
    """A shop's order as its vendor sends it: 2 x A at 100.00 and shipping 49.00, NOK, to Norway."""
    return {
        "id": f"gid-{number}",
        "number": f"#{number}",
        "modified": (MOMENT + timedelta(minutes=minutes)).isoformat(),
        "currency": "NOK",
        "country": "NO",
        "lines": [
            {"id": f"L{number}", "sku": "A", "name": "Wool jumper", "quantity": "2", "price": "100.00"}
        ],
        "total": "249.00",
        "tags": ["web"],
        "properties": {"Gift": "no"},
        "cancelled": False,
        **values,
    }


def read_order(data: dict[str, Any]) -> ImportedOrder:
    def money(amount: str) -> Money:
        return Money.of(amount, data["currency"])

    where = Address(name="Kari", line1="Storgata 1", city="Oslo", country=data["country"])
    return ImportedOrder(
        external_id=data["id"],
        number=data["number"],
        placed_at=MOMENT,
        modified_at=datetime.fromisoformat(data["modified"]),
        currency=data["currency"],
        customer=Customer(email="kari@buyer.example", first_name="Kari"),
        billing=where,
        shipping=where,
        lines=tuple(
            ImportedLine(
                sku=line["sku"],
                name=line["name"],
                quantity=Decimal(line["quantity"]),
                unit_price=money(line["price"]),
                discount=money("0"),
                tax_rate=Decimal(25),
                external_id=line["id"],
                properties={"Brand": "Devold"},
            )
            for line in data["lines"]
        ),
        shipping_total=money("49.00"),
        shipping_method="Home",
        total=money(data["total"]),
        store=data.get("store", ""),
        cancelled=data["cancelled"],
        kind=OrderKind(data.get("kind", "sale")),
        return_of=data.get("return_of", ""),
        payments=(
            ImportedPayment(
                method="card", provider_id="pay-1", authorized=money(data["total"]), captured=money("0")
            ),
        ),
        tags=tuple(data["tags"]),
        properties=data["properties"],
    )


class StallServer(FaultServer):
    """What the shop and the ERP have. Cursors are positions; `failing` answers the next requests instead."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: list[dict[str, Any]] = []
        self.stock: list[list[str]] = []
        self.levels: list[list[str]] = []
        self.fulfilments: list[dict[str, Any]] = []
        self.news: list[dict[str, Any]] = []
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.unknown_skus: set[str] = set()
        self.refused_deliveries: set[str] = set()
        self.page_size = 2
        self.failing: list[Behaviour] = []

    def take(self, request: Received) -> Behaviour:
        with self._lock:
            self.requests.append(request)
            self.arrived.set()
            if self.failing:
                return self.failing.pop(0)
            return self._serve_request(request)

    def _serve_request(self, request: Received) -> Behaviour:
        where = urlsplit(request.path)
        cursor = int(parse_qs(where.query).get("cursor", ["0"])[0] or 0)
        if where.path == "/orders":
            return self._page("orders", self.orders, cursor)
        if where.path == "/stock":
            return self._page("levels", self.stock, cursor)
        if where.path == "/levels":
            return self._take_levels(json.loads(request.body)["levels"])
        if where.path in {"/states", "/returns", "/invoices", "/arrivals"}:
            return self._page("items", self.news, cursor)
        if where.path in {"/statuses", "/cancellations", "/announcements"}:
            self.told.append((where.path, json.loads(request.body)))
            refused = self.told[-1][1].get("delivery") in self.refused_deliveries
            return answer(422, {}) if refused else answer(200, {})
        self.fulfilments.append(json.loads(request.body))
        return answer(200, {"id": f"F{len(self.fulfilments)}"})

    def _take_levels(self, levels: list[list[str]]) -> Behaviour:
        if {sku for sku, _, _ in levels} & self.unknown_skus:
            return answer(422, {"error": "an article is not known"})
        self.levels += levels
        return answer(200, {})

    def _page(self, name: str, items: list[Any], cursor: int) -> Behaviour:
        end = min(cursor + self.page_size, len(items))
        return answer(200, {name: items[cursor:end], "cursor": str(end), "more": end < len(items)})

    def cursors(self, path: str = "/orders") -> list[str]:
        """The cursors that were asked for, in order."""
        asked = [urlsplit(request.path) for request in self.requests]
        return [parse_qs(where.query).get("cursor", [""])[0] for where in asked if where.path == path]


@dataclass
class Market:
    """A tenant that takes orders, its shop and its ERP on a socket."""

    server: StallServer
    shop: Shop

    def connector(self, type: str = "stall", **values: Any) -> ConnectorConfig:
        return publish_connector(self.shop.tenant, type, **{"host": self.server.url, **values})

    def task(
        self, type: str = "ImportOrders", connector: ConnectorConfig | None = None, **values: Any
    ) -> Any:
        kinds = {"ImportInventory": "depot", "CleanUp": "", **dict.fromkeys(_NEWS, "backroom")}
        if connector is None and kinds.get(type, "stall"):
            connector = self.connector(kinds.get(type, "stall"))
        given = {"name": type, "cron": "*/10 * * * *", "active": False, **values}
        return ScheduledTask.objects.create(type=type, connector_id=connector and connector.id, **given)

    def run(self, task: ScheduledTask) -> ScheduledRun:
        """Run now, to the end of the slice."""
        run = run_now(task, "kari")
        self.work()
        run.refresh_from_db()
        return run

    def work(self) -> None:
        with platform_scope("a slice serves all tenants"):
            Slice().run(20)


@pytest.fixture
def implementations() -> Iterator[None]:
    with ExitStack() as stack:
        for provider in (Stall, Depot, Backroom):
            stack.enter_context(registry.registered(provider))
        yield


@pytest.fixture
def stall(implementations: None, settings: Any) -> Iterator[StallServer]:
    with StallServer() as server:
        settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1/32:{server.port}"]
        yield server


@pytest.fixture
def market(db: None, stall: StallServer) -> Iterator[Market]:
    shop = make_shop()
    with tenant_scope(shop.tenant):
        yield Market(stall, shop)
