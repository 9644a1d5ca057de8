"""The sandbox as a process of its own."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.sandbox import Sandbox
from tests.sandbox.callers import Caller, StripeCaller

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[2]


class Process:
    def __init__(self, *arguments: str) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "connectors.sandbox", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def address(self) -> Any:
        """What callers need of a sandbox."""
        assert self.popen.stdout is not None
        url = self.popen.stdout.readline().strip()
        return SimpleNamespace(port=int(url.rsplit(":", 1)[1]))

    def end(self, number: int) -> int:
        self.popen.send_signal(number)
        return self.popen.wait(20)


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    running: list[Process] = []
    yield running
    for process in running:
        if process.popen.poll() is None:
            process.popen.kill()
        process.popen.communicate()


def test_the_ledger_survives_a_kill(processes: list[Process], tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    processes.append(first := Process("--ledger", str(path)))
    address = first.address()
    Caller(address).control("POST", "faults", {"hang_after": True})
    with pytest.raises(TimeoutError):
        StripeCaller(address, timeout=0.5).authorize("r1", key="k1")
    assert first.end(signal.SIGKILL) == -signal.SIGKILL
    assert [json.loads(line)["identity"] for line in path.read_text().splitlines()] == ["authorize r1"]

    processes.append(second := Process("--ledger", str(path)))
    address = second.address()
    StripeCaller(address).authorize("r1", key="k2")
    doubles = Caller(address).control("GET", "ledger/doubles").json["doubles"]
    assert [double["entries"] for double in doubles] == [[1, 2]]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_told_to(processes: list[Process], number: int) -> None:
    processes.append(process := Process("--latency-ms", "1"))
    caller = Caller(process.address())
    assert caller.control("GET", "health").status == 200
    assert process.end(number) == 0
    with pytest.raises((OSError, http.client.HTTPException)):
        caller.control("GET", "health")


def test_a_taken_port_is_said_plainly(processes: list[Process], sandbox: Sandbox) -> None:
    processes.append(process := Process("--port", str(sandbox.port)))
    _, complaint = process.popen.communicate(timeout=20)
    assert process.popen.returncode == 1
    assert complaint == f"The sandbox cannot listen on 127.0.0.1:{sandbox.port}: Address already in use\n"


def test_it_needs_no_django() -> None:
    """A process without settings starts at once and shares nothing with what it judges."""
    script = "import sys, connectors.sandbox; sys.exit('django' in sys.modules or 'requests' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=60).returncode == 0
