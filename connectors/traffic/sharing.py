"""What the processes of an installation tell each other about vendors, through the database, at most once a second.

Three short statements for all connectors together: this process's counts are written, those of the others and the
standing of troubled connectors are read. Changes of a breaker take some more, and are rare.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from threading import Lock
from uuid import UUID, uuid4

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from connectors.models import Connector, ConnectorTraffic
from connectors.traffic import standing
from connectors.traffic.gate import Gate
from connectors.traffic.gates import Gates
from connectors.traffic.window import COUNTED, SPAN_S, Counts
from tenants.clock import database_now
from tenants.scoping import platform_scope

log = logging.getLogger(__name__)

#: Counts of processes that said nothing for so long (seconds) are cleared away, this often.
_CLEAR_S = 300.0


class Sharing:
    """One process's side. `gates` are used by all of its threads; `exchange` is called by one that owns a connection."""

    def __init__(self, gates: Gates | None = None) -> None:
        self.process: UUID = uuid4()
        self.gates = gates or Gates(alone=not settings.CROSSDOCK_TRAFFIC_SYNC)
        self._at = self._cleared_at = float("-inf")
        self._lock = Lock()

    def exchange_if_due(self) -> None:
        """At most once in CROSSDOCK_TRAFFIC_SYNC seconds; never while another thread is at it. A database that is away
        leaves every process to itself."""
        every = settings.CROSSDOCK_TRAFFIC_SYNC
        if not every or time.monotonic() - self._at < every or not self._lock.acquire(blocking=False):
            return
        try:
            self._at = time.monotonic()
            self.exchange()
        except DatabaseError as error:
            log.warning("the state of vendors was not exchanged: %s", error)
            if connection.in_atomic_block:
                raise
        finally:
            self._lock.release()

    def exchange(self) -> None:
        """Tell and be told."""
        recent = time.monotonic() - SPAN_S
        with platform_scope("the standing of vendors is kept for all tenants"):
            gates = _existing(dict(self.gates.all()), recent)
            active = {pk: gate for pk, gate in gates.items() if gate.used_at > recent}
            if active:
                self._tell(active)
                self._hear(active)
            clock = standing.Clock(database_now(), time.monotonic())
            self.gates.troubled = standing.agree(self.process, gates, clock)
            self._clear_away()

    def _tell(self, active: dict[int, Gate]) -> None:
        ConnectorTraffic.objects.bulk_create(
            [self._row(pk, gate) for pk, gate in active.items()],
            update_conflicts=True,
            unique_fields=["connector", "process"],
            update_fields=["at", "generation", "account", *COUNTED],
        )

    def _row(self, pk: int, gate: Gate) -> ConnectorTraffic:
        counts, generation = gate.reading()
        return ConnectorTraffic(
            tenant_id=gate.tenant_id,
            connector_id=pk,
            process=self.process,
            at=Now(),
            generation=generation,
            account=gate.account,
            **{name: getattr(counts, name) for name in COUNTED},
        )

    def _hear(self, active: dict[int, Gate]) -> None:
        fresh = Now() - timedelta(seconds=SPAN_S / 2)
        accounts = {gate.account for gate in active.values() if gate.account}
        ours = Q(connector_id__in=list(active)) | Q(account__in=accounts)
        rows = list(ConnectorTraffic.objects.filter(ours, at__gt=fresh).exclude(process=self.process))
        by_connector: dict[int, list[ConnectorTraffic]] = {pk: [] for pk in active}
        for row in rows:
            by_connector.setdefault(row.connector_id, []).append(row)
        for pk, gate in active.items():
            gate.hear(*_summed(by_connector[pk], gate.breaker.generation))
        for account in accounts:
            _share_out(
                [gate for gate in active.values() if gate.account == account],
                [row for row in rows if row.account == account],
            )

    def _clear_away(self) -> None:
        if time.monotonic() - self._cleared_at < _CLEAR_S:
            return
        self._cleared_at = time.monotonic()
        ConnectorTraffic.objects.filter(at__lt=Now() - timedelta(seconds=_CLEAR_S)).delete()


def _existing(gates: dict[int, Gate], recent: float) -> dict[int, Gate]:
    """Drafts may have been deleted since they were tried out; nothing can be stored of them. Only those of which something
    might be are looked at."""
    told = {pk for pk, gate in gates.items() if gate.used_at > recent or gate.is_troubled}
    found = set(Connector.objects.filter(pk__in=told).values_list("pk", flat=True)) if told else set()
    return {pk: gate for pk, gate in gates.items() if pk in found or pk not in told}


def _summed(rows: Sequence[ConnectorTraffic], generation: int) -> tuple[Counts, int]:
    """What the others count in the breaker's present state, and how many of them there are."""
    total = Counts()
    for row in rows:
        counts = Counts(**{name: getattr(row, name) for name in COUNTED})
        if row.generation != generation:
            counts.ended = counts.failures = 0
        total.add(counts)
    return total, sum(row.asked > 0 for row in rows)


def _share_out(gates: Sequence[Gate], others: Sequence[ConnectorTraffic]) -> None:
    """One quota among all connectors that share it, in this process and in the others."""
    asked = sum(gate.reading()[0].asked for gate in gates)
    processes = {row.process for row in others if row.asked}
    with gates[0].lock:
        gates[0].limiter.share_out(asked, sum(row.asked for row in others), len(processes))


@cache
def shared() -> Sharing:
    """This process's."""
    return Sharing()
