"""One payment at a simulated vendor, operation by operation, as the hub's ledger would remember it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.client import EgressPolicy, Ports
from connectors.contracts.payment import Payment, PaymentResult
from connectors.sandbox import Sandbox
from connectors.schema import SettingsValues
from tests.contract.bench import connector
from tests.contract.scenarios.payment import paid

READS = {"status", "find"}
ROOT = UUID("1d7d6d0e-4b0e-5c86-9b0b-c0f3a5e7d001")


@dataclass
class Life:
    """`values` are the settings of the vendor's connector; `known` is what is known of the payment so far."""

    sandbox: Sandbox
    slug: str
    values: SettingsValues
    known: Payment = field(default_factory=lambda: replace(paid()({}), created_at=None))
    calls: int = 0

    def call(self, operation: str, **request: Any) -> Outcome:
        self.calls += 1
        spec = CallSpec(
            connector=connector(self.slug, host=f"{self.sandbox.url}/{self.slug}", values=self.values),
            operation=operation,
            subject="payment",
            request=replace(self.known, **request),
            write=operation not in READS,
        )
        key, next_key = (str(uuid5(ROOT, f"{self.calls}{word}")) for word in ("a", "b"))
        prepared = Prepared(spec=spec, context=CallContext(), key=key, next_key=next_key, deadline_s=10)
        return perform(prepared, self.ports)

    def done(self, operation: str, **request: Any) -> PaymentResult:
        outcome = self.call(operation, **request)
        assert outcome.ending is Ending.SUCCEEDED, outcome.message
        result = outcome.result
        assert isinstance(result, PaymentResult)
        self.known = replace(self.known, provider_id=result.provider_id)
        return result

    def again(self, outcome: Outcome, **changes: Any) -> Outcome:
        """The call of which nobody knows yet what became of it, once more."""
        answered = bool(outcome.error and outcome.error.answered)
        sent = {"first_sent_at": datetime.now(UTC), "uncertain": True, "answered": answered, "attempt": 2}
        retried = replace(outcome.prepared, **sent)  # type: ignore[arg-type]
        return perform(replace(retried, **changes), self.ports)

    @property
    def ports(self) -> Ports:
        egress = EgressPolicy.parse([f"127.0.0.1:{self.sandbox.port}"])
        return Ports(events=[].append, sleep=lambda seconds: None, egress=egress)

    def effects(self) -> list[tuple[str, int]]:
        entries = self.sandbox.ledger(vendor=self.slug)
        return [(entry["operation"], entry["amount_minor"]) for entry in entries]
