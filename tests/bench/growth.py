"""How fast a worker drives orders when many more wait, and when the event log is long."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from django.db.models import QuerySet

from tests.bench import backlog
from tests.bench.hub import WORKER
from tests.stand import processes
from workflows.models import RunState, WorkflowRun

#: The first runs are left out: processes start and connections open.
_WARM_UP = 0.2
#: A round lasts some seconds, in which a machine shared with others may be slow.
_ROUNDS = 3
_PATIENCE_S = 600.0


def with_backlog(directory: Path, sizes: Sequence[int], measured: int) -> dict[str, Any]:
    """Runs per second while so many wait, to the last: the median of some rounds, each of which goes through all sizes."""
    rounds = [{size: driven(directory, size + measured, measured) for size in sizes} for _ in range(_ROUNDS)]
    return {f"runs_per_s_with_{size}_waiting": median(rates[size] for rates in rounds) for size in sizes}


def with_history(directory: Path, sizes: Sequence[int], measured: int) -> dict[str, Any]:
    """Runs per second after so many events: the median of some rounds."""
    found, there = {}, 0
    for size in sizes:
        backlog.events(size - there)
        there = size
        rates = [driven(directory, measured, measured) for _ in range(_ROUNDS)]
        found[f"runs_per_s_after_{size}_events"] = median(rates)
    return found


def driven(directory: Path, waiting: int, measured: int) -> float:
    """Runs per second of a worker that finds so many waiting, all of them accepted before."""
    last = backlog.waiting(waiting)
    as_worker = os.environ["DATABASE_URL"].replace("//crossdock@", f"//{WORKER}@")
    worker = processes.worker(directory, DATABASE_URL=as_worker)
    worker.start()
    try:
        if not processes.wait_for(lambda: _done(last, last + measured).count() >= measured, _PATIENCE_S, 0.5):
            raise processes.Failed(f"the first {measured} runs were not all driven; see {worker.log}")
    finally:
        worker.stop()
        backlog.forget_waiting()
    times = list(_done(last).order_by("finished_at").values_list("finished_at", flat=True)[:measured])
    first = int(measured * _WARM_UP)
    return round((measured - first) / (times[-1] - times[first]).total_seconds(), 1)


def _done(last: int, to: int | None = None) -> QuerySet[WorkflowRun]:
    """Whoever only waits looks no further than `to`: counting all that wait costs what is measured its processor."""
    runs = WorkflowRun.objects.filter(pk__gt=last, status="Go", state=RunState.COMPLETED)
    return runs if to is None else runs.filter(pk__lte=to)
