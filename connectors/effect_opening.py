"""Opening many effects in a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from connectors.calls import Prepared
from connectors.effect_rules import (
    UNCERTAIN,
    Action,
    Busy,
    Done,
    Identity,
    Intent,
    State,
    decide,
    under_way_until,
)
from connectors.models import Effect
from connectors.proof import CALL_S
from tenants.bulk import insert_many, update_many

#: A call's total deadline and the time by which it may be overrun, before others may take it for dead.
LEASE = timedelta(seconds=CALL_S + 30)

Place = tuple[int, Identity]

_LEASE_SQL = f"STATEMENT_TIMESTAMP() + interval '{LEASE.total_seconds():.0f} seconds'"
_BLANK: dict[str, Any] = {
    field.attname: field.get_default()
    for field in Effect._meta.concrete_fields
    if field.attname not in ("id", "lease_until")
}
_LOCK_ORDER = ("tenant_id", "subject", "operation", "connector_id", "ordinal")
_TAKEN_OVER = (
    "epoch",
    "key",
    "carrier",
    "request_hash",
    "state",
    "origin",
    "owner",
    "lease_until",
    "attempts",
    "answered",
    "needs_person",
    "first_sent_at",
    "last_sent_at",
    "modified_at",
)


class Opening:
    """One transaction's opening; each round is one insert and, where something was there before, one locking select."""

    def __init__(self, intents: Iterable[Intent]) -> None:
        self._intents: dict[Place, Intent] = {}
        self._doubles: list[Intent] = []
        self._results: dict[int, Prepared | Done | Busy] = {}
        self._taken_over: list[Effect] = []
        for intent in intents:
            if self._intents.setdefault(_place(intent), intent) is not intent:
                self._doubles.append(intent)

    def run(self) -> None:
        ordinals = dict.fromkeys(self._intents, 1)
        while ordinals:
            tried = self._insert(ordinals)
            open_places = [place for place in ordinals if id(self._intents[place]) not in self._results]
            earlier = _lock([self._intents[place] for place in open_places])
            found = {place: self._look(self._intents[place], earlier[place], tried) for place in open_places}
            ordinals = {place: ordinal for place, ordinal in found.items() if ordinal is not None}
        columns = ("id", *_TAKEN_OVER)
        update_many(
            Effect, [{name: getattr(row, name) for name in columns} for row in self._taken_over], keys=["id"]
        )

    def result_of(self, intent: Intent) -> Prepared | Done | Busy:
        if intent in self._doubles:
            return Busy(intent.spec)
        return self._results[id(intent)]

    def _insert(self, ordinals: Mapping[Place, int]) -> set[UUID]:
        """Try to be the first; sorted, so that two transactions never wait for each other in a circle. What PostgreSQL
        tells to be inserted is settled at once; returns the ids that were tried."""
        rows = {place: _new_row(self._intents[place], ordinal) for place, ordinal in sorted(ordinals.items())}
        if connection.vendor == "postgresql":
            fresh = set(
                insert_many(
                    Effect, list(rows.values()), expressions={"lease_until": _LEASE_SQL}, skip_conflicts=True
                )
            )
            for place, row in rows.items():
                if row["id"] in fresh:
                    intent = self._intents[place]
                    self._results[id(intent)] = _first(intent, row["id"], row["key"], row["ordinal"])
        else:
            effects = [Effect(**row, lease_until=Now() + LEASE) for row in rows.values()]
            Effect.objects.bulk_create(effects, ignore_conflicts=True)
        return {row["id"] for row in rows.values()}

    def _look(self, intent: Intent, earlier: Sequence[Effect], tried: set[UUID]) -> int | None:
        """Settle what becomes of an intent, or give the ordinal to try next."""
        mine = next((row for row in earlier if row.pk in tried), None)
        if mine is not None:
            self._results[id(intent)] = _first(intent, mine.pk, mine.key, mine.ordinal)
            return None
        now: datetime = earlier[0].database_now  # type: ignore[attr-defined]
        action, row = decide(intent, earlier, now)
        if action is Action.NEW_ORDINAL:
            return row.ordinal + 1
        self._results[id(intent)] = self._act(action, intent, row, now)
        return None

    def _act(self, action: Action, intent: Intent, row: Effect, now: datetime) -> Prepared | Done | Busy:
        if action is Action.DONE:
            return Done(intent.spec, row.pk, row.provider_reference)
        if action is Action.BUSY:
            return Busy(intent.spec, row.pk, row.lease_until)
        if action is Action.NEW_EPOCH:
            _start_epoch(intent, row)
        if row.state not in UNCERTAIN:
            # Only requests in doubt have to be recognised, and the first of them is still to be sent.
            row.carrier = intent.carrier
        prepared = _again(intent, row)
        _take_over(intent, row, now)
        self._taken_over.append(row)
        return prepared


def _lock(intents: Sequence[Intent]) -> dict[Place, list[Effect]]:
    """Everything done about these identities so far. Locked lowest ordinal first by everybody: a newer row may be
    seen by one transaction and not yet by the next, and no two may hold what the other waits for."""
    found: dict[Place, list[Effect]] = defaultdict(list)
    if not intents:
        return found
    rows = Effect.objects.filter(
        tenant_id__in={intent.tenant_id for intent in intents},
        subject__in={intent.spec.subject for intent in intents},
        operation__in={intent.spec.operation for intent in intents},
        connector_id__in={intent.spec.connector.id for intent in intents},
    )
    for row in rows.select_for_update().annotate(database_now=Now()).order_by(*_LOCK_ORDER):
        found[row.tenant_id, (row.connector_id, row.operation, row.subject)].append(row)
    return found


def _new_row(intent: Intent, ordinal: int) -> dict[str, Any]:
    now = timezone.now()
    given = {
        "id": uuid4(),
        "tenant_id": intent.tenant_id,
        "connector_id": intent.spec.connector.id,
        "operation": intent.spec.operation,
        "subject": intent.spec.subject,
        "ordinal": ordinal,
        "key": intent.key(ordinal, 1),
        "carrier": intent.carrier,
        "request_hash": intent.hash,
        "origin": intent.origin,
        "owner": intent.owner,
    }
    return _BLANK | given | dict.fromkeys(("first_sent_at", "last_sent_at", "created_at", "modified_at"), now)


def _first(intent: Intent, effect_id: UUID, key: str, ordinal: int) -> Prepared:
    return Prepared(
        spec=intent.spec,
        context=intent.context,
        effect_id=effect_id,
        key=key,
        next_key=intent.key(ordinal, 2),
    )


def _start_epoch(intent: Intent, row: Effect) -> None:
    """The provider refused or surely did not do it: a new key, which it has never seen."""
    row.epoch += 1
    row.key = intent.key(row.ordinal, row.epoch)
    row.request_hash = intent.hash
    row.state = State.RETRY
    row.answered = False
    row.first_sent_at = None


def _again(intent: Intent, row: Effect) -> Prepared:
    return Prepared(
        spec=intent.spec,
        context=intent.context,
        effect_id=row.pk,
        key=row.key,
        next_key=intent.key(row.ordinal, row.epoch + 1),
        attempt=row.attempts + 1,
        uncertain=row.state in UNCERTAIN,
        answered=row.answered,
        changed=row.request_hash != intent.hash,
        carrier_changed=row.carrier != intent.carrier,
        first_sent_at=row.first_sent_at,
        last_sent_at=row.last_sent_at,
        under_way_until=under_way_until(row),
    )


def _take_over(intent: Intent, row: Effect, now: datetime) -> None:
    row.state = State.CALLING
    row.origin, row.owner = intent.origin, intent.owner
    row.lease_until = now + LEASE
    row.attempts += 1
    row.needs_person = False
    row.first_sent_at = row.first_sent_at or now
    row.last_sent_at = row.modified_at = now


def _place(intent: Intent) -> Place:
    return intent.tenant_id, intent.identity
