"""The gates of one process, one for each connector that it has called lately."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from threading import Lock
from uuid import UUID

from connectors import registry
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Limits
from connectors.traffic.breaker import Standing
from connectors.traffic.gate import Gate
from connectors.traffic.limiter import Limiter, Quota
from tenants.secret_value import SecretValue

#: Gates that were not used for this long (seconds) are forgotten, once there are many.
_FORGET_AFTER_S = 600.0
_MANY = 1000

Place = tuple[UUID, int]


class Gates:
    """By tenant and connector. `alone` tells that no other process calls the same accounts; `troubled` is what they
    have told of connectors, by id, for gates that are made later; `clock` gives monotonic seconds."""

    def __init__(self, *, alone: bool = True, clock: Callable[[], float] = time.monotonic) -> None:
        self.alone = alone
        self._clock = clock
        self.troubled: dict[int, Standing] = {}
        self._gates: dict[Place, Gate] = {}
        self._quotas: dict[str, Quota] = {}
        self._lock = Lock()

    def of(self, config: ConnectorConfig) -> Gate:
        place = (config.tenant_uid, config.id)
        gate = self._gates.get(place)
        if gate is not None and gate.account and gate.account != account_of(config):
            with self._lock:
                self._gates.pop(place, None)
            gate = None
        return gate if gate is not None else self._make(place, config)

    def all(self) -> list[tuple[int, Gate]]:
        """Each with its connector's id."""
        with self._lock:
            return [(connector_id, gate) for (_, connector_id), gate in self._gates.items()]

    def forget(self) -> None:
        """As if no connector had ever been called."""
        with self._lock:
            self._gates.clear()
            self._quotas.clear()
            self.troubled.clear()

    def _make(self, place: Place, config: ConnectorConfig) -> Gate:
        provider = registry.get(config.slug)
        with self._lock:
            if len(self._gates) >= _MANY:
                self._forget_idle()
            label = config.display_name or provider.label
            gate = Gate(
                label,
                provider.limits,
                tenant_id=config.tenant_id,
                alone=self.alone,
                clock=self._clock,
                quota=self._quota(config, provider.limits),
            )
            if config.id in self.troubled:
                gate.adopt(self.troubled[config.id])
            return self._gates.setdefault(place, gate)

    def _quota(self, config: ConnectorConfig, limits: Limits) -> Quota | None:
        account = account_of(config)
        if not account:
            return None
        return self._quotas.setdefault(account, Quota(Limiter(limits.per_second, limits.concurrent), account))

    def _forget_idle(self) -> None:
        before = time.monotonic() - _FORGET_AFTER_S
        for place, gate in list(self._gates.items()):
            if gate.used_at < before and gate.breaker.open_until is None:
                del self._gates[place]
        used = {gate.account for gate in self._gates.values()}
        self._quotas = {account: quota for account, quota in self._quotas.items() if account in used}


def account_of(config: ConnectorConfig) -> str:
    """Whose quota a connector uses, as a fingerprint of the vendor's key; "" for one that has a quota of its own."""
    provider = registry.get(config.slug)
    if not provider.limits.shared_by:
        return ""
    key = getattr(config.values, provider.limits.shared_by, None)
    plain = key.reveal() if isinstance(key, SecretValue) else str(key or "")
    return hashlib.sha256(f"{config.slug} {plain}".encode()).hexdigest() if plain else ""
