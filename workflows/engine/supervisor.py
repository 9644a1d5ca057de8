"""What `manage.py worker` runs: a q2 cluster in a session of its own, the sweeper, the ticker of scheduled tasks, and a
watchdog over all of it."""

from __future__ import annotations

import logging
import os
import signal
import tempfile
import time
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection

from connectors import inbox
from workflows.engine import cluster, lifeline
from workflows.engine.chores import ring_for_chores
from workflows.engine.companion import Companion
from workflows.engine.sweeper import nobody_answers, sweep
from workflows.schedules import lateness, ticker

log = logging.getLogger(__name__)

TURN_S = 0.5
RESTART_PAUSE_S = 1.0

#: Scheduled tasks are looked at this often, rung for again when nobody came, and searched for late ones, in seconds.
TICK_S = 1.0
RING_AGAIN_S = 5.0
ALARM_S = 30.0

#: A cluster that was hung may be so again, but the next one may also need longer than that to start (seconds).
MOST_PATIENCE_S = 300.0

#: After SIGTERM, calls under way may end within the longest deadline (60 s) before the cluster is killed.
STOP_GRACE_S = 75.0


class Supervisor:
    """Keeps one cluster alive until asked to stop."""

    def __init__(self) -> None:
        self._stopping = False
        self._cluster: ForkProcess | None = None
        self._unanswered_since: float | None = None
        self._patience_s = float(settings.CROSSDOCK_WORKER_HUNG_AFTER)
        self._ticked_at = self._rang_at = self._alarmed_at = float("-inf")
        self._read_end, self._write_end = os.pipe()
        self._stop_file = Path(tempfile.mkdtemp(prefix="crossdock-worker-")) / "stop"
        self._relay = Companion({**os.environ, **self._told()}, self._read_end)

    def run(self) -> None:
        """Returns after SIGTERM or SIGINT, once the cluster has ended."""
        signal.signal(signal.SIGTERM, self._ask_to_stop)
        signal.signal(signal.SIGINT, self._ask_to_stop)
        self._start()
        while not self._stopping:
            self._turn()
            time.sleep(TURN_S)
        self._stop()

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _turn(self) -> None:
        if self._cluster is None or not self._cluster.is_alive():
            log.warning("the cluster ended by itself and is started again")
            # Where its main process died alone, the others of its group live on and nobody would ever end them.
            self._kill()
            time.sleep(RESTART_PAUSE_S)
            self._start()
        try:
            sweep()
            inbox.ring_for_overlooked()
            ring_for_chores()
            self._tick()
            self._relay.look()
            self._watch()
        except DatabaseError as error:
            log.warning("the database is away: %s", error)
            connection.close()
        close_old_connections()

    def _tick(self) -> None:
        now = time.monotonic()
        if now - self._ticked_at < TICK_S:
            return
        self._ticked_at = now
        if now - self._alarmed_at >= ALARM_S:
            self._alarmed_at = now
            lateness.alarm()
        if (ticker.tick() or now - self._rang_at >= RING_AGAIN_S) and ticker.ring_for_due():
            self._rang_at = now

    def _watch(self) -> None:
        """Restart a cluster that does not answer although work is due; one that is only slow to start gets more time."""
        if not nobody_answers():
            self._unanswered_since = None
            self._patience_s = float(settings.CROSSDOCK_WORKER_HUNG_AFTER)
            return
        self._unanswered_since = self._unanswered_since or time.monotonic()
        if time.monotonic() - self._unanswered_since > self._patience_s:
            log.error("the cluster left due work alone for %d s and is killed", self._patience_s)
            self._patience_s = min(self._patience_s * 2, MOST_PATIENCE_S)
            self._kill()
            self._unanswered_since = None

    def _told(self) -> dict[str, str]:
        return {lifeline.PIPE: str(self._read_end), lifeline.STOP_FILE: str(self._stop_file)}

    def _start(self) -> None:
        self._cluster = cluster.start(self._told(), but=self._write_end)

    def _stop(self) -> None:
        """SIGTERM to the cluster's main process only: to the whole group it would hang."""
        self._stop_file.touch()
        self._relay.ask_to_stop()
        if self._cluster is not None and self._cluster.is_alive():
            self._cluster.terminate()
            self._cluster.join(STOP_GRACE_S)
            if self._cluster.is_alive():
                log.error("the cluster did not end within %d s and is killed", STOP_GRACE_S)
        self._kill()
        self._relay.stop()
        self._stop_file.unlink(missing_ok=True)
        self._stop_file.parent.rmdir()

    def _kill(self) -> None:
        if self._cluster is not None:
            cluster.kill(self._cluster)
