"""Points at which a process kills itself, for the fault tests. Never armed outside of them.

K0 before a claim is committed, K1 after it, K2 with a request sent and not answered, K3 with an answer that is not
stored, K4 with a result stored and the next step not queued, K5 with that queued and the wake-up not acknowledged, K6
inside the transaction that stores a result. CROSSDOCK_KILL_POINT=K3:CapturePayments kills at K3 of that step.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterable

POINTS = ("K0", "K1", "K2", "K3", "K4", "K5", "K6")

_here = threading.local()

#: Whether a point is armed at all; callers look at it first, so that it costs nothing otherwise.
armed = False
_point = _step = ""


def arm(point: str, step: str) -> None:
    """From now on this process dies at that point of the first step of that name. Raises ValueError."""
    global armed, _point, _step
    if point not in POINTS:
        raise ValueError(f"{point!r} is no kill point; use one of {', '.join(POINTS)}")
    armed, _point, _step = True, point, step


def reached(point: str, steps: Iterable[str]) -> None:
    if point == _point and _step in steps:
        os.kill(os.getpid(), signal.SIGKILL)


def calling(step: str) -> None:
    """The step that this thread makes calls for."""
    _here.step = step


def on_the_wire() -> None:
    """The request of this thread's step is sent, and nothing of an answer has come."""
    reached("K2", (getattr(_here, "step", ""),))


if os.environ.get("CROSSDOCK_KILL_POINT") and os.environ.get("CROSSDOCK_ENV") == "development":
    arm(*os.environ["CROSSDOCK_KILL_POINT"].split(":", 1))
