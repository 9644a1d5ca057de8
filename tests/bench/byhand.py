"""Sets (b) up: an environment with Celery, made anew for the benchmark, a Redis and a worker."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench.hub import WEB_OPTIONS
from tests.stand.launch import ROOT, free_port
from tests.stand.processes import Failed, wait_for

_PACKAGES = ("celery[redis]==5.7.*", "packaging", "requests", "psycopg[binary]", "django==5.2.*", "gunicorn")
_THREADS = 64
_PATIENCE_S = 600.0


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

    def runs_per_second(self, vendor: str, runs: int, clients: int, *, with_web: bool = False) -> float:
        """One burst with a worker of its own. Clients put the tasks into the queue themselves or, `with_web`, ask a view
        for it, under the same web server as Crossdock."""
        environment = {
            # Celery would load those settings, which are not its own.
            **{name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
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
        url, web = self._web(environment) if with_web else ("", None)
        others = [process for process in (worker, web) if process is not None]
        try:
            return self._measured([str(runs), str(clients), *filter(None, [url])], environment, others)
        finally:
            for process in others:
                process.terminate()
                process.wait()

    def _measured(
        self, arguments: list[str], environment: dict[str, str], others: Sequence[subprocess.Popen[bytes]]
    ) -> float:
        command = [self._python, "-m", "tests.bench.byhand_app", *arguments]
        asking = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        wait_for(
            lambda: asking.poll() is not None or any(one.poll() is not None for one in others), _PATIENCE_S
        )
        asking.kill()
        told, wrong = asking.communicate()
        if asking.returncode:
            raise Failed(f"the run by hand failed; {self.directory / 'byhand.log'}: {wrong[-2000:]}")
        return float(told.split()[-1])

    def _web(self, environment: dict[str, str]) -> tuple[str, subprocess.Popen[bytes]]:
        address = f"127.0.0.1:{free_port()}"
        gunicorn = str(self._python.with_name("gunicorn"))
        return f"http://{address}", self._start(
            gunicorn, "tests.bench.byhand_web", *WEB_OPTIONS, "-b", address, env=environment
        )

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
