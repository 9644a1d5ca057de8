"""A goods owner at the simulated warehouse as the tests use it: over real sockets, and by its controls."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.client import EgressPolicy, Ports
from connectors.compiled import ConnectorConfig
from connectors.contracts.erp import OrderExport
from connectors.providers.ongoing import Ongoing
from connectors.sandbox import Sandbox
from connectors.schema import secrets_of
from tests.contract.bench import connector
from tests.contract.scenarios.base import ORDER
from tests.idle import Idle

HOUSE = "ongoing/houses/nordlager/812"
COLUMNS = {"username": "WSINordstore", "password": "warehouse-password-nordstore"}
PROPERTIES: dict[str, Any] = {"GoodsOwnerId": 812, "WebhookToken": "warehouse-token-nordstore"}


@dataclass
class OngoingStand:
    sandbox: Sandbox
    properties: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    idle: Idle = field(default_factory=Idle)

    def __post_init__(self) -> None:
        goods = [("WOOL-M", "Wool sweater", 12), ("SOCK-42", "Socks", 40)]
        rows = [{"articleNumber": sku, "articleName": name, "numberOfItems": n} for sku, name, n in goods]
        self.control("/articles", {"articles": rows})

    @property
    def config(self) -> ConnectorConfig:
        columns = {
            **COLUMNS,
            "host": f"{self.sandbox.url}/ongoing/nordlager",
            "is_test": True,
            **self.columns,
        }
        values = Ongoing.settings.compile(columns, {**PROPERTIES, **self.properties})
        made = connector("ongoing", host=Ongoing.own_host(values), timeout_ms=2000)
        return replace(made, **{"values": values, "secrets": secrets_of(values), **self.options})

    @property
    def ports(self) -> Ports:
        egress = EgressPolicy.parse([f"127.0.0.1:{self.sandbox.port}"])
        return Ports(events=lambda event: None, sleep=self.idle.sleep, egress=egress, gates=self.idle.gates)

    def control(self, path: str, data: Any = None) -> Any:
        return self.sandbox.control("POST", f"{HOUSE}{path}", data or {})

    @property
    def house(self) -> Any:
        return self.sandbox.control("GET", HOUSE)

    def call(self, operation: str, request: Any, *, write: bool = True) -> Outcome:
        spec = CallSpec(
            connector=self.config, operation=operation, subject="it", request=request, write=write
        )
        prepared = Prepared(spec=spec, context=CallContext(), deadline_s=60, first_sent_at=datetime.now(UTC))
        return perform(prepared, self.ports)

    def done(self, operation: str, request: Any, *, write: bool = True) -> Any:
        outcome = self.call(operation, request, write=write)
        assert outcome.ending is Ending.SUCCEEDED, outcome.message
        return outcome.result

    def again(self, first: Outcome) -> Outcome:
        """The call once more by whoever finds its outcome uncertain."""
        sent = datetime.now(UTC) - timedelta(hours=1)
        return perform(
            replace(first.prepared, attempt=2, uncertain=True, answered=True, first_sent_at=sent), self.ports
        )

    def everything(self, operation: str, cursor: str = "") -> tuple[list[Any], str]:
        """All pages of a run, and the cursor of the next one."""
        found: list[Any] = []
        more = True
        while more:
            page = self.done(operation, cursor, write=False)
            found += page.items
            cursor, more = page.cursor, page.more
        return found, cursor

    def executed(self, operation: str) -> int:
        return len(self.sandbox.ledger(vendor="ongoing", operation=operation))


def export(number: str = "100234", **changes: Any) -> OrderExport:
    order = replace(ORDER, number=number, **changes)
    return OrderExport(reference=number, order=order, properties={})
