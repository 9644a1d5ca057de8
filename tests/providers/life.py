"""One payment's life at a simulated vendor, over real sockets and through the real door, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.client import EgressPolicy, Ports
from connectors.contracts.payment import Payment, PaymentResult
from connectors.sandbox import Sandbox
from tests.contract.bench import connector
from tests.contract.scenarios.payment import paid
from tests.idle import Idle

READS = {"status", "find"}
ROOT = UUID("1d7d6d0e-4b0e-5c86-9b0b-c0f3a5e7d001")


@dataclass
class Life:
    """What the hub's ledger would remember is `known`. `options` are fields of the connector."""

    sandbox: Sandbox
    slug: str
    options: Mapping[str, Any] = field(default_factory=dict)
    known: Payment = field(default_factory=lambda: replace(paid()({}), created_at=None))
    calls: int = 0
    events: list[Any] = field(default_factory=list)

    def call(self, operation: str, **request: Any) -> Outcome:
        self.calls += 1
        spec = CallSpec(
            connector=connector(self.slug, host=f"{self.sandbox.url}/{self.slug}", **self.options),
            operation=operation,
            subject="payment",
            request=replace(self.known, **request),
            write=operation not in READS,
        )
        key, next_key = (str(uuid5(ROOT, f"{self.calls}{word}")) for word in ("a", "b"))
        prepared = Prepared(spec=spec, context=CallContext(), key=key, next_key=next_key, deadline_s=10)
        return perform(prepared, self.ports)

    def again(self, outcome: Outcome, *, forgotten: bool = False) -> Outcome:
        """The next try of a call of which nobody knows what became; any other outcome as it is.

        `forgotten` means that it comes after the time for which the vendor keeps keys.
        """
        if outcome.ending is not Ending.UNKNOWN:
            return outcome
        answered = bool(outcome.error and outcome.error.answered)
        later = replace(outcome.prepared, uncertain=True, answered=answered, attempt=2)
        return perform(replace(later, first_sent_at=None if forgotten else outcome.started_at), self.ports)

    def done(self, operation: str, **request: Any) -> PaymentResult:
        outcome = self.call(operation, **request)
        assert outcome.ending is Ending.SUCCEEDED, outcome.message
        result = outcome.result
        assert isinstance(result, PaymentResult)
        self.known = replace(self.known, provider_id=result.provider_id)
        return result

    @cached_property
    def ports(self) -> Ports:
        egress = EgressPolicy.parse([f"127.0.0.1:{self.sandbox.port}"])
        idle = Idle()
        return Ports(events=self.events.append, sleep=idle.sleep, egress=egress, gates=idle.gates)

    def effects(self) -> list[tuple[str, int]]:
        entries = self.sandbox.ledger(vendor=self.slug)
        return [(entry["operation"], entry["amount_minor"]) for entry in entries]
