"""Crossdock under load: web and worker as processes, orders moved by many clients at once, figures from the database."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Avg, F, Max

from config.demo.merchant import Merchant
from tests.bench.bare import CALLS
from tests.bench.client import Client
from tests.bench.numbers import percentile
from tests.bench.tenant import ORDER
from tests.bench.watch import Watch
from tests.stand import processes
from workflows.models import OPEN_RUN_STATES, StepRun, StepState, WorkflowRun

#: A burst that has not ended by then has failed (seconds).
_PATIENCE_S = 900.0

#: Of gunicorn, for whoever is measured.
WEB_OPTIONS = ("--preload", "-k", "gthread", "-w", "2", "--threads", "16")

#: The worker's name at the database.
WORKER = "bench_worker"


class Hub:
    """`key` is the tenant's API key. Use as a context manager; web and worker run in between."""

    def __init__(self, directory: Path, url: str, key: str) -> None:
        self.url, self.key = url, key
        self._web = processes.web(directory, url, *WEB_OPTIONS)
        as_worker = os.environ["DATABASE_URL"].replace("//crossdock@", f"//{WORKER}@")
        self._worker = processes.worker(directory, DATABASE_URL=as_worker)

    def __enter__(self) -> Hub:
        self._web.start()
        self._worker.start()
        processes.wait_until_up(self._web, f"{self.url}/healthz")
        return self

    def __exit__(self, *error: object) -> None:
        for process in (self._worker, self._web):
            process.stop()

    def burst(self, orders: int, clients: int, name: str) -> dict[str, Any]:
        """Place orders, then move all of them at once; what happened between the first move and the last call."""
        numbers = [f"{name}-{number}" for number in range(orders)]
        created = self._together(clients, numbers, lambda hub, number: hub.place({**ORDER, "number": number}))
        last = WorkflowRun.objects.aggregate(last=Max("id"))["last"] or 0
        before, watch = _statements(), Watch([self._web, self._worker])
        accepted = self._together(clients, numbers, lambda hub, number: hub.move(number, "Go"))
        ended = processes.wait_for(lambda: _open(last) == 0, _PATIENCE_S, 0.2)
        watch.stop()
        if not ended:
            raise processes.Failed(f"{_open(last)} runs were still open after {_PATIENCE_S:.0f} s")
        return {
            "created_per_s": round(orders / created.seconds, 1),
            "accepted_per_s": round(orders / accepted.seconds, 1),
            "accept_p50_ms": accepted.percentile(50),
            "accept_p95_ms": accepted.percentile(95),
            **_ran(last, orders),
            **_spent(before, orders),
            **_cpu(watch.cpu_s, orders),
            "peak_mb": round(watch.peak_mb),
        }

    def idle(self, times: int, name: str) -> dict[str, Any]:
        """Status change to first call on a hub that has nothing else to do (ms)."""
        merchant, waits = Merchant(self.url, self.key), []
        for number in range(times):
            placed = merchant.place({**ORDER, "number": f"{name}-{number}"})
            merchant.settled(placed["number"])
            merchant.move(placed["number"], "Go")
            merchant.settled(placed["number"])
            run = WorkflowRun.objects.filter(order__number=placed["number"]).latest("id")
            first = run.steps.order_by("position").first()
            assert first is not None and first.started_at is not None
            waits.append((first.started_at - run.created_at).total_seconds() * 1000)
        return {
            "idle_first_call_p50_ms": percentile(waits, 50),
            "idle_first_call_p95_ms": percentile(waits, 95),
        }

    def _together(self, clients: int, numbers: list[str], act: Any) -> Timed:
        timed = Timed()

        def work(share: list[str]) -> None:
            client = Client(self.url, self.key)
            for number in share:
                began = time.monotonic()
                act(client, number)
                timed.waits.append((time.monotonic() - began) * 1000)

        began = time.monotonic()
        with ThreadPoolExecutor(clients) as pool:
            list(pool.map(work, (numbers[place::clients] for place in range(clients))))
        timed.seconds = time.monotonic() - began
        return timed


class Timed:
    """Answer times of many requests (ms), and how long all took together (s)."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.seconds = 0.0

    def percentile(self, share: int) -> float:
        return percentile(self.waits, share)


def _ran(last: int, orders: int) -> dict[str, Any]:
    runs = WorkflowRun.objects.filter(pk__gt=last)
    spans = runs.annotate(span=F("finished_at") - F("created_at")).values_list("span", flat=True)
    waits = [span.total_seconds() * 1000 for span in spans if span is not None]
    times = runs.values_list("created_at", "finished_at")
    seconds = (max(end for _, end in times if end) - min(begin for begin, _ in times)).total_seconds()
    done = StepRun.objects.filter(run_id__gt=last, state=StepState.SUCCESS).count()
    if done != orders * CALLS:
        raise processes.Failed(f"{orders * CALLS - done} steps did not succeed")
    return {
        "runs_per_s": round(orders / seconds, 1),
        "calls_per_s": round(orders * CALLS / seconds, 1),
        "to_last_call_p50_ms": percentile(waits, 50),
        "to_last_call_p95_ms": percentile(waits, 95),
        "step_ms": round(
            StepRun.objects.filter(run_id__gt=last).aggregate(mean=Avg("duration_ms"))["mean"] or 0
        ),
    }


def _open(last: int) -> int:
    return WorkflowRun.objects.filter(pk__gt=last, state__in=OPEN_RUN_STATES).count()


@contextmanager
def running(process: processes.Process, url: str) -> Iterator[None]:
    """Raises Failed when it does not come up."""
    process.start()
    try:
        processes.wait_until_up(process, url)
        yield
    finally:
        process.stop()


def count_statements() -> None:
    """Let PostgreSQL count, and the worker come in under a name of its own, so that its share can be told."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        cursor.execute(f"CREATE ROLE {WORKER} SUPERUSER LOGIN")


def _statements() -> tuple[int, int]:
    """What web (with this process) and worker have asked for so far; transaction control and the server's own look-ups
    for foreign keys are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(calls) FILTER (WHERE rolname <> %s), 0),"
            " coalesce(sum(calls) FILTER (WHERE rolname = %s), 0)"
            " FROM pg_stat_statements JOIN pg_roles ON userid = pg_roles.oid"
            " WHERE query !~* '^(begin|commit|rollback|set|savepoint|release|select [$0-9]+ from only)'",
            [WORKER, WORKER],
        )
        web, worker = cursor.fetchone()
    return int(web), int(worker)


def _cpu(seconds: Sequence[float], orders: int) -> dict[str, float]:
    """Of all processes of the web and of the worker, for each order (ms)."""
    web, worker = (round(each * 1000 / orders, 1) for each in seconds)
    return {"web_cpu_ms_per_run": web, "worker_cpu_ms_per_run": worker}


def _spent(before: tuple[int, int], orders: int) -> dict[str, float]:
    web, worker = (now - then for now, then in zip(_statements(), before, strict=True))
    return {
        "statements_per_accept": round(web / orders, 2),
        "statements_per_step": round(worker / (orders * CALLS), 2),
    }
