"""A desk that books with a simulated carrier through effects, as steps do, over real sockets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.client import EgressPolicy, Ports
from connectors.compiled import ConnectorConfig
from connectors.effects import close_effects, open_effects
from connectors.sandbox import Sandbox
from tenants.models import Tenant
from tests.ageing import calls_age
from tests.contract.scenarios.shipping import booking
from tests.factories.connectors import publish_connector
from tests.idle import Idle

#: What may happen to a call before it has an effect, and after it.
BEFORE = ({"drop_before": True}, {"hang_before": True}, {"status": 500}, {"status": 503})
AFTER = (
    {"drop_after": True},
    {"hang_after": True},
    {"status_after_effect": 502},
    {"html": True},
    {"malformed": True},
    {"truncated": True},
)
WRITES = {"book", "cancel"}


@dataclass
class Desk:
    """`given` are fields of the connector, `product` what is booked where nothing else is said."""

    slug: str
    tenant: Tenant
    vendors: Sandbox
    product: str
    given: dict[str, Any]
    properties: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        made = publish_connector(
            self.tenant, self.slug, is_test=True, properties=self.properties, **self.given
        )
        self.config: ConnectorConfig = replace(made, timeout_ms=400)
        events: list[Any] = []
        idle = Idle()
        self.ports = Ports(
            events=events.append,
            sleep=idle.sleep,
            gates=idle.gates,
            egress=EgressPolicy.parse([f"127.0.0.1:{self.vendors.port}"]),
        )

    def book(self, **changes: Any) -> Outcome:
        return self.write("book", booking({"product": self.product, **changes}))

    def write(self, operation: str, request: Any) -> Outcome:
        [opened] = open_effects([(self._spec(operation, request), CallContext(), "step:1")], owner="worker")
        assert isinstance(opened, Prepared)
        outcome = perform(opened, self.ports)
        close_effects([outcome])
        return outcome

    def try_to(self, operation: str, request: Any) -> Outcome:
        return perform(Prepared(spec=self._spec(operation, request), context=CallContext()), self.ports)

    def ask(self, operation: str, request: Any) -> Any:
        outcome = self.try_to(operation, request)
        assert outcome.ending is Ending.SUCCEEDED, outcome.message
        return outcome.result

    def control(self, path: str, data: Any = None) -> Any:
        method = "GET" if data is None else "POST"
        return self.vendors.control(method, f"{self.slug}/{path}", data)

    def assert_booked_once(self, outcome: Outcome) -> None:
        assert outcome.ending is Ending.SUCCEEDED, outcome.message
        [entry] = self.vendors.ledger(vendor=self.slug)
        assert entry["reference"] == "100234-1"
        assert entry["object"] in {outcome.result.consignment, outcome.result.label_url}
        assert self.vendors.doubles() == []

    def _spec(self, operation: str, request: Any) -> CallSpec:
        return CallSpec(
            connector=self.config,
            operation=operation,
            subject="shipment:100234-1",
            request=request,
            write=operation in WRITES,
        )


def let_an_hour_pass() -> None:
    calls_age(timedelta(hours=1))
