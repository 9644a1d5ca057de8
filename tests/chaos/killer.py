"""Kills worker processes with SIGKILL, and watches how long their orders lie still."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections import Counter
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Min

from tests.stand.processes import Process, descendants
from workflows.models import FINAL_STEP_STATES, Lane, StepRun, Worker

#: What is killed, and how often: `manage.py worker` itself, its whole q2 cluster, or any one process of that. The first
#: two take seconds to load everything again, so most kills are of the third kind, which is replaced by a fork.
WAYS = {"supervisor": 0.1, "cluster": 0.15, "process": 0.75}

#: Processes below a supervisor once its cluster is complete, and how often one is hit although it is not.
_ALL_UP = 6
_WHILE_STARTING = 0.2

#: How often a process is chosen that holds orders at that moment, where there is one: only there a kill meets a call.
_AT_WORK = 0.7

#: Steps that are to end between two kills take at most this long (seconds), also on slow machines.
_AT_MOST_S = 30.0


class Killer:
    """`kills` counts by way, `at_work` those that hit a process which held orders. Between two kills `steps`
    end, on average. A supervisor that was killed is started again after a moment."""

    def __init__(self, workers: list[Process], seed: int, pace_s: float, steps: int) -> None:
        self.workers = workers
        self.kills: Counter[str] = Counter()
        self.at_work = 0
        self.longest_s = 0.0
        self._dice = random.Random(f"killer-{seed}")
        self._pace_s = pace_s
        self._dead: dict[UUID, float] = {}
        self._not_before, self._not_after = 0.0, float("inf")
        self._steps = self._goal = steps

    def look(self) -> None:
        """Kill when it is time to, and see who still waits for whom."""
        self.watch()
        down = [worker for worker in self.workers if not worker.alive]
        if down and self._dice.random() < 0.1:
            down[0].start()
        if self._is_time():
            self._strike(self._dice.choice(self.workers))

    def watch(self) -> None:
        """Orders that a dead process holds, and due ones that nobody holds: how long have they lain still?"""
        now = time.monotonic()
        held = Lane.objects.filter(claimed_by__in=self._dead).values_list("claimed_by", flat=True).distinct()
        waits = [now - self._dead[worker] for worker in held]
        at = datetime.now(UTC)
        free = Lane.objects.filter(claimed_by__isnull=True, due_at__lte=at).aggregate(first=Min("due_at"))
        if free["first"]:
            waits.append((at - free["first"]).total_seconds())
        self.longest_s = max([self.longest_s, *waits])

    def revive(self) -> None:
        """Start the workers that are down."""
        for worker in self.workers:
            if not worker.alive:
                worker.start()

    def _plan(self) -> None:
        self._not_before = time.monotonic() + self._dice.uniform(0, 2 * self._pace_s)
        self._not_after = time.monotonic() + _AT_MOST_S
        self._goal = _ended_steps() + self._dice.randint(0, 2 * self._steps)

    def _is_time(self) -> bool:
        now = time.monotonic()
        return now > self._not_after or (now > self._not_before and _ended_steps() >= self._goal)

    def _strike(self, worker: Process) -> None:
        if not worker.alive or (
            len(descendants(worker.pid)) < _ALL_UP and self._dice.random() > _WHILE_STARTING
        ):
            return
        way = self._dice.choices(list(WAYS), list(WAYS.values()))[0]
        victims = self._victims(worker, way)
        if victims:
            self.kills[way] += 1
            self.at_work += bool(_holders(victims))
            self._kill(victims, worker if way == "supervisor" else None)
            self._plan()

    def _victims(self, worker: Process, way: str) -> list[int]:
        below = descendants(worker.pid)
        if way == "supervisor":
            return [worker.pid, *below]
        if way == "cluster":
            return below
        busy = _holders(below) if self._dice.random() < _AT_WORK else []
        return [self._dice.choice(busy or below)] if below else []

    def _kill(self, victims: list[int], supervisor: Process | None) -> None:
        if supervisor is not None:
            # The cluster follows by itself.
            supervisor.kill()
        else:
            for pid in victims:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        # By their names: a system gives the number of a process to another one after a while.
        names = Worker.objects.filter(pid__in=victims).values_list("id", flat=True)
        self._dead |= dict.fromkeys(names, time.monotonic())


def _holders(pids: list[int]) -> list[int]:
    """Those that hold orders at this moment."""
    held = Lane.objects.filter(claimed_by__isnull=False).values("claimed_by")
    return list(
        Worker.objects.filter(id__in=held, pid__in=pids).order_by("pid").values_list("pid", flat=True)
    )


def _ended_steps() -> int:
    return StepRun.objects.filter(state__in=FINAL_STEP_STATES).count()
