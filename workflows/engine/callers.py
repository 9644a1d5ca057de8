"""The threads that make the calls. They own no database connection: what they need from it, the database thread does."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.db import Error as DatabaseError

from connectors import killpoint
from connectors.calls import perform
from connectors.client import Ports, Token
from connectors.effect_keys import renew
from connectors.errors import RetryLater
from connectors.ports import OrmTokens, egress_policy
from connectors.traffic.sharing import shared
from eventlog.events import EventData
from workflows.engine.drive import Finished, Job

log = logging.getLogger(__name__)

#: A caller waits at most this long (seconds) for the database thread to read or store an OAuth token.
_TOKEN_WAIT_S = 30.0


@dataclass
class Inbox:
    """What the callers hand to the database thread: what has ended, questions to the database, and events."""

    items: queue.SimpleQueue[Any] = field(default_factory=queue.SimpleQueue)
    events: deque[EventData] = field(default_factory=deque)

    @cached_property
    def ports(self) -> Ports:
        """What their calls need from outside."""
        return Ports(
            events=self.events.append,
            tokens=AskedTokens(self),
            now=lambda: datetime.now(UTC),
            sleep=time.sleep,
            egress=egress_policy(),
            gates=shared().gates,
            renew=lambda prepared: bool(self.ask(renew, prepared)),
        )

    def ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Have the database thread call `function` and return its result. Called by callers only.

        Raises RetryLater when the database is away.
        """
        question = Question(function, arguments)
        self.items.put(question)
        try:
            return question.answer.result(timeout=_TOKEN_WAIT_S)
        except (DatabaseError, FutureTimeout) as error:
            raise RetryLater("The database did not answer; nothing was sent", answered=False) from error


@dataclass(slots=True)
class Question:
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    answer: Future[Any] = field(default_factory=Future)

    def reply(self) -> None:
        try:
            self.answer.set_result(self.function(*self.arguments))
        except Exception as error:
            self.answer.set_exception(error)


class AskedTokens:
    """OAuth tokens read and stored through the database thread."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._orm = OrmTokens()

    def get(self, connector_id: int) -> Token | None:
        token: Token | None = self._inbox.ask(self._orm.get, connector_id)
        return token

    def claim_refresh(self, connector_id: int, seen: Token | None) -> bool:
        claimed: bool = self._inbox.ask(self._orm.claim_refresh, connector_id, seen)
        return claimed

    def save(self, connector_id: int, token: Token, seen: Token | None = None) -> None:
        self._inbox.ask(self._orm.save, connector_id, token, seen)

    def release(self, connector_id: int) -> None:
        self._inbox.ask(self._orm.release, connector_id)

    def refuse(self, connector_id: int, seen: Token, reason: str) -> None:
        self._inbox.ask(self._orm.refuse, connector_id, seen, reason)


class Callers:
    """Threads of one process, begun as they are needed and kept over slices so that HTTP connections stay warm. Nobody asks
    for what a call returns, so that they need none of the futures of an executor, which cost as much as a short call."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._jobs: queue.SimpleQueue[tuple[Job, Inbox]] = queue.SimpleQueue()
        self._idle: deque[None] = deque()
        self._begun = 0

    def submit(self, job: Job, inbox: Inbox) -> None:
        """Called by the database thread only."""
        self._jobs.put((job, inbox))
        try:
            self._idle.pop()
        except IndexError:
            self._begin_another()

    def _begin_another(self) -> None:
        if self._begun < self.threads:
            # Where the machine refuses one, the next job asks for it again.
            threading.Thread(target=self._work, name=f"caller_{self._begun + 1}", daemon=True).start()
            self._begun += 1

    def _work(self) -> None:
        while True:
            job, inbox = self._jobs.get()
            try:
                _make_calls(job, inbox)
            # What a provider does comes back as an outcome; only a bug of ours gets here, and its thread serves all others.
            except BaseException:
                log.exception("the calls of step run %s ended with a bug", job.step_id)
            # Waiting for the next one must not keep the secrets of this one in memory.
            del job, inbox
            self._idle.append(None)


def _make_calls(job: Job, inbox: Inbox) -> None:
    if killpoint.armed:
        killpoint.calling(job.context.config.name)
    outcomes = [perform(call, inbox.ports) for call in job.calls]
    if killpoint.armed:
        killpoint.reached("K3", [job.context.config.name])
    inbox.items.put(Finished(job, outcomes))
