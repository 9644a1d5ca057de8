"""What a vendor that is slow, or that never answers, costs the orders that have nothing to do with it."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import median
from typing import Any

from django.db.models import QuerySet

from connectors.models import ConnectorStanding
from tests.bench import backlog
from tests.bench.hub import WORKER
from tests.bench.tenant import OTHERS
from tests.bench.watch import Watch
from tests.stand import processes
from workflows.models import RunState, StepRun, WorkflowRun

_ROUNDS = 3
_PATIENCE_S = 600.0

#: Runs that go before, so that processes have started and connections are open.
_BEFORE = 256

Figures = dict[str, float]


def beside_others(directory: Path, measured: int) -> dict[str, Any]:
    """Runs per second, and the worker's CPU for each of them (ms): alone, and beside orders of one more vendor, a quarter
    as many and due before them. Medians of some rounds; each begins with a vendor of which nothing is known."""
    rounds = [_round(directory, measured) for _ in range(_ROUNDS)]
    return {name: round(median(figures[name] for figures in rounds), 1) for name in rounds[0]}


def _round(directory: Path, measured: int) -> Figures:
    figures = _driven(directory, measured, None)
    for status in OTHERS:
        figures |= _driven(directory, measured, status)
    return figures


def _driven(directory: Path, measured: int, other: str | None) -> Figures:
    ConnectorStanding.objects.all().delete()
    as_worker = os.environ["DATABASE_URL"].replace("//crossdock@", f"//{WORKER}@")
    worker = processes.worker(directory, DATABASE_URL=as_worker)
    worker.start()
    try:
        before = backlog.waiting(_BEFORE, due=False)
        backlog.make_due(before)
        _await(worker, before, _BEFORE)
        return _beside(worker, measured, other)
    finally:
        worker.stop()
        backlog.forget_waiting()


def _beside(worker: processes.Process, measured: int, other: str | None) -> Figures:
    first = backlog.waiting(measured // 4, other, due=False) if other else None
    last = backlog.waiting(measured, due=False)
    watch = Watch([worker])
    began = backlog.make_due(last if first is None else first)
    _await(worker, last, measured)
    watch.stop()
    ended = _done(last).latest("finished_at").finished_at
    assert ended is not None
    name = f"beside_{OTHERS[other]}" if other else "alone"
    figures = {
        f"runs_per_s_{name}": measured / (ended - began).total_seconds(),
        f"worker_cpu_ms_per_run_{name}": watch.cpu_s[0] * 1000 / measured,
    }
    if first is not None:
        asked = StepRun.objects.filter(run_id__gt=first, run__status=other, attempts__gt=0)
        figures[f"{OTHERS[other or '']}_asked_for"] = asked.count()
    return figures


def _await(worker: processes.Process, last: int, count: int) -> None:
    if not processes.wait_for(lambda: _done(last).count() >= count, _PATIENCE_S, 0.1):
        raise processes.Failed(f"only {_done(last).count()} of {count} runs were driven; see {worker.log}")


def _done(last: int) -> QuerySet[WorkflowRun]:
    return WorkflowRun.objects.filter(pk__gt=last, status="Go", state=RunState.COMPLETED)
