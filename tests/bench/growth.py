"""How fast a worker drives orders when many more wait, and when the event log is long."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench import backlog
from tests.bench.hub import WORKER
from tests.stand import processes
from workflows.models import RunState, WorkflowRun

#: The first runs are left out: processes start and connections open.
_WARM_UP = 0.2
_PATIENCE_S = 600.0


def with_backlog(directory: Path, sizes: Sequence[int], measured: int) -> dict[str, Any]:
    """Runs per second while so many wait."""
    return {f"runs_per_s_with_{size}_waiting": driven(directory, size, measured) for size in sizes}


def with_history(directory: Path, sizes: Sequence[int], measured: int) -> dict[str, Any]:
    """Runs per second after so many events."""
    found, there = {}, 0
    for size in sizes:
        backlog.events(size - there)
        there = size
        found[f"runs_per_s_after_{size}_events"] = driven(directory, measured, measured)
    return found


def driven(directory: Path, waiting: int, measured: int) -> float:
    """Runs per second of a worker that finds so many waiting, all of them accepted before."""
    last = backlog.waiting(max(waiting, measured))
    as_worker = os.environ["DATABASE_URL"].replace("//crossdock@", f"//{WORKER}@")
    worker = processes.worker(directory, DATABASE_URL=as_worker)
    worker.start()
    try:
        done = WorkflowRun.objects.filter(pk__gt=last, status="Go", state=RunState.COMPLETED)
        if not processes.wait_for(lambda: done.count() >= measured, _PATIENCE_S, 0.5):
            raise processes.Failed(f"only {done.count()} of {measured} runs were driven; see {worker.log}")
    finally:
        worker.stop()
        backlog.forget_waiting()
    times = list(done.order_by("finished_at").values_list("finished_at", flat=True)[:measured])
    first = int(measured * _WARM_UP)
    return round((measured - first) / (times[-1] - times[first]).total_seconds(), 1)
