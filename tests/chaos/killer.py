"""Kills worker processes with SIGKILL, and watches how long their orders lie still."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections import Counter
from datetime import UTC, datetime

from django.db.models import Min

from tests.stand.processes import Process, descendants
from workflows.models import Lane, Worker

#: What is killed, and how often: `manage.py worker` itself, its whole q2 cluster, or any one process of that.
WAYS = {"supervisor": 0.25, "cluster": 0.3, "process": 0.45}


class Killer:
    """`kills` counts by way. A supervisor that was killed is started again after a moment."""

    def __init__(self, workers: list[Process], seed: int, pace_s: float) -> None:
        self.workers = workers
        self.kills: Counter[str] = Counter()
        self._dice = random.Random(f"killer-{seed}")
        self._pace_s = pace_s
        self._next = time.monotonic() + pace_s
        self._dead: dict[int, float] = {}
        self.longest_s = 0.0

    def look(self) -> None:
        """Kill when it is time to, and see who still waits for whom."""
        self.watch()
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._dice.uniform(0.1, 2 * self._pace_s)
        worker = self._dice.choice(self.workers)
        if not worker.alive:
            worker.start()
            return
        way = self._dice.choices(list(WAYS), list(WAYS.values()))[0]
        victims = self._victims(worker, way)
        if victims:
            self.kills[way] += 1
            self._kill(victims, worker if way == "supervisor" else None)

    def watch(self) -> None:
        """Orders that a dead process holds, and due ones that nobody holds: how long have they lain still?"""
        now = time.monotonic()
        ids = dict(Worker.objects.filter(pid__in=self._dead).values_list("id", "pid"))
        held = Lane.objects.filter(claimed_by__in=ids).values_list("claimed_by", flat=True).distinct()
        waits = [now - self._dead[ids[worker]] for worker in held]
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

    def _victims(self, worker: Process, way: str) -> list[int]:
        below = descendants(worker.pid)
        if way == "supervisor":
            return [worker.pid, *below]
        if way == "cluster":
            return below
        return [self._dice.choice(below)] if below else []

    def _kill(self, victims: list[int], supervisor: Process | None) -> None:
        if supervisor is not None:
            # The cluster follows by itself.
            supervisor.kill()
        else:
            for pid in victims:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self._dead |= dict.fromkeys(victims, time.monotonic())
