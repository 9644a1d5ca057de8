"""Asks many carriers at once and waits for none longer than the deadline.

The calls run in threads without database connection; what those need of it, the asking thread does meanwhile. An answer
that comes too late serves the next shopper.
"""

from __future__ import annotations

import queue
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from threading import Lock
from typing import Any

from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.ports import refuse_open_transaction
from eventlog.events import EventData
from eventlog.store import record_many
from shipping.checkout import memory
from workflows.engine.callers import Inbox, Question, pump_ports

DEADLINE_S = 8.0
#: A call ends by itself a little earlier, so that its reason is known in time.
_CALL_S = 7.5
#: Calls to one connector at the same time; one that hangs does not take the threads of the others.
_MOST_AT_ONCE = 8

_pool = ThreadPoolExecutor(64, thread_name_prefix="checkout")
_at_once: Counter[int] = Counter()
_events: deque[EventData] = deque()
_lock = Lock()


class Source(StrEnum):
    LIVE = "live"
    CACHED = "cached"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`age` of a cached answer is in seconds; `reason` tells why there is no live one, "" where none was needed."""

    source: Source
    answer: Any = None
    reason: str = ""
    age: int = 0


@dataclass(frozen=True, slots=True)
class _Ended:
    place: str
    outcome: Outcome


def ask(
    calls: Mapping[str, CallSpec], context: CallContext, deadline_s: float = DEADLINE_S
) -> dict[str, Reply]:
    """A reply to every call, by its key, after `deadline_s` seconds at the latest. Raises RuntimeError in a transaction."""
    refuse_open_transaction()
    until, inbox = time.monotonic() + deadline_s, Inbox()
    replies = {place: found for place, spec in calls.items() if (found := _just_answered(spec))}
    open_ones = {place: spec for place, spec in calls.items() if place not in replies}
    busy = {place for place, spec in open_ones.items() if not _start(place, spec, context, inbox)}
    outcomes = _gather(inbox, open_ones.keys() - busy, until)
    _record()
    for place, spec in open_ones.items():
        replies[place] = _reply(spec, outcomes.get(place), busy=place in busy)
    return replies


def settle() -> None:
    """Wait for the calls under way and keep their events, for a process that asks no more."""
    while sum(_at_once.values()):
        time.sleep(0.01)
    _record()


def _just_answered(spec: CallSpec) -> Reply | None:
    """Shops ask again whenever a page is drawn."""
    found = memory.recall(spec, memory.FRESH_FOR)
    return Reply(source=Source.CACHED, age=found[0], answer=found[1]) if found else None


def _start(place: str, spec: CallSpec, context: CallContext, inbox: Inbox) -> bool:
    """False when as many calls as are allowed wait for this connector already."""
    with _lock:
        if _at_once[spec.connector.id] >= _MOST_AT_ONCE:
            return False
        _at_once[spec.connector.id] += 1
    _pool.submit(_call, place, spec, context, inbox)
    return True


def _call(place: str, spec: CallSpec, context: CallContext, inbox: Inbox) -> None:
    with _leaving(spec.connector.id):
        prepared = Prepared(spec=spec, context=context, deadline_s=_CALL_S)
        outcome = perform(prepared, replace(pump_ports(inbox), events=_events.append))
    if outcome.ending is Ending.SUCCEEDED and may_be_kept(spec):
        memory.keep(spec, outcome.result)
    inbox.items.put(_Ended(place, outcome))


@contextmanager
def _leaving(connector_id: int) -> Iterator[None]:
    try:
        yield
    finally:
        with _lock:
            _at_once[connector_id] -= 1


def may_be_kept(spec: CallSpec) -> bool:
    """A session is one shopper's, and its markup goes out once."""
    return spec.operation != "open_session"


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
    record_many(events)


def _reply(spec: CallSpec, outcome: Outcome | None, *, busy: bool) -> Reply:
    if outcome is not None and outcome.ending is Ending.SUCCEEDED:
        return Reply(source=Source.LIVE, answer=outcome.result)
    reason = _reason(spec, outcome, busy)
    found = memory.recall(spec) if may_be_kept(spec) else None
    if found is not None:
        return Reply(source=Source.CACHED, age=found[0], answer=found[1], reason=reason)
    return Reply(source=Source.FAILED, reason=reason)


def _reason(spec: CallSpec, outcome: Outcome | None, busy: bool) -> str:
    name = spec.connector.display_name or spec.connector.name
    if busy:
        return f"{name} is slow, and {_MOST_AT_ONCE} calls wait for it already"
    return outcome.message if outcome else f"{name} did not answer in time"
