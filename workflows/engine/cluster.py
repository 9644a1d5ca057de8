"""The q2 cluster of a supervisor, forked from it, so that all its processes share what is loaded."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
from collections.abc import Mapping
from importlib import import_module
from multiprocessing.context import ForkProcess
from pathlib import Path

from django.core.management import call_command
from django.db import connections

from connectors import registry
from workflows import documents
from workflows.engine import lifeline
from workflows.steps.registry import all_steps

log = logging.getLogger(__name__)

#: Below that of the web processes beside it, where callers wait for an answer.
_NICE = 5

#: Where Linux shares processors out among sessions first, a process's own niceness counts within its session only:
#: https://man7.org/linux/man-pages/man7/sched.7.html (The autogroup feature).
_NICE_OF_SESSION = Path("/proc/self/autogroup")

#: Objects between two looks for circles, of which the engine makes next to none.
_LOOK_EVERY = 2_000

_TOLD_TO_END = (signal.SIGTERM, signal.SIGINT)

#: What the cluster's processes would load for themselves otherwise.
_USED_THERE = ("django_q.cluster", "django_q.management.commands.qcluster", "workflows.engine.pump")
_ALSO_USED = ("workflows.schedules.slice", "connectors.inbox_turns", "requests", "urllib3.connection")


def start(environment: Mapping[str, str], *, but: int) -> ForkProcess:
    """A cluster in a session of its own. `environment` is what it gets besides ours; `but` is a descriptor of ours that
    it must not hold open."""
    _load()
    # A connection that two processes share would be ended by whichever ends first.
    connections.close_all()
    process = multiprocessing.get_context("fork").Process(
        target=_run, args=(dict(environment), but), name="cluster"
    )
    # A signal that comes before the child has put our handlers away waits until then.
    signal.pthread_sigmask(signal.SIG_BLOCK, _TOLD_TO_END)
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _TOLD_TO_END)
    return process


def kill(process: ForkProcess) -> None:
    """Whatever is left of the cluster's process group."""
    assert process.pid is not None
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.join()


def _load() -> None:
    """What is loaded by now stays shared: no collection writes into it."""
    for name in (*_USED_THERE, *_ALSO_USED):
        import_module(name)
    registry.all()
    all_steps()
    documents.discover()
    gc.collect()
    gc.freeze()


def _run(environment: Mapping[str, str], not_ours: int) -> None:
    os.setsid()
    _give_way()
    for number in _TOLD_TO_END:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _TOLD_TO_END)
    os.close(not_ours)
    os.environ.update(environment)
    lifeline.die_with_supervisor()
    gc.set_threshold(_LOOK_EVERY, 20, 20)
    call_command("qcluster")


def _give_way() -> None:
    os.nice(_NICE)
    try:
        _NICE_OF_SESSION.write_text(str(_NICE))
    except OSError as error:
        # Not Linux, or a kernel without it: there the process's own niceness counts.
        log.debug("the session's niceness stays as it is: %s", error)
