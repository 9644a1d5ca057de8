"""The relay of events as the supervisor keeps it: a process of its own, there only while somebody follows events."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from connectors.subscriptions import watching
from connectors.subscriptions.relay import Relay
from workflows.engine import lifeline

log = logging.getLogger(__name__)

#: Whether a relay is wanted, and whether it shows signs of life, is looked at this often (seconds).
LOOK_S = 1.0
ALARM_S = 30.0

#: A relay that has not turned for so long, in seconds, hangs: its longest call takes 15 s and holds up no turn.
HUNG_AFTER_S = 60.0
STOP_GRACE_S = 20.0

_SIGN_OF_LIFE = "relay"


def relay_events() -> None:
    """What `manage.py worker --relay` does: until SIGTERM, or until the supervisor is gone."""
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    Relay().run(lambda: stopping, _sign().touch)


def _sign() -> Path:
    """The file whose age tells the supervisor that the relay turns; beside the file that asks to stop."""
    return Path(os.environ[lifeline.STOP_FILE]).parent / _SIGN_OF_LIFE


class Companion:
    """Starts, restarts and ends the relay. `environment` and `read_end` are those of the supervisor's other children."""

    def __init__(self, environment: Mapping[str, str], read_end: int) -> None:
        self._environment = dict(environment)
        self._read_end = read_end
        self._sign = Path(environment[lifeline.STOP_FILE]).parent / _SIGN_OF_LIFE
        self._process: subprocess.Popen[bytes] | None = None
        self._looked_at = self._alarmed_at = float("-inf")

    def look(self) -> None:
        """Called every turn of the supervisor."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_S:
            return
        self._looked_at = now
        if self._runs() and self._hangs():
            log.error("the relay of events has hung for %d s and is killed", HUNG_AFTER_S)
            self.kill()
        wanted = watching.is_wanted()
        if wanted and not self._runs():
            self._start()
        elif not wanted and self._runs():
            self.stop()
        if wanted and now - self._alarmed_at >= ALARM_S:
            self._alarmed_at = now
            watching.alarm()

    def ask_to_stop(self) -> None:
        if self._process is not None and self._runs():
            self._process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Calls under way may end."""
        self.ask_to_stop()
        if self._process is not None:
            try:
                self._process.wait(STOP_GRACE_S)
            except subprocess.TimeoutExpired:
                log.error("the relay of events did not end within %d s and is killed", STOP_GRACE_S)
        self.kill()
        self._sign.unlink(missing_ok=True)

    def kill(self) -> None:
        if self._process is None:
            return
        if self._runs():
            self._process.kill()
        self._process.wait()
        self._process = None

    def _runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _hangs(self) -> bool:
        return time.time() - self._sign.stat().st_mtime > HUNG_AFTER_S

    def _start(self) -> None:
        self._sign.touch()
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker", "--relay"],
            env=self._environment,
            start_new_session=True,
            pass_fds=[self._read_end],
        )
