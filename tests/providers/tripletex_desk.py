"""A connector of the sandbox's Tripletex, and the calls that are made through it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.client import EgressPolicy, Ports
from connectors.compiled import ConnectorConfig
from connectors.contracts.common import OrderDocument
from connectors.contracts.erp import OrderExport
from connectors.providers.tripletex import Tripletex
from connectors.sandbox import Sandbox
from connectors.schema import SettingsValues, secrets_of
from eventlog.events import EventData
from tests.contract.bench import TENANT
from tests.contract.scenarios.base import ORDER
from tests.idle import gates

TOKENS = {"ConsumerToken": "test-consumer-4f7a91", "EmployeeToken": "test-employee-demo"}
METHODS = {"Card": "Kortbetaling", "Bank": "502"}


def values(host: str, **properties: Any) -> SettingsValues:
    filled = {**TOKENS, "TripletexPaymentMethods": METHODS, **properties}
    return Tripletex.settings.compile({"host": host, "is_test": True}, filled)


def export(order: OrderDocument = ORDER) -> OrderExport:
    return OrderExport(reference=order.number, order=order, properties={})


@dataclass
class Desk:
    sandbox: Sandbox
    properties: Mapping[str, Any] = field(default_factory=dict)
    events: list[EventData] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        host = f"{self.sandbox.url}/tripletex"
        compiled = values(host, **self.properties)
        self.config = ConnectorConfig(
            id=1,
            tenant_id=1,
            tenant_uid=TENANT,
            revision=uuid4().hex,
            slug="tripletex",
            name="Tripletex",
            host=host,
            is_test=True,
            values=compiled,
            secrets=secrets_of(compiled),
            timeout_ms=5_000,
        )
        self.ports = Ports(
            events=self.events.append,
            egress=EgressPolicy.parse([f"127.0.0.1:{self.sandbox.port}"]),
            sleep=self.slept.append,
            now=lambda: self.now,
            gates=gates(self.slept),
        )

    def control(self, name: str, **data: Any) -> Any:
        return self.sandbox.control("POST", f"tripletex/{name}", data)

    @property
    def books(self) -> dict[str, list[dict[str, Any]]]:
        return self.sandbox.control("GET", "tripletex/books")

    def perform(
        self, operation: str, request: Any, *, after: Outcome | None = None, **changes: Any
    ) -> Outcome:
        """One try; `after` an earlier one that ended in doubt, an hour later."""
        write = operation.startswith(("export", "register"))
        spec = CallSpec(
            connector=self.config, operation=operation, subject="order:4711", request=request, write=write
        )
        prepared = Prepared(spec=spec, context=CallContext(), key=str(uuid4()), deadline_s=10)
        if after is not None:
            prepared = replace(
                prepared,
                attempt=2,
                uncertain=after.ending is Ending.UNKNOWN,
                answered=bool(after.error and after.error.answered),
                first_sent_at=self.now,
                last_sent_at=self.now,
            )
            self.now += timedelta(hours=1)
        return perform(replace(prepared, **changes), self.ports)

    def done(self, operation: str, request: Any) -> Any:
        outcome = self.perform(operation, request)
        assert outcome.ending is Ending.SUCCEEDED, outcome.message
        return outcome.result

    def until_done(self, operation: str, request: Any) -> list[Outcome]:
        """As the hub does: again and again until it ended well or finally."""
        outcomes = [self.perform(operation, request)]
        while outcomes[-1].ending in {Ending.RETRY, Ending.UNKNOWN} and len(outcomes) < 6:
            outcomes.append(self.perform(operation, request, after=outcomes[-1]))
        return outcomes
