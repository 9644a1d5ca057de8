"""How the processes of a q2 cluster learn that their supervisor is gone, or that it wants them to finish.

django-q2 leaves orphans when its main process is killed, so the supervisor keeps a pipe open for as long as it lives.
"""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

PIPE = "CROSSDOCK_LIFELINE"
STOP_FILE = "CROSSDOCK_STOP_FILE"


def die_with_supervisor() -> None:
    """Kill this process group once the supervisor's end of the pipe closes. Call in the cluster's main process."""
    descriptor = os.environ.get(PIPE)
    if descriptor is not None:
        threading.Thread(target=_watch, args=(int(descriptor),), daemon=True, name="lifeline").start()


def _watch(descriptor: int) -> None:
    while os.read(descriptor, 1):
        continue
    os.killpg(os.getpgrp(), signal.SIGKILL)


def asked_to_stop() -> bool:
    """Whether the supervisor wants slices to claim nothing more."""
    path = os.environ.get(STOP_FILE)
    return path is not None and Path(path).exists()
