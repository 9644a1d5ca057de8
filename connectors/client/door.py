"""The door of one operation: auth, tries, waiting, and one event for each attempt."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from connectors import registry
from connectors.auth import Token
from connectors.client import retry
from connectors.client.answer import HttpAnswer
from connectors.client.deadline import Deadline
from connectors.client.exchange import Exchange, exchange
from connectors.client.login import Login, classify_login
from connectors.client.outgoing import Sent, auth_of, carries_key, outgoing
from connectors.client.ports import Ports
from connectors.client.record import event_of, told
from connectors.client.turn import Turnstile
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Answer, BadAnswer, Classify, Request, kind_by_status
from connectors.errors import ProviderError, RetryLater, Unknown
from connectors.traffic import rank_of

if TYPE_CHECKING:
    from connectors.calls import Prepared

_UNAUTHORIZED = 401


class HttpDoor:
    """See contracts.base.Door. One operation uses it from one thread."""

    def __init__(
        self,
        config: ConnectorConfig,
        ports: Ports,
        prepared: Prepared,
        key: str | None,
        deadline: Deadline,
        guard: Callable[[], None],
    ) -> None:
        self.config = config
        self.ports = ports
        self.prepared = prepared
        self.deadline = deadline
        self.provider = registry.get(config.slug)
        self.gate = ports.gates.of(config)
        self.rank = rank_of(prepared, self.provider.category)
        self._key = key
        self._keys = _keys(key)
        self._guard = guard

    def next_key(self, part: str = "") -> str | None:
        """The key itself for the first write, one derived from it for each later one and for each named part; None
        without a key."""
        if not part:
            return next(self._keys)
        return None if self._key is None else str(uuid5(UUID(self._key), f"part {part}"))

    def pause(self, seconds: float) -> bool:
        if self.deadline.left <= seconds:
            return False
        self.ports.sleep(seconds)
        return True

    def send(self, request: Request, classify: Classify) -> Answer:
        """Send with as many tries as the standard error policy grants. Raises the error of all tries together."""
        self._guard()
        login = self._login(request) if request.authenticated else None
        return Sending(self, request, classify, login, self.prepared.spec.operation).result()

    def renew_login(self) -> None:
        """Put a new access token in the place of the stored one. Raises ProviderError."""
        self._guard()
        login = self._login(Request(method="GET", path="/"))
        if login is not None:
            login.renew()

    def _login(self, request: Request) -> Login | None:
        auth = auth_of(self.provider, request)
        asked = None if self.config.authenticated_manually else auth.token_request(self.config)
        if asked is None:
            return None
        return Login(self.config, auth, self.ports, asked, self.deadline, self._obtain)

    def _obtain(self, request: Request) -> Answer:
        return Sending(self, request, classify_login, None, "login").result()


class Sending:
    """All tries of one request."""

    def __init__(
        self, door: HttpDoor, request: Request, classify: Classify, login: Login | None, operation: str
    ) -> None:
        self.door = door
        self.request = request
        self.classify = classify
        self.login = login
        self.operation = operation
        self.keyed = carries_key(door.provider, request, door.config.values)
        self.once = door.config.disable_standard_error_policy
        self.token: Token | None = None
        self.turnstile = Turnstile(door.gate, door.rank, door.ports.sleep, door.deadline)
        self.tries = 0
        self.doubts: list[Unknown] = []
        self.reconnected = False
        self.renewed = False

    def result(self) -> Answer:
        """Raises the error of all tries together."""
        try:
            self.token = self.login.token() if self.login else None
            return self._answer()
        except ProviderError as error:
            raise retry.with_doubts(error, self.doubts) from None

    def _answer(self) -> HttpAnswer:
        while True:
            self.tries += 1
            done = self._attempt()
            error = done.error or self._judged(done)
            if error is None:
                assert done.answer is not None
                return done.answer
            self._go_on_or_raise(error, done)

    def _attempt(self) -> Exchange:
        """One try on the wire and its event. Raises RetryLater when no time is left for it, Held when it must wait."""
        if self.door.deadline.left <= 0:
            raise RetryLater("No time was left to send the request", answered=False)
        door = self.door
        sent = outgoing(door.config, door.provider, self.request, self.token)
        self.turnstile.enter(retry=self.tries > 1)
        started, at = time.monotonic(), door.ports.now()
        done = self._exchange(sent)
        event = event_of(
            door.config,
            door.prepared,
            sent,
            done,
            writes=self.request.write,
            may_redirect=self.request.may_redirect,
            token=self.token,
            secrets=self.request.unlogged,
            unlogged=door.provider.unlogged,
        )
        event.operation, event.at = self.operation, at
        event.duration_ms = round((time.monotonic() - started) * 1000)
        event.details = {**(event.details or {}), "attempt": self.tries}
        door.ports.events(event)
        return done

    def _exchange(self, sent: Sent) -> Exchange:
        door, done = self.door, None
        try:
            done = exchange(
                door.config,
                door.ports.egress,
                sent,
                deadline=door.deadline,
                max_bytes=self.request.max_bytes,
                writes=self.request.write,
                fresh=self.request.write and (self.once or not self.keyed),
            )
        finally:
            self.turnstile.left(done)
        return done

    def _judged(self, done: Exchange) -> ProviderError | None:
        """The provider's view of a complete answer, with the wait that its header asks for."""
        assert done.answer is not None
        try:
            error = self.classify(done.answer)
        except BadAnswer as unreadable:
            error = self._unreadable(done.answer.status, unreadable)
        if error is not None:
            wait = retry.told_to_wait(done.answer.headers, self.door.ports.now())
            error.retry_after = retry.limited(error.retry_after) if wait is None else wait
            error.reword(partial(told, self.door.config, token=self.token, secrets=self.request.unlogged))
        self.turnstile.heed(error, done, self.door.provider.limits, self.door.ports.now())
        return error

    def _unreadable(self, status: int, reason: BadAnswer) -> ProviderError:
        doubtful = Unknown if self.request.write else RetryLater
        kind = kind_by_status(status, self.request.write) if status >= 300 else doubtful
        return kind(f"HTTP {status}: {reason}", status=status)

    def _go_on_or_raise(self, error: ProviderError, done: Exchange) -> None:
        if isinstance(error, Unknown) and self.request.write:
            self.doubts.append(error)
        if self._reconnects(done) or self._logs_in_again(done):
            return
        wait = retry.wait_after(error, self.tries)
        may = retry.may_repeat(error, writes=self.request.write, keyed=self.keyed) and not self.once
        too_long = wait > retry.LONGEST_SLEEP_S or wait >= self.door.deadline.left
        if not may or too_long or self.tries >= retry.MOST_TRIES or not self.door.gate.may_retry():
            raise error
        self.door.ports.sleep(wait)

    def _reconnects(self, done: Exchange) -> bool:
        """A kept connection that the other side had closed is replaced once, at once and not as a try."""
        if not done.stale or self.reconnected or (self.request.write and not self.keyed):
            return False
        self.reconnected = True
        self.tries -= 1
        return True

    def _logs_in_again(self, done: Exchange) -> bool:
        """After a 401 the token is renewed once; not a matter of the error policy."""
        refused = done.answer is not None and done.answer.status == _UNAUTHORIZED
        if not refused or self.renewed or self.login is None or self.token is None:
            return False
        self.renewed = True
        self.token = self.login.after_refusal(self.token)
        if self.tries >= retry.MOST_TRIES:
            raise RetryLater("The login had expired and was renewed", status=_UNAUTHORIZED)
        return True


def _keys(key: str | None) -> Iterator[str | None]:
    yield key
    number = 2
    while True:
        yield None if key is None else str(uuid5(UUID(key), str(number)))
        number += 1
