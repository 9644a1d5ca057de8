"""The standing of troubled connectors, agreed on by all processes through one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import Error as DatabaseError
from django.db.models import Q
from django.db.models.functions import Now

from connectors.models import ConnectorStanding
from connectors.traffic.breaker import Standing
from connectors.traffic.gate import Gate
from eventlog import store as eventlog
from eventlog.events import Category, Outcome
from tenants.scoping import platform_scope

#: The process that probes has this long (seconds) to tell how it went, before another one may.
PROBE_LEASE = timedelta(seconds=75)

#: A pause is told to the others when it is longer than theirs by this much, in seconds.
_WORTH_TELLING_S = 0.5


@dataclass(frozen=True, slots=True)
class Clock:
    """Turns the database's moments into this process's monotonic ones and back."""

    moment: datetime
    at: float

    def here(self, moment: datetime | None) -> float | None:
        return None if moment is None else self.at + (moment - self.moment).total_seconds()

    def there(self, at: float | None) -> datetime | None:
        return None if at is None else self.moment + timedelta(seconds=at - self.at)


def agree(process: UUID, gates: Mapping[int, Gate], clock: Clock) -> dict[int, Standing]:
    """Bring rows and gates together, the newer state of each wins. Returns the standing of everything in trouble."""
    rows = _rows(gates)
    for pk, gate in gates.items():
        row = rows.get(pk)
        if row is not None:
            gate.adopt(_read(row, clock))
        if gate.changed:
            rows[pk] = _write(pk, gate, row, clock)
        if row is not None and gate.breaker.open_until is not None:
            _mind_the_probe(process, gate, row)
    return {pk: _read(row, clock) for pk, row in rows.items()}


def reset(connector_id: int, tenant_id: int) -> None:
    """Let calls through again: for staff who know that the vendor is back. All processes hear of it in a second."""
    with platform_scope("the standing of one connector is reset"):
        row = ConnectorStanding.objects.filter(connector_id=connector_id, tenant_id=tenant_id).first()
        if row is None:
            return
        row.generation += 1
        row.openings = 0
        row.opened_at = row.open_until = row.paused_until = row.probe_by = row.probe_until = None
        row.save()


def _rows(gates: Mapping[int, Gate]) -> dict[int, ConnectorStanding]:
    troubled = [pk for pk, gate in gates.items() if gate.is_troubled]
    rows = ConnectorStanding.objects.filter(
        Q(connector_id__in=troubled) | Q(open_until__isnull=False) | Q(paused_until__gt=Now())
    )
    return {row.connector_id: row for row in rows}


def _read(row: ConnectorStanding, clock: Clock) -> Standing:
    return Standing(
        generation=row.generation,
        openings=row.openings,
        opened_at=clock.here(row.opened_at),
        open_until=clock.here(row.open_until),
        paused_until=clock.here(row.paused_until) or 0.0,
    )


def _write(pk: int, gate: Gate, row: ConnectorStanding | None, clock: Clock) -> ConnectorStanding:
    state = gate.tell()
    turned = state.generation > (row.generation if row else 0)
    row = row or ConnectorStanding(connector_id=pk, tenant_id=gate.tenant_id)
    if turned:
        row.generation, row.openings = state.generation, state.openings
        row.opened_at, row.open_until = clock.there(state.opened_at), clock.there(state.open_until)
        row.probe_by = row.probe_until = None
    if state.paused_until > max(clock.here(row.paused_until) or 0.0, clock.at) + _WORTH_TELLING_S:
        row.paused_until = clock.there(state.paused_until)
    elif not turned:
        return row
    try:
        _save(row)
    except DatabaseError:
        gate.changed = True
        raise
    if turned:
        _report(gate, row)
    return row


def _save(row: ConnectorStanding) -> None:
    """Of two processes that write the first row of a connector, the later one has its way: they saw the same trouble."""
    columns = ["generation", "openings", "opened_at", "open_until", "probe_by", "probe_until", "paused_until"]
    if row.pk:
        row.save(update_fields=columns)
        return
    ConnectorStanding.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["connector"], update_fields=columns
    )


def _mind_the_probe(process: UUID, gate: Gate, row: ConnectorStanding) -> None:
    """One process at a time gets leave to probe, by an update that only one of them can win."""
    mine = ConnectorStanding.objects.filter(pk=row.pk, generation=gate.breaker.generation)
    if gate.is_probing:
        mine.filter(probe_by=process).update(probe_until=Now() + PROBE_LEASE)
    elif row.probe_by == process:
        mine.filter(probe_by=process).update(probe_by=None, probe_until=None)
    elif gate.breaker.wanted:
        free = Q(probe_until__isnull=True) | Q(probe_until__lt=Now())
        due = mine.filter(free, open_until__lte=Now())
        if due.update(probe_by=process, probe_until=Now() + PROBE_LEASE):
            gate.let_probe()


def _report(gate: Gate, row: ConnectorStanding) -> None:
    if row.open_until is None:
        text, outcome = f"{gate.label} answers again; calls go out as usual", Outcome.SUCCESS
    elif row.openings > 1:
        return
    else:
        text, outcome = (
            f"{gate.label} keeps failing; calls are held back until it answers again",
            Outcome.ERROR,
        )
    eventlog.record(
        Category.ERROR if outcome == Outcome.ERROR else Category.INFORMATION,
        text,
        tenant_id=row.tenant_id,
        outcome=outcome,
        connector_id=row.connector_id,
        connector_name=gate.label,
    )
