"""Short lives of a worker process, each ended at a kill point: python -m tests.faults.lives

Reads lines {"point": "K2", "step": "CapturePayments"} ("" arms nothing) and answers each with {"killed": true or false}.
Django is loaded once and every life is a fork, so that a whole matrix of deaths takes seconds.
"""

from __future__ import annotations

import json
import os
import signal
import sys

import django

_LIFE_S, _LINGER_S = 20.0, 0.25


def main() -> None:
    django.setup()
    _load_everything()
    for line in sys.stdin:
        life = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _live(life["point"], life["step"])
        status = os.waitpid(pid, 0)[1]
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print(json.dumps({"killed": killed, "status": status}), flush=True)


def _load_everything() -> None:
    """What a worker loads at its first step, so that no life has to."""
    from connectors import registry as providers
    from workflows.engine import pump
    from workflows.steps import registry as steps

    assert pump
    steps.all_steps()
    providers.all()


def _live(point: str, step: str) -> None:
    """Never returns: what a fork shares with its parent must not be torn down twice."""
    from connectors import killpoint
    from tenants.scoping import platform_scope
    from workflows.engine.callers import Callers
    from workflows.engine.pump import Pump

    status = 1
    try:
        if point:
            killpoint.arm(point, step)
        with platform_scope("a slice serves all tenants"):
            Pump(Callers(32)).run(_LIFE_S, _LINGER_S)
        status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
