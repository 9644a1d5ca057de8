"""How the processes of a q2 cluster learn that their supervisor is gone, or that it wants them to finish.

django-q2 leaves orphans when its main process is killed, so the supervisor keeps a pipe open for as long as it lives.
"""

from __future__ import annotations

import fcntl
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def only_one_here() -> Iterator[bool]:
    """Whether this process is the only one of its cluster inside; the lock goes with the process that holds it."""
    path = os.environ.get(STOP_FILE)
    if path is None:
        yield True
        return
    descriptor = os.open(Path(path).parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        got = True
    except BlockingIOError:
        got = False
    try:
        yield got
    finally:
        os.close(descriptor)
