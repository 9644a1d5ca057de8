"""Waiting a little for a run to end, so that whoever asked for it can be told how it went."""

from __future__ import annotations

import time

from workflows.models import OPEN_RUN_STATES, RunState, WorkflowRun

#: Seconds; a caller holds a thread of the web server meanwhile.
LONGEST_WAIT_S = 30

_FIRST_LOOK_S = 0.05
_SLOWEST_LOOK_S = 0.5


def wait_for(run: WorkflowRun, seconds: float) -> bool:
    """Whether the run ended within that time. One that waits to be tried again is not waited for."""
    until, pause = time.monotonic() + seconds, _FIRST_LOOK_S
    while True:
        state = WorkflowRun.objects.filter(pk=run.pk).values_list("state", flat=True).get()
        if state not in OPEN_RUN_STATES:
            return True
        left = until - time.monotonic()
        if state == RunState.WAITING or left <= 0:
            return False
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, _SLOWEST_LOOK_S)
