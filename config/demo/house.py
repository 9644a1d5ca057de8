"""The processes of a demo: simulated vendors, web and worker, each in a session of its own, on one SQLite file."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter

_START_S = 30.0
_STOP_S = 20.0


class DemoFailed(Exception):
    """A process did not start or ended by itself; the text says which and where its log is."""


class House:
    """Owns a directory with the database file and the logs, and the environment that all processes share."""

    def __init__(self, directory: Path, port: int, sandbox_port: int) -> None:
        self.directory = directory
        self.url = f"http://127.0.0.1:{port}"
        self.sandbox = f"http://127.0.0.1:{sandbox_port}"
        self._port, self._sandbox_port = port, sandbox_port
        self.ledger = directory / "ledger.jsonl"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {
            **os.environ,
            "CROSSDOCK_ENV": "development",
            "DJANGO_DEBUG": "false",
            "DATABASE_URL": f"sqlite:///{directory / 'crossdock.sqlite3'}",
            "CROSSDOCK_PUBLIC_URL": self.url,
            "CROSSDOCK_SANDBOX_URL": self.sandbox,
            "CROSSDOCK_EGRESS_ALLOW": f"127.0.0.1/32:{sandbox_port}",
        }

    def prepare(self) -> dict[str, Any]:
        """A new database with the demo tenant in it; returns what the seed tells of it."""
        self.directory.mkdir(parents=True, exist_ok=True)
        for old in (*self.directory.glob("crossdock.sqlite3*"), self.ledger):
            old.unlink(missing_ok=True)
        self._manage("migrate", "--verbosity", "0")
        told: dict[str, Any] = json.loads(self._manage("demo", "--seed").strip().splitlines()[-1])
        return told

    def open_vendors(self) -> None:
        """Start the simulated vendors and wait until they answer. Raises DemoFailed."""
        self._start(
            "sandbox",
            "-m",
            "connectors.sandbox",
            "--port",
            str(self._sandbox_port),
            "--ledger",
            str(self.ledger),
        )
        self._wait("sandbox", f"{self.sandbox}/_/health")

    def open(self) -> None:
        """Start web and worker and wait until they answer. Raises DemoFailed."""
        web = ["-k", "gthread", "-w", "1", "--threads", "4", "-b", f"127.0.0.1:{self._port}", "config.wsgi"]
        self._start("web", "-m", "gunicorn", *web)
        self._start("worker", "manage.py", "worker")
        self._wait("web", f"{self.url}/healthz")

    def watch(self) -> None:
        """Return when a process has ended by itself, which none should. Raises DemoFailed."""
        while True:
            for name, process in self._processes.items():
                if process.poll() is not None:
                    raise DemoFailed(f"the {name} ended with {process.returncode}; see {self._log(name)}")
            time.sleep(0.5)

    def close(self) -> None:
        """SIGTERM to each main process, SIGKILL to what is left of their groups."""
        for process in self._processes.values():
            process.terminate()
        end = time.monotonic() + _STOP_S
        for process in self._processes.values():
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _start(self, name: str, *arguments: str) -> None:
        with self._log(name).open("wb") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _wait(self, name: str, url: str) -> None:
        end = time.monotonic() + _START_S
        with requests.Session() as session:
            session.trust_env = False
            session.mount("http://", HTTPAdapter(max_retries=0))
            while time.monotonic() < end and self._processes[name].poll() is None:
                try:
                    if session.get(url, timeout=2).status_code < 500:
                        return
                except (requests.ConnectionError, requests.Timeout):
                    time.sleep(0.1)
        raise DemoFailed(f"the {name} does not answer at {url}; see {self._log(name)}")

    def _manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise DemoFailed(f"manage.py {arguments[0]} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def _log(self, name: str) -> Path:
        return self.directory / f"{name}.log"


def free_port(wanted: int) -> int:
    """The wanted port of 127.0.0.1, or any free one when that is taken or 0. Raises DemoFailed."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoFailed("no port of 127.0.0.1 is free")
