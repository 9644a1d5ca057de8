"""What may be done about a business action, given what was done about it before. Pure; the rows are locked by the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from uuid import UUID, uuid5

from connectors.calls import CallContext, CallSpec
from connectors.canonical import request_hash
from connectors.key_memory import promise_of, takes_changed_body
from connectors.models import Effect
from connectors.proof import over_after_death

State = Effect.State
OPEN = frozenset({State.CALLING, State.RETRY, State.UNKNOWN})
UNCERTAIN = frozenset({State.CALLING, State.UNKNOWN})

#: What makes a business action: connector, operation, subject.
Identity = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Done:
    """The same origin has had this done before; `reference` is the provider's."""

    spec: CallSpec
    effect_id: UUID
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody else is at it, at most until `until`; without effect_id, another call of the same batch."""

    spec: CallSpec
    effect_id: UUID | None = None
    until: datetime | None = None


class Action(Enum):
    BUSY = auto()
    DONE = auto()
    ADOPT = auto()
    NEW_EPOCH = auto()
    NEW_ORDINAL = auto()


@dataclass(frozen=True, slots=True, eq=False)
class Intent:
    """A call that somebody wants made. `fenced` callers know that the last owner of the same origin is gone."""

    spec: CallSpec
    context: CallContext
    origin: str
    owner: str
    fenced: bool = True

    @property
    def tenant_id(self) -> int:
        return self.spec.connector.tenant_id

    @property
    def identity(self) -> Identity:
        return self.spec.connector.id, self.spec.operation, self.spec.subject

    def key(self, ordinal: int, epoch: int) -> str:
        return idempotency_key(self.spec.connector.tenant_uid, self.identity, ordinal, epoch)

    @property
    def hash(self) -> str:
        return request_hash(self.spec.request)

    @property
    def carrier(self) -> str:
        """How the vendor is told the key now."""
        return promise_of(self.spec)


def idempotency_key(tenant_uid: UUID, identity: Identity, ordinal: int, epoch: int) -> str:
    """36 characters, the same in every process and release; never over a run or an attempt."""
    connector, operation, subject = identity
    return str(uuid5(tenant_uid, f"{connector}|{operation}|{subject}|{ordinal}|{epoch}"))


def decide(intent: Intent, earlier: Sequence[Effect], now: datetime) -> tuple[Action, Effect]:
    """What to do, and on which row. `earlier` are all effects of the identity, at least one; `now` is the database's."""
    own = next((row for row in earlier if row.state == State.SUCCEEDED and row.origin == intent.origin), None)
    if own is not None:
        return Action.DONE, own
    latest = max(earlier, key=lambda row: row.ordinal)
    if latest.state == State.SUCCEEDED:
        return Action.NEW_ORDINAL, latest
    if latest.state == State.FAILED:
        return Action.NEW_EPOCH, latest
    if _is_held(intent, latest, now):
        return Action.BUSY, latest
    if (
        latest.state == State.RETRY
        and latest.request_hash != intent.hash
        and not takes_changed_body(intent.spec)
    ):
        return Action.NEW_EPOCH, latest
    # A receiver that goes by the key alone may have carried out what it answered with an error: it gets the same key again,
    # also where it was told it in another way meanwhile, since a new one would be as new to it.
    return Action.ADOPT, latest


def under_way_until(row: Effect) -> datetime | None:
    """Until when the vendor may be at work on requests with the row's key; None when all of them are over."""
    if row.state == State.CALLING and row.last_sent_at is not None:
        return over_after_death(row.last_sent_at)
    return row.lease_until if row.state == State.UNKNOWN else None


def _is_held(intent: Intent, row: Effect, now: datetime) -> bool:
    if row.state != State.CALLING or row.lease_until is None or row.lease_until <= now:
        return False
    return row.origin != intent.origin or (row.owner != intent.owner and not intent.fenced)
