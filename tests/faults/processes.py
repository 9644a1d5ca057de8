"""Real worker processes on the test's own database, to be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from connectors.sandbox import Sandbox

DEAD_AFTER_S = 2
PATIENCE_S = 60.0


def database_url() -> str:
    """The test database, as a process of its own would name it."""
    options = connection.settings_dict
    login = f"{quote(options['USER'])}:{quote(options['PASSWORD'])}@" if options["USER"] else ""
    return f"postgres://{login}{options['HOST'] or '127.0.0.1'}:{options['PORT'] or 5432}/{options['NAME']}"


def worker_environment(vendors: Sandbox) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
        "TEST_SANDBOX_URL": vendors.url,
        "CROSSDOCK_WORKER_DEAD_AFTER": str(DEAD_AFTER_S),
        "CROSSDOCK_RETRY_SCHEDULE": "1",
    }


class Worker:
    """`manage.py worker`, in a session of its own."""

    def __init__(self, vendors: Sandbox, log: Path, **environment: str) -> None:
        self._environment = {**worker_environment(vendors), **environment}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "worker"],
                cwd=settings.BASE_DIR,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill_everything(self) -> None:
        """SIGKILL to the supervisor; the cluster follows it."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def kill_cluster(self) -> None:
        """SIGKILL to the q2 cluster, all processes of it; the supervisor lives and starts another."""
        assert self._process is not None
        for child in children_of(self._process.pid):
            os.killpg(child, signal.SIGKILL)

    def kill_main_process(self) -> int:
        """SIGKILL to the main process of the q2 cluster only; the group that the others are in."""
        assert self._process is not None
        (main,) = children_of(self._process.pid)
        os.kill(main, signal.SIGKILL)
        return main

    def freeze_cluster(self) -> None:
        """SIGSTOP to all processes of the q2 cluster: they are there and do nothing."""
        assert self._process is not None
        for child in children_of(self._process.pid):
            os.killpg(child, signal.SIGSTOP)

    def niceness(self) -> set[int]:
        """Of the q2 cluster: its main process's own, and that of its session where Linux has one."""
        assert self._process is not None
        (main,) = children_of(self._process.pid)
        session = Path(f"/proc/{main}/autogroup")
        told = {int(session.read_text().split()[-1])} if session.exists() else set()
        return {os.getpriority(os.PRIO_PROCESS, main), *told}

    def stop(self) -> int:
        """SIGTERM; the exit status. Ends within the grace that the worker gives calls under way."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(90)

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def end(self) -> None:
        if self.alive:
            self.kill_everything()


def is_there(group: int) -> bool:
    """Whether any process of the group lives."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Until the condition holds; fails the test when it does not in a minute."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited {PATIENCE_S:.0f} s in vain for {what}")
