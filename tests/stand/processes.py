"""Processes that a long run starts, watches, kills and measures."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import requests

from tests.stand.launch import ROOT

_START_S = 60.0
_STOP_S = 90.0


class Failed(Exception):
    """The stand itself failed, so the run says nothing; the text tells which process and where its log is."""


class Process:
    """A Python process in a session of its own, which writes to `<directory>/<name>.log`."""

    def __init__(self, name: str, directory: Path, *arguments: str, **environment: str) -> None:
        self.name = name
        self.log = directory / f"{name}.log"
        self._arguments = arguments
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._arguments],
                cwd=ROOT,
                env={**os.environ, **self._environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """SIGTERM to this process, SIGKILL to what is left of its group after the grace time."""
        if not self.alive:
            return
        assert self._process is not None
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def tail(self, lines: int = 20) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def sandbox(directory: Path, url: str, latency_ms: float = 0) -> Process:
    arguments = ["--port", url.rsplit(":", 1)[1], "--latency-ms", str(latency_ms)]
    return Process(
        "sandbox",
        directory,
        "-m",
        "connectors.sandbox",
        *arguments,
        "--ledger",
        str(directory / "ledger.jsonl"),
    )


def web(directory: Path, url: str, *options: str) -> Process:
    address = url.removeprefix("http://")
    return Process(
        "web", directory, "-m", "gunicorn", "-k", "gthread", *options, "-b", address, "config.wsgi"
    )


def worker(directory: Path, number: int = 1, **environment: str) -> Process:
    return Process(f"worker-{number}", directory, "manage.py", "worker", **environment)


def wait_until_up(process: Process, url: str) -> None:
    """Raises Failed when the process ends or does not answer in time."""
    with requests.Session() as session:
        session.trust_env = False

        def answers() -> bool:
            if not process.alive:
                raise Failed(f"the {process.name} ended; {process.log}:\n{process.tail()}")
            try:
                return session.get(url, timeout=2).status_code < 500
            except (requests.ConnectionError, requests.Timeout):
                return False

        if not wait_for(answers, _START_S):
            raise Failed(f"the {process.name} does not answer at {url}; {process.log}:\n{process.tail()}")


def wait_for(condition: Callable[[], object], seconds: float, pause: float = 0.1) -> bool:
    """Whether the condition came to hold in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(pause)
    return False


def descendants(pid: int) -> list[int]:
    """All living processes below this one, parents before children; read from /proc."""
    found: list[int] = []
    for child in _children(pid):
        found += [child, *descendants(child)]
    return found


def _children(pid: int) -> list[int]:
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            children += [int(child) for child in task.read_text().split()]
    return children
