"""One operation of one provider, from what a step asks for to how it ended. Touches no database.

The database half (effects.py) commits an Effect before `perform` and records the Outcome after it.
"""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

from connectors import registry
from connectors.client import Deadline, Ports, open_door
from connectors.client.record import told
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import NotExecuted, Provider
from connectors.errors import Misconfigured, ProviderError, ReadBack, Rejected, RetryLater, Unknown
from connectors.key_memory import KeyMemory
from connectors.proof import CALL_S, may_go_on, over_after_death, proved_at

log = logging.getLogger(__name__)

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
    provider; `changed` that the request is no longer the one that was sent; `carrier_changed` that the vendor is not told
    the key in the way in which it was told then, or that nobody knows how; `settle_only` that it must not be carried out any
    more, only found out. `last_sent_at` is when the latest earlier try began that sent something, and
    `under_way_until` until when the vendor may be at work on earlier requests; None when they are over. `deadline_s` is in
    seconds; a write has sent its last request CALL_S after `opened` (monotonic) in any case.
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
    carrier_changed: bool = False
    settle_only: bool = False
    first_sent_at: datetime | None = None
    last_sent_at: datetime | None = None
    under_way_until: datetime | None = None
    deadline_s: float = CALL_S
    opened: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a call ended. `renewed` tells that `next_key` was used; `needs_person` that nothing can settle it here.

    `sent` tells that the operation itself was tried, not only asked about; `lost` that the vendor may be at work on it.
    """

    prepared: Prepared
    ending: Ending
    result: Any = None
    error: ProviderError | None = None
    renewed: bool = False
    needs_person: bool = False
    sent: bool = False
    lost: bool = False
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
        self.deadline = _deadline(prepared)
        self.memory = KeyMemory(prepared)
        self.uncertain = prepared.uncertain
        self.renewed = self.sent = self.lost = False
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
        if error is not None:
            error.reword(partial(told, self.spec.connector))
        return Outcome(
            prepared=self.prepared,
            ending=self._ending(error),
            result=result,
            error=error,
            renewed=self.renewed,
            needs_person=self.needs_person,
            sent=self.sent,
            lost=self.lost,
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
        asked_at = self.ports.now()
        if self.memory.is_safe(asked_at) and not self.memory.is_used_up:
            return self._execute(self.prepared.key)
        settled = self._settle()
        if settled is None:
            self.needs_person = True
            raise Unknown(
                f"{self._label} may have executed this and cannot be asked. Check there, then decide here."
            )
        if not isinstance(settled, NotExecuted):
            return settled
        wait = self._wait_for_proof(settled, asked_at)
        return self._wait_or_repeat(wait, asked_at) if wait > 0 else self._execute_after_all()

    def _execute_after_all(self) -> Any:
        """It is proved that nothing was executed."""
        if self.prepared.settle_only:
            self.uncertain = False
            raise Rejected(f"{self._label} did not carry this out, and it is no longer wanted")
        if not (self.prepared.answered or self.prepared.changed or self.prepared.carrier_changed):
            self.uncertain = False
            return self._execute(self.prepared.key)
        if not self.ports.renew(self.prepared):
            raise Unknown("Another try has taken this over", answered=False)
        self.uncertain, self.renewed = False, True
        return self._execute(self.prepared.next_key)

    def _wait_for_proof(self, settled: NotExecuted, asked_at: datetime) -> float:
        """Seconds from the question until "not found" proves something."""
        earlier = self.prepared
        since = proved_at(
            earlier.last_sent_at or earlier.first_sent_at, earlier.under_way_until, settled.proved_after_s
        )
        return (since - asked_at).total_seconds() if since is not None else 0.0

    def _wait_or_repeat(self, wait_s: float, asked_at: datetime) -> Any:
        """While a request is under way only its own key is safe: the vendor executes that once, whichever comes first."""
        until = self.prepared.under_way_until
        if until is None or asked_at >= until or not self.memory.is_safe(asked_at):
            raise Unknown(
                f"{self._label} knows nothing of this yet, which proves something only in {_span(wait_s)}",
                answered=self.prepared.answered,
                retry_after=wait_s,
            )
        try:
            return self._execute(self.prepared.key)
        except Unknown as error:
            if not self.lost:
                # The vendor keeps that answer under the key, so only the next key can bring another.
                error.retry_after = max(error.retry_after or 0.0, wait_s)
            raise

    def _execute(self, key: str | None) -> Any:
        self.sent = True
        try:
            return getattr(self._provider(key), self.spec.operation)(self.spec.request)
        except ReadBack as error:
            return self._read_back(error)
        except Exception as error:
            self.lost = may_go_on(error, keeps_answers=self.memory.keeps_errors)
            raise

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
        provider = self._provider(None)
        provider.sent_between = self._sent_between()
        try:
            return provider.settle(self.spec.operation, self.spec.request)
        except Rejected as error:
            raise Unknown(f"{self._label} did not tell what became of it: {error.message}") from None

    def _sent_between(self) -> tuple[datetime, datetime] | None:
        earlier, now = self.prepared, self.ports.now()
        if earlier.first_sent_at is None:
            return None
        last = now if self.sent else earlier.last_sent_at or earlier.first_sent_at
        # A clock that was set back must not make the time empty, in which nothing would ever be found.
        return earlier.first_sent_at, over_after_death(max(last, earlier.first_sent_at))

    def _provider(self, key: str | None) -> Provider:
        if self.spec.connector.problem:
            raise Misconfigured(self.spec.connector.problem)
        implementation = registry.get(self.spec.connector.slug)
        door = open_door(self.spec.connector, self.ports, self.prepared, key, self.deadline)
        return implementation(self.spec.connector, door)

    @property
    def _label(self) -> str:
        return registry.get(self.spec.connector.slug).label


def _deadline(prepared: Prepared) -> Deadline:
    deadline = Deadline.after(prepared.deadline_s)
    return Deadline(min(deadline.at, prepared.opened + CALL_S)) if prepared.spec.write else deadline


def _span(seconds: float) -> str:
    return f"{math.ceil(seconds)} s" if seconds < 120 else f"{math.ceil(seconds / 60)} minutes"
