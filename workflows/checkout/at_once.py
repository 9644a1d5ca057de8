"""Asks many vendors at once and waits for none longer than the deadline.

The calls run in threads without database connection; what those need of it, the asking thread does meanwhile.
"""

from __future__ import annotations

import queue
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from django.db import InterfaceError, OperationalError

from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.ports import refuse_open_transaction
from eventlog.events import EventData
from workflows.engine.callers import Inbox, Question
from workflows.engine.events import store_events

DEADLINE_S = 8.0
#: A call ends by itself a little earlier, so that its reason is known in time.
_CALL_S = 7.5
#: Calls to one connector at the same time; one that hangs does not take the threads of the others.
MOST_AT_ONCE = 8

#: Told of each answer, also of one that comes too late for whoever asked.
Keep = Callable[[CallSpec, Any], None]

_pool = ThreadPoolExecutor(64, thread_name_prefix="checkout")
_at_once: Counter[int] = Counter()
_events: deque[EventData] = deque()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Ended:
    """`outcome` is None of a call that did not answer in time, or was not made: `busy`, as too many wait already."""

    outcome: Outcome | None = None
    busy: bool = False

    @property
    def succeeded(self) -> bool:
        return self.outcome is not None and self.outcome.ending is Ending.SUCCEEDED


@dataclass(frozen=True, slots=True)
class _Answer:
    place: str
    outcome: Outcome


def call(
    calls: Mapping[str, CallSpec],
    context: CallContext,
    deadline_s: float = DEADLINE_S,
    keep: Keep = lambda spec, result: None,
) -> dict[str, Ended]:
    """How every call ended, by its key, after `deadline_s` seconds at the latest. Raises RuntimeError in a transaction."""
    refuse_open_transaction()
    until, inbox = time.monotonic() + deadline_s, Inbox()
    busy = {place for place, spec in calls.items() if not _start(place, spec, context, inbox, keep)}
    outcomes = _gather(inbox, calls.keys() - busy, until)
    _record()
    return {place: Ended(outcomes.get(place), place in busy) for place in calls}


def reason(spec: CallSpec, ended: Ended) -> str:
    """Why a call gave no answer, for staff."""
    name = spec.connector.display_name or spec.connector.name
    if ended.busy:
        return f"{name} is slow, and {MOST_AT_ONCE} calls wait for it already"
    return ended.outcome.message if ended.outcome else f"{name} did not answer in time"


def settle() -> None:
    """Wait for the calls under way and keep their events, for a process that asks no more."""
    while sum(_at_once.values()):
        time.sleep(0.01)
    _record()


def _start(place: str, spec: CallSpec, context: CallContext, inbox: Inbox, keep: Keep) -> bool:
    """False when as many calls as are allowed wait for this connector already."""
    with _lock:
        if _at_once[spec.connector.id] >= MOST_AT_ONCE:
            return False
        _at_once[spec.connector.id] += 1
    _pool.submit(_call, place, spec, context, inbox, keep)
    return True


def _call(place: str, spec: CallSpec, context: CallContext, inbox: Inbox, keep: Keep) -> None:
    with _leaving(spec.connector.id):
        prepared = Prepared(spec=spec, context=context, deadline_s=_CALL_S)
        outcome = perform(prepared, replace(inbox.ports, events=_events.append))
    if outcome.ending is Ending.SUCCEEDED:
        keep(spec, outcome.result)
    inbox.items.put(_Answer(place, outcome))


@contextmanager
def _leaving(connector_id: int) -> Iterator[None]:
    try:
        yield
    finally:
        with _lock:
            _at_once[connector_id] -= 1


def _gather(inbox: Inbox, wanted: set[str], until: float) -> dict[str, Outcome]:
    """What ended in time. Meanwhile the threads' questions to the database are answered here."""
    found: dict[str, Outcome] = {}
    while len(found) < len(wanted) and (left := until - time.monotonic()) > 0:
        try:
            item = inbox.items.get(timeout=left)
        except queue.Empty:
            break
        if isinstance(item, Question):
            item.reply()
        else:
            found[item.place] = item.outcome
    return found


def _record() -> None:
    """Keep the events of all calls so far, whoever asked; those of a call that goes on are kept by whoever asks next."""
    events: list[EventData] = []
    with suppress(IndexError):
        while True:
            events.append(_events.popleft())
    try:
        store_events(events)
    except (OperationalError, InterfaceError):
        _events.extendleft(reversed(events))
        raise
