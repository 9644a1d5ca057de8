"""One operation of one provider, from what a step asks for to how it ended. Touches no database.

The database half (effects.py) commits an Effect before `perform` and records the Outcome after it.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from connectors import registry
from connectors.client import Deadline, Ports, open_door
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import NotExecuted, Provider
from connectors.errors import Misconfigured, ProviderError, ReadBack, Rejected, RetryLater, Unknown

log = logging.getLogger(__name__)

#: A key is trusted for this share of the time for which the vendor keeps it.
WINDOW_SHARE = 0.8

CONFLICT = 409


class Ending(StrEnum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    RETRY = "retry"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallContext:
    """Where the call belongs in the event log."""

    order_id: int | None = None
    order_number: str = ""
    market: str = ""
    store: str = ""
    run_id: int | None = None
    step_run_id: int | None = None
    step: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSpec:
    """What somebody wants called. `subject` is the business object, e.g. "payment:9f…", unique within the tenant."""

    connector: ConnectorConfig
    operation: str
    subject: str
    request: Any
    write: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A call whose Effect is committed. `next_key` is the key to use once it is proved that nothing was executed.

    `uncertain` means that an earlier try may have been executed; `answered` that it ended with some answer of the
    provider; `changed` that the request is no longer the one that was sent; `settle_only` that it must not be carried out
    any more, only found out. `last_sent_at` is when the latest earlier try began. `deadline_s` is in seconds.
    """

    spec: CallSpec
    context: CallContext
    effect_id: UUID | None = None
    key: str | None = None
    next_key: str | None = None
    attempt: int = 1
    uncertain: bool = False
    answered: bool = False
    changed: bool = False
    settle_only: bool = False
    first_sent_at: datetime | None = None
    last_sent_at: datetime | None = None
    deadline_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a call ended. `renewed` tells that `next_key` was used; `needs_person` that nothing can settle it here."""

    prepared: Prepared
    ending: Ending
    result: Any = None
    error: ProviderError | None = None
    renewed: bool = False
    needs_person: bool = False
    started_at: datetime
    duration_ms: int

    @property
    def message(self) -> str:
        return self.error.message if self.error else ""


def perform(prepared: Prepared, ports: Ports) -> Outcome:
    """Carry a call out, or find out whether an earlier try was. Never raises for what a provider does."""
    return _Try(prepared, ports).outcome()


class _Try:
    """One try of one call, with what it has learnt so far."""

    def __init__(self, prepared: Prepared, ports: Ports) -> None:
        self.prepared = prepared
        self.spec = prepared.spec
        self.ports = ports
        self.deadline = Deadline.after(prepared.deadline_s)
        self.uncertain = prepared.uncertain
        self.renewed = False
        self.needs_person = False

    def outcome(self) -> Outcome:
        started, clock = self.ports.now(), time.monotonic()
        result, error = None, None
        try:
            result = self._settle_or_execute() if self.uncertain else self._execute(self.prepared.key)
        except ProviderError as failure:
            error = self._in_doubt(failure)
        except Exception:
            log.exception("%s of %s failed with a bug", self.spec.operation, self._label)
            error = Unknown(f"Internal error while reading {self._label}'s answer; the log has the details")
        return Outcome(
            prepared=self.prepared,
            ending=self._ending(error),
            result=result,
            error=error,
            renewed=self.renewed,
            needs_person=self.needs_person,
            started_at=started,
            duration_ms=round((time.monotonic() - clock) * 1000),
        )

    def _in_doubt(self, error: ProviderError) -> ProviderError:
        """A conflict is no refusal when an earlier try may still be at work at the vendor: it may be that very try."""
        if not (self.uncertain and isinstance(error, Rejected) and error.status == CONFLICT):
            return error
        return Unknown(
            error.message,
            code=error.code,
            status=error.status,
            retry_after=error.retry_after,
            answered=False,
        )

    def _ending(self, error: ProviderError | None) -> Ending:
        if error is None:
            return Ending.SUCCEEDED
        if self.uncertain and not isinstance(error, Rejected):
            return Ending.UNKNOWN
        if isinstance(error, RetryLater):
            return Ending.RETRY
        if isinstance(error, Unknown):
            return Ending.UNKNOWN if self.spec.write else Ending.RETRY
        return Ending.FAILED

    def _settle_or_execute(self) -> Any:
        if self._may_repeat_key():
            return self._execute(self.prepared.key)
        settled = self._settle()
        if settled is None:
            self.needs_person = True
            raise Unknown(
                f"{self._label} may have executed this and cannot be asked. Check there, then decide here."
            )
        if not isinstance(settled, NotExecuted):
            return settled
        self._check_proved(settled)
        self.uncertain = False
        if self.prepared.settle_only:
            raise Rejected(f"{self._label} did not carry this out, and it is no longer wanted")
        self.renewed = self.prepared.answered or self.prepared.changed
        return self._execute(self.prepared.next_key if self.renewed else self.prepared.key)

    def _check_proved(self, settled: NotExecuted) -> None:
        """Raises Unknown while what was executed may still be on its way into the provider's look-up."""
        lag, since = settled.proved_after_s, self.prepared.last_sent_at or self.prepared.first_sent_at
        if not lag or (since is not None and self.ports.now() - since >= timedelta(seconds=lag)):
            return
        raise Unknown(
            f"{self._label} knows nothing of this yet, which proves something only after {lag / 60:.0f} minutes",
            answered=self.prepared.answered,
            retry_after=lag,
        )

    def _may_repeat_key(self) -> bool:
        """The vendor's own memory of the key decides, unless it would only replay an error or refuse a changed body."""
        connector = self.spec.connector
        carrier = registry.get(connector.slug).idempotency_of(connector.values)
        if carrier is None or not carrier.covers(self.spec.operation) or self.prepared.first_sent_at is None:
            return False
        if self.prepared.settle_only or (self.prepared.answered and carrier.errors_kept):
            return False
        if self.prepared.changed and carrier.body_bound:
            return False
        window = timedelta(hours=carrier.hours(self.spec.operation) * WINDOW_SHARE)
        return self.ports.now() - self.prepared.first_sent_at < window

    def _execute(self, key: str | None) -> Any:
        try:
            return getattr(self._provider(key), self.spec.operation)(self.spec.request)
        except ReadBack as error:
            return self._read_back(error)

    def _read_back(self, error: ReadBack) -> Any:
        settled = self._settle()
        if settled is None or isinstance(settled, NotExecuted):
            raise Rejected(
                f"{error.message} (reading it back did not confirm that)",
                code=error.code,
                status=error.status,
            ) from None
        return settled

    def _settle(self) -> Any:
        """Ask the provider; a refusal of the question itself tells nothing about the operation."""
        try:
            return self._provider(None).settle(self.spec.operation, self.spec.request)
        except Rejected as error:
            raise Unknown(f"{self._label} did not tell what became of it: {error.message}") from None

    def _provider(self, key: str | None) -> Provider:
        if self.spec.connector.problem:
            raise Misconfigured(self.spec.connector.problem)
        implementation = registry.get(self.spec.connector.slug)
        door = open_door(self.spec.connector, self.ports, self.prepared, key, self.deadline)
        return implementation(self.spec.connector, door)

    @property
    def _label(self) -> str:
        return registry.get(self.spec.connector.slug).label
