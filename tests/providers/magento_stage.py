"""A Magento shop of the sandbox as the tests use it: over real sockets as the provider does, and by its controls."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.client import EgressPolicy, Ports
from connectors.client.ports import MemoryTokens
from connectors.compiled import ConnectorConfig
from connectors.contracts.common import OrderDocument
from connectors.contracts.ecommerce import Fulfilment, ImportedOrder, Page, ShopRefund
from connectors.contracts.erp import OrderExport
from connectors.providers.magento import Magento
from connectors.sandbox import Sandbox
from connectors.schema import secrets_of
from tests.contract.bench import connector
from tests.contract.scenarios.base import ORDER, nok
from tests.idle import Idle

SWEATERS = {
    "lines": [
        {"sku": "WOOL-M", "name": "Wool sweater", "quantity": 2, "price": "499.00", "type": "configurable"},
        {"sku": "SOCK-42", "price": "252.00", "discount": "30.00"},
    ],
    "shipping": "49.00",
}
COLUMNS = {
    "client_app_id": "consumer-nordstore",
    "client_app_secret": "consumer-secret-nordstore",
    "bearer_token": "token-nordstore",
}
PROPERTIES: dict[str, Any] = {
    "AccessTokenSecret": "token-secret-nordstore",
    "OrderPrimaryStore": "NO-WEB",
    "IsExportShipOrderEnabled": True,
    "IsExportInvoiceEnabled": True,
    "IsExportStatusEnabled": True,
    "MagentoStatuses": {"Packed": "packed"},
}


@dataclass
class MagentoStand:
    sandbox: Sandbox
    properties: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    tokens: MemoryTokens = field(default_factory=MemoryTokens)
    idle: Idle = field(default_factory=Idle)

    @property
    def config(self) -> ConnectorConfig:
        host = f"{self.sandbox.url}/magento/nordstore"
        columns = {**COLUMNS, **self.columns, "host": host, "is_test": True}
        values = Magento.settings.compile(columns, {**PROPERTIES, **self.properties})
        made = connector("magento", host=Magento.own_host(values), timeout_ms=2000)
        changes = {"values": values, "secrets": secrets_of(values), **self.options}
        return replace(made, **changes)

    @property
    def ports(self) -> Ports:
        egress = EgressPolicy.parse([f"127.0.0.1:{self.sandbox.port}"])
        return Ports(
            events=lambda event: None,
            sleep=self.idle.sleep,
            egress=egress,
            gates=self.idle.gates,
            tokens=self.tokens,
        )

    def control(self, path: str, data: Any = None) -> Any:
        return self.sandbox.control("POST", f"magento/shops/nordstore{path}", data or {})

    @property
    def shop(self) -> Any:
        return self.sandbox.control("GET", "magento/shops/nordstore")

    def order(self, **more: Any) -> dict[str, Any]:
        found = self.control("/orders", {**SWEATERS, **more})
        assert isinstance(found, dict)
        return found

    def prepared(self, operation: str, request: Any, *, write: bool = True) -> Prepared:
        spec = CallSpec(
            connector=self.config, operation=operation, subject="it", request=request, write=write
        )
        return Prepared(spec=spec, context=CallContext(), deadline_s=60, first_sent_at=datetime.now(UTC))

    def call(self, operation: str, request: Any, *, write: bool = True) -> Outcome:
        return perform(self.prepared(operation, request, write=write), self.ports)

    def done(self, operation: str, request: Any, *, write: bool = True) -> Any:
        outcome = self.call(operation, request, write=write)
        assert outcome.ending is Ending.SUCCEEDED, outcome.message
        return outcome.result

    def again(self, first: Outcome, *, hours_later: float = 1) -> Outcome:
        """The call once more by whoever finds its outcome uncertain."""
        sent = datetime.now(UTC) - timedelta(hours=hours_later)
        prepared = replace(first.prepared, attempt=2, uncertain=True, answered=True, first_sent_at=sent)
        return perform(prepared, self.ports)

    def imported(self, cursor: str = "") -> list[ImportedOrder]:
        found: list[ImportedOrder] = []
        more = True
        while more:
            page: Page = self.done("import_orders", cursor, write=False)
            found += page.items
            cursor, more = page.cursor, page.more
        return found

    def executed(self, operation: str) -> int:
        return len(self.sandbox.ledger(vendor="magento", operation=operation))


def parcel(order: dict[str, Any], tracking: str = "T1", **lines: int) -> Fulfilment:
    return Fulfilment(
        reference=f"r-{tracking}",
        order_external_id=str(order["entity_id"]),
        carrier="Bring",
        tracking_number=tracking,
        lines={line[1:]: pieces for line, pieces in lines.items()},
    )


def invoice_of(order: dict[str, Any]) -> OrderExport:
    document: OrderDocument = replace(ORDER, external_ids={"Magento": str(order["entity_id"])})
    return OrderExport(reference="100234", order=document, properties={})


def refund_of(order: dict[str, Any], amount: str, reference: str = "R1", **more: Any) -> ShopRefund:
    number = str(order["entity_id"])
    return ShopRefund(reference=reference, order_external_id=number, amount=nok(amount), **more)
