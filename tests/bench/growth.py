"""How fast a worker drives orders when many more wait, when the event log is long, and beside a vendor that is silent."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tenants.clock import database_now
from tests.bench import backlog
from tests.bench.hub import WORKER
from tests.stand import processes
from workflows.models import RunState, StepRun, WorkflowRun

#: The first runs are left out: processes start and connections open.
_WARM_UP = 0.2
_PATIENCE_S = 600.0


def with_backlog(directory: Path, sizes: Sequence[int], measured: int) -> dict[str, Any]:
    """Runs per second while so many wait."""
    return {f"runs_per_s_with_{size}_waiting": _drained(directory, size, measured) for size in sizes}


def with_history(directory: Path, sizes: Sequence[int], measured: int) -> dict[str, Any]:
    """Runs per second after so many events."""
    found, there = {}, 0
    for size in sizes:
        backlog.events(size - there)
        there = size
        found[f"runs_per_s_after_{size}_events"] = _drained(directory, measured, measured)
    return found


def with_silent_vendor(directory: Path, measured: int) -> dict[str, Any]:
    """Runs per second from the first to the last of them, beside orders of a vendor that never answers, a quarter as many
    and due before them, and without those."""
    alone = _drained(directory, measured, measured, warm_up=0)
    last = backlog.waiting(measured // 4, "Stuck")
    beside = _drained(directory, measured, measured, warm_up=0)
    asked = StepRun.objects.filter(run_id__gt=last, run__status="Stuck", attempts__gt=0).count()
    return {
        "runs_per_s_alone": alone,
        "runs_per_s_beside_silent_vendor": beside,
        "silent_vendor_asked_for": asked,
    }


def _drained(directory: Path, waiting: int, measured: int, *, warm_up: float = _WARM_UP) -> float:
    """Of runs that began after that share of them, or with the very first of all."""
    last = backlog.waiting(max(waiting, measured))
    as_worker = os.environ["DATABASE_URL"].replace("//crossdock@", f"//{WORKER}@")
    worker = processes.worker(directory, DATABASE_URL=as_worker)
    started = database_now()
    worker.start()
    try:
        done = WorkflowRun.objects.filter(pk__gt=last, status="Go", state=RunState.COMPLETED)
        if not processes.wait_for(lambda: done.count() >= measured, _PATIENCE_S, 0.5):
            raise processes.Failed(f"only {done.count()} of {measured} runs were driven; see {worker.log}")
    finally:
        worker.stop()
        backlog.forget_waiting()
    times = list(done.order_by("finished_at").values_list("finished_at", flat=True)[:measured])
    first = int(measured * warm_up)
    began = (
        times[first]
        if first
        else StepRun.objects.filter(started_at__gte=started).earliest("started_at").started_at
    )
    return round((measured - first) / (times[-1] - began).total_seconds(), 1)
