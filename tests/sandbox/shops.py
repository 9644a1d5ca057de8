"""A shop of the sandbox as the tests use it: over real sockets as the provider does, and by its controls."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.calls import CallContext, CallSpec, Outcome, Prepared, perform
from connectors.client import EgressPolicy, Ports, open_door
from connectors.compiled import ConnectorConfig
from connectors.contracts.ecommerce import Fulfilment, ImportedOrder, Page
from connectors.contracts.erp import StockLevel
from connectors.providers.shopify import Shopify
from connectors.sandbox import Sandbox
from tests.contract.bench import KEY, connector
from tests.idle import Idle

NEXT = "7d2c4f1e-9b0a-5c3d-8e6f-0a1b2c3d4e5f"
SWEATERS = {
    "lines": [{"sku": "WOOL-M", "name": "Wool sweater", "quantity": 2, "price": "499.00"}],
    "shipping": "49.00",
}


@dataclass
class ShopStand:
    sandbox: Sandbox
    name: str = "nordstore"
    timeout_ms: int = 2000

    @property
    def config(self) -> ConnectorConfig:
        return connector(
            "shopify",
            host=f"{self.sandbox.url}/shopify/{self.name}",
            timeout_ms=self.timeout_ms,
        )

    @property
    def ports(self) -> Ports:
        egress = EgressPolicy.parse([f"127.0.0.1:{self.sandbox.port}"])
        idle = Idle()
        return Ports(events=lambda event: None, sleep=idle.sleep, egress=egress, gates=idle.gates)

    def control(self, path: str, data: Any = None) -> Any:
        where = f"shopify/shops/{self.name}{path}"
        return self.sandbox.control("GET" if data is None and not path else "POST", where, data or {})

    def order(self, data: Any = SWEATERS) -> dict[str, Any]:
        found = self.control("/orders", data)["order"]
        assert isinstance(found, dict)
        return found

    def prepared(self, operation: str, request: Any, *, write: bool = True) -> Prepared:
        spec = CallSpec(
            connector=self.config, operation=operation, subject="it", request=request, write=write
        )
        keys = {"key": str(KEY), "next_key": NEXT} if write else {}
        return Prepared(
            spec=spec, context=CallContext(), deadline_s=20, first_sent_at=datetime.now(UTC), **keys
        )

    def perform(self, prepared: Prepared) -> Outcome:
        return perform(prepared, self.ports)

    def again(self, first: Outcome, *, days_later: float = 0) -> Outcome:
        """The call once more by whoever finds its outcome uncertain; the database knows how the first try ended."""
        sent = datetime.now(UTC) - timedelta(days=days_later)
        answered = bool(first.error and first.error.answered)
        return self.perform(
            replace(first.prepared, attempt=2, uncertain=True, answered=answered, first_sent_at=sent)
        )

    def import_page(self, cursor: str = "") -> Page:
        outcome = self.perform(self.prepared("import_orders", cursor, write=False))
        assert isinstance(outcome.result, Page), outcome.message
        return outcome.result

    def imported(self, cursor: str = "") -> list[ImportedOrder]:
        page = self.import_page(cursor)
        orders = list(page.items)
        while page.more:
            page = self.import_page(page.cursor)
            orders += page.items
        return orders

    def fulfilment(self, order: dict[str, Any], tracking: str = "T1", **lines: int) -> Fulfilment:
        return Fulfilment(
            reference="r1",
            order_external_id=str(order["id"]),
            carrier="Bring",
            tracking_number=tracking,
            tracking_url=f"https://track.example/{tracking}",
            lines={line[1:]: pieces for line, pieces in lines.items()},
        )

    def fulfil(self, order: dict[str, Any], tracking: str = "T1", **lines: int) -> Outcome:
        return self.perform(self.prepared("fulfil", self.fulfilment(order, tracking, **lines)))

    def set_stock(self, levels: Sequence[StockLevel]) -> Outcome:
        return self.perform(self.prepared("set_inventory", levels))

    def provider(self) -> Shopify:
        prepared = self.prepared("check", None, write=False)
        return Shopify(self.config, open_door(self.config, self.ports, prepared, None))

    def asked(self) -> list[str]:
        """The operations that were called, in their order."""
        return [json.loads(call["body"])["operationName"] for call in self.sandbox.calls("shopify")]

    def executed(self, operation: str) -> int:
        return len(self.sandbox.ledger(vendor="shopify", operation=operation))
