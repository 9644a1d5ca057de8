"""A connector of the sandbox's Voyado, and the calls that are made through it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.client import EgressPolicy, Ports
from connectors.compiled import ConnectorConfig
from connectors.contracts.catalog import CustomerRecord
from connectors.providers.voyado import Voyado
from connectors.sandbox import Sandbox
from connectors.schema import SettingsValues, secrets_of
from eventlog.events import EventData
from tenants.secret_value import SecretValue
from tests.contract.bench import TENANT
from tests.idle import Idle

KEY = "nordstore-engage-5b1f0c7d"
KARI = CustomerRecord(number="C-77", email="kari@example.com", first_name="Kari", last_name="Nordmann")


def values(host: str = "", **properties: Any) -> SettingsValues:
    columns = {"bearer_token": SecretValue(KEY), "host": host, "is_test": True}
    return Voyado.settings.compile(columns, {"StoreExternalId": "900", **properties})


@dataclass
class Desk:
    sandbox: Sandbox
    timeout_ms: int = 5_000
    events: list[EventData] = field(default_factory=list)

    def call(
        self, operation: str, request: Any, *, write: bool = True, attempt: int = 1, **properties: Any
    ) -> Outcome:
        compiled = values(f"{self.sandbox.url}/voyado", **properties)
        config = ConnectorConfig(
            id=1,
            tenant_id=1,
            tenant_uid=TENANT,
            revision=uuid4().hex,
            slug="voyado",
            name="Voyado",
            host=Voyado.own_host(compiled),
            is_test=True,
            values=compiled,
            secrets=secrets_of(compiled),
            timeout_ms=self.timeout_ms,
        )
        idle = Idle()
        egress = EgressPolicy.parse([f"127.0.0.1:{self.sandbox.port}"])
        ports = Ports(events=self.events.append, sleep=idle.sleep, egress=egress, gates=idle.gates)
        spec = CallSpec(
            connector=config, operation=operation, subject="task-run:1", request=request, write=write
        )
        again = {"attempt": attempt, "uncertain": True} if attempt > 1 else {}
        return perform(Prepared(spec=spec, context=CallContext(), deadline_s=10, **again), ports)

    def done(self, operation: str, request: Any, **options: Any) -> Any:
        outcome = self.call(operation, request, **options)
        assert outcome.ending is Ending.SUCCEEDED, outcome.message
        return outcome.result

    def export(self, *records: CustomerRecord, **properties: Any) -> list[str]:
        """What became of each customer."""
        items = self.done("export_customers", records, **properties).items
        return [f"{item.state}: {item.message}" if item.message else str(item.state) for item in items]

    def imported(self, cursor: str = "", **properties: Any) -> Any:
        return self.done("import_customers", cursor, write=False, **properties)

    def contacts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.sandbox.control("GET", "voyado/contacts")["contacts"]
        return found

    def receipts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.sandbox.control("GET", "voyado/receipts")["receipts"]
        return found

    def put(self, path: str = "contacts", **told: Any) -> Any:
        return self.sandbox.control("POST", f"voyado/{path}", told)
