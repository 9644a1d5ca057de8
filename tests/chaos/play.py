"""One run of chaos from an empty database to the verdict."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management import call_command

from tenants.scoping import platform_scope
from tests.chaos.customers import Customers
from tests.chaos.killer import Killer
from tests.chaos.verdict import Verdict, is_quiet, judge
from tests.chaos.weather import LATENCY_MS, Weather
from tests.stand import processes, seed
from workflows.models import StepRun, WorkflowRun

#: After the last kill everything has this long (seconds) to come to an end.
DRAIN_S = 300.0

_LOOK_S = 0.1
_TELL_EVERY_S = 10.0


class Chaos:
    def __init__(self, directory: Path, sandbox: str, url: str, options: argparse.Namespace) -> None:
        self._sandbox, self._url, self._options = sandbox, url, options
        self._vendors = processes.sandbox(directory, sandbox, LATENCY_MS)
        self._web = processes.web(directory, url, "-w", "1", "--threads", "8")
        self._workers = [processes.worker(directory, number) for number in range(1, options.workers + 1)]
        self._weather = Weather(sandbox, options.seed)
        self._killer = Killer(self._workers, options.seed, options.pace, options.steps)
        self._verdict = Verdict()
        self._orders = self._runs = self._steps = self._effects = 0

    def run(self) -> Verdict:
        """Raises processes.Failed when the run itself could not be carried out."""
        sys.stderr.write(f"seed {self._options.seed}\n")
        call_command("migrate", verbosity=0)
        key = seed.seed()
        self._open()
        customers = Customers(self._url, key, self._options.seed, self._options.customers)
        with platform_scope("chaos looks after all tenants"):
            customers.start()
            try:
                self._kill_all(customers)
            finally:
                self._weather.clear()
                self._killer.revive()
                customers.close()
            self._drain()
            self._judge(customers)
        return self._verdict

    def close(self) -> None:
        for process in (*self._workers, self._web, self._vendors):
            process.stop()

    def figures(self) -> dict[str, Any]:
        killer, verdict = self._killer, self._verdict
        return {
            "kills": killer.kills.total(),
            **{f"kills_{way}": count for way, count in sorted(killer.kills.items())},
            "kills_at_work": killer.at_work,
            "orders": self._orders,
            "runs": self._runs,
            "steps": self._steps,
            "effects": self._effects,
            "double_effects": len(verdict.doubles),
            "lost_steps": len(verdict.lost),
            "unresolved": len(verdict.unresolved),
            "longest_recovery_s": round(killer.longest_s, 1),
            "seed": self._options.seed,
        }

    def _open(self) -> None:
        for process in (self._vendors, self._web, *self._workers):
            process.start()
        processes.wait_until_up(self._vendors, f"{self._sandbox}/_/health")
        processes.wait_until_up(self._web, f"{self._url}/healthz")

    def _kill_all(self, customers: Customers) -> None:
        tell = time.monotonic()
        while self._killer.kills.total() < self._options.kills:
            self._killer.look()
            self._weather.look()
            self._check()
            if time.monotonic() > tell:
                tell = time.monotonic() + _TELL_EVERY_S
                sys.stderr.write(f"{self._killer.kills.total()} kills, {len(customers.lives)} orders\n")
            time.sleep(_LOOK_S)

    def _check(self) -> None:
        for process in (self._vendors, self._web):
            if not process.alive:
                raise processes.Failed(f"the {process.name} ended by itself:\n{process.tail()}")

    def _drain(self) -> None:
        """Nobody is killed any more: what is under way ends by itself."""

        def quiet() -> bool:
            self._killer.watch()
            return is_quiet()

        processes.wait_for(quiet, DRAIN_S, 0.5)

    def _judge(self, customers: Customers) -> None:
        ledger = self._weather.ledger()
        self._verdict = judge(customers.lives, ledger, self._weather.doubles())
        self._orders, self._effects = len(customers.lives), len(ledger)
        self._runs, self._steps = WorkflowRun.objects.count(), StepRun.objects.count()
