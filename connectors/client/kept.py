"""Adapters that wait to be used again. A process needs as many connections as it makes calls at a time, not one for each
of its threads, so the one that was given back last is taken first."""

from __future__ import annotations

import os
import resource
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from connectors.client.adapter import Adapter
from connectors.client.egress import EgressPolicy
from connectors.client.sockets import Line
from connectors.compiled import ConnectorConfig

Setup = tuple[int, int, str, EgressPolicy]


def most_idle(allowed: int) -> int:
    """How many connections may wait in a process that is allowed so many open files: the rest is for calls under way, the
    database and those who ask."""
    return 512 if allowed == resource.RLIM_INFINITY else max(1, min(512, allowed // 4))


#: Connections that wait, of all setups together; those of the setup that was not used for longest go first.
MOST_IDLE = most_idle(resource.getrlimit(resource.RLIMIT_NOFILE)[0])


@dataclass(frozen=True, slots=True)
class _Idle:
    """`ends` is when it has lived its Handler Lifetime (monotonic, seconds)."""

    adapter: Adapter
    ends: float

    @property
    def size(self) -> int:
        """An adapter without a connection takes room too."""
        return max(1, self.adapter.connections)


class KeptAdapters:
    """Of one process; used by any of its threads, an adapter by one at a time. Its length is in connections."""

    def __init__(self, most: int = MOST_IDLE, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self.forget()

    def __len__(self) -> int:
        return self._count

    def forget(self) -> None:
        """The connections of a process are not those of one that is forked from it."""
        self._idle: OrderedDict[Setup, list[_Idle]] = OrderedDict()
        self._count = 0
        self._lock = Lock()

    @contextmanager
    def borrowed(self, config: ConnectorConfig, policy: EgressPolicy) -> Iterator[Adapter]:
        """An adapter for this configuration, at most a Handler Lifetime old."""
        setup = (config.tenant_id, config.id, config.revision, policy)
        idle = self._take(setup)
        if idle is None:
            ends = self._clock() + config.handler_lifetime_s
            idle = _Idle(Adapter(Line(policy, config.tenant_uid)), ends)
        try:
            yield idle.adapter
        finally:
            self._give_back(setup, idle)

    def _take(self, setup: Setup) -> _Idle | None:
        """The one that was given back last, if it is young enough."""
        while True:
            with self._lock:
                if setup not in self._idle:
                    return None
                idle = self._out_of(setup, -1)
            if self._clock() <= idle.ends:
                return idle
            idle.adapter.close()

    def _give_back(self, setup: Setup, idle: _Idle) -> None:
        with self._lock:
            self._idle.setdefault(setup, []).append(idle)
            self._idle.move_to_end(setup)
            self._count += idle.size
            dropped = [*self._over(setup), *self._over(next(iter(self._idle), setup)), *self._too_many()]
        for one in dropped:
            one.adapter.close()

    def _over(self, setup: Setup) -> Iterator[_Idle]:
        """What has lived its time, of one setup. Only those given back first are looked at, so that nobody waits for
        a search; what one of them hides is found once its own time has come."""
        now = self._clock()
        while setup in self._idle and self._idle[setup][0].ends < now:
            yield self._out_of(setup, 0)

    def _too_many(self) -> Iterator[_Idle]:
        while self._count > self._most:
            yield self._out_of(next(iter(self._idle)), 0)

    def _out_of(self, setup: Setup, place: int) -> _Idle:
        waiting = self._idle[setup]
        idle = waiting.pop(place)
        if not waiting:
            del self._idle[setup]
        self._count -= idle.size
        return idle


adapters = KeptAdapters()
os.register_at_fork(after_in_child=adapters.forget)
