"""Sets (b) up: an environment with Celery, made anew for the benchmark, a Redis and a worker."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.stand.launch import ROOT, free_port
from tests.stand.processes import Failed, wait_for

_PACKAGES = ("celery[redis]==5.7.*", "packaging", "requests", "psycopg[binary]")
_THREADS = 64


class NotHere(Exception):
    """What (b) needs is not on this machine; the text says what."""


class ByHand:
    """Raises NotHere when it cannot be set up. Use as a context manager."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._redis = shutil.which("redis-server") or ""
        if not self._redis:
            raise NotHere("redis-server is not installed (on Debian: apt-get install redis-server)")
        self._python = directory / "byhand" / "bin" / "python"
        self._install()
        self._port = free_port()
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> ByHand:
        self._start(self._redis, "--port", str(self._port), "--save", "", "--dir", str(self.directory))
        return self

    def __exit__(self, *error: object) -> None:
        for process in reversed(self._processes):
            process.terminate()
            process.wait()

    def runs_per_second(self, vendor: str, runs: int, clients: int) -> float:
        """One burst with a worker of its own."""
        environment = {
            **os.environ,
            "BYHAND_REDIS": f"redis://127.0.0.1:{self._port}/0",
            "BYHAND_DATABASE": os.environ["DATABASE_URL"].replace("postgres://", "postgresql://"),
            "BYHAND_VENDOR": vendor,
        }
        celery = str(self._python.with_name("celery"))
        options = [
            "--pool",
            "threads",
            "--concurrency",
            str(_THREADS),
            "--loglevel",
            "WARNING",
            "--without-mingle",
        ]
        worker = self._start(celery, "-A", "tests.bench.byhand_app:app", "worker", *options, env=environment)
        try:
            told = subprocess.run(
                [self._python, "-m", "tests.bench.byhand_app", str(runs), str(clients)],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
                timeout=900,
            )
        finally:
            worker.terminate()
            worker.wait()
        if told.returncode:
            raise Failed(f"the run by hand failed: {told.stderr[-2000:]}")
        return float(told.stdout.split()[-1])

    def _install(self) -> None:
        subprocess.run([sys.executable, "-m", "venv", self.directory / "byhand"], check=True)
        done = subprocess.run(
            [self._python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *_PACKAGES],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise NotHere(f"{', '.join(_PACKAGES)} cannot be installed: {done.stderr.strip()[-300:]}")
        wait_for(self._python.with_name("celery").exists, 5)

    def _start(self, *command: str, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        with (self.directory / "byhand.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT)
        self._processes.append(process)
        return process
