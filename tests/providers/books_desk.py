"""A connector of one of the sandbox's ERPs, and the calls that are made through it. Each ERP's own module fills it in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

from connectors import registry
from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.client import EgressPolicy, Ports
from connectors.compiled import ConnectorConfig
from connectors.contracts.common import OrderDocument
from connectors.contracts.erp import OrderExport
from connectors.sandbox import Sandbox
from connectors.schema import SettingsValues, secrets_of
from eventlog.events import EventData
from tests.contract.bench import TENANT
from tests.contract.scenarios.base import ORDER
from tests.idle import gates


def export(order: OrderDocument = ORDER) -> OrderExport:
    return OrderExport(reference=order.number, order=order, properties={})


@dataclass
class BooksDesk(ABC):
    """`path` is the vendor's place in the sandbox, `writes` how the names of its writing operations begin."""

    slug: ClassVar[str]
    path: ClassVar[str]
    writes: ClassVar[tuple[str, ...]]

    sandbox: Sandbox
    properties: Mapping[str, Any] = field(default_factory=dict)
    events: list[EventData] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @abstractmethod
    def values(self, host: str) -> SettingsValues:
        """The settings as filled in, with this desk's properties."""

    def __post_init__(self) -> None:
        host, implementation = f"{self.sandbox.url}/{self.path}", registry.get(self.slug)
        compiled = self.values(host)
        self.config = ConnectorConfig(
            id=1,
            tenant_id=1,
            tenant_uid=TENANT,
            revision=uuid4().hex,
            slug=self.slug,
            name=implementation.names[0],
            host=implementation.own_host(compiled) or host,
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
        return self.sandbox.control("POST", f"{self.slug}/{name}", data)

    @property
    def books(self) -> dict[str, list[dict[str, Any]]]:
        return self.sandbox.control("GET", f"{self.slug}/books")

    def perform(
        self, operation: str, request: Any, *, after: Outcome | None = None, **changes: Any
    ) -> Outcome:
        """One try; `after` an earlier one that ended in doubt, an hour later."""
        write = operation.startswith(self.writes)
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
