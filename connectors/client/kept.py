"""Adapters that wait to be used again. A process needs as many connections as it makes calls at a time, not one for each
of its threads, so the one that was given back last is taken first."""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from connectors.client.adapter import Adapter
from connectors.client.egress import EgressPolicy
from connectors.client.sockets import Line
from connectors.compiled import ConnectorConfig

#: Adapters that wait, of all setups together; those of the setup that was not used for longest go first.
MOST_IDLE = 512

Setup = tuple[int, int, str, EgressPolicy]


@dataclass(frozen=True, slots=True)
class _Idle:
    """`born` is monotonic (seconds)."""

    adapter: Adapter
    born: float


class KeptAdapters:
    """Of one process; used by any of its threads, an adapter by one at a time."""

    def __init__(self, most: int = MOST_IDLE) -> None:
        self._most = most
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
        idle = self._take(setup, config.handler_lifetime_s)
        if idle is None:
            idle = _Idle(Adapter(Line(policy, config.tenant_uid)), time.monotonic())
        try:
            yield idle.adapter
        finally:
            self._give_back(setup, idle)

    def _take(self, setup: Setup, lifetime_s: float) -> _Idle | None:
        """The one that was given back last, if it is young enough."""
        while True:
            with self._lock:
                waiting = self._idle.get(setup)
                if not waiting:
                    return None
                idle = waiting.pop()
                self._count -= 1
                if not waiting:
                    del self._idle[setup]
            if time.monotonic() - idle.born <= lifetime_s:
                return idle
            idle.adapter.close()

    def _give_back(self, setup: Setup, idle: _Idle) -> None:
        too_many: list[_Idle] = []
        with self._lock:
            self._idle.setdefault(setup, []).append(idle)
            self._idle.move_to_end(setup)
            self._count += 1
            while self._count > self._most:
                too_many.append(self._drop_one())
        for dropped in too_many:
            dropped.adapter.close()

    def _drop_one(self) -> _Idle:
        setup, waiting = next(iter(self._idle.items()))
        dropped = waiting.pop(0)
        if not waiting:
            del self._idle[setup]
        self._count -= 1
        return dropped


adapters = KeptAdapters()
os.register_at_fork(after_in_child=adapters.forget)
