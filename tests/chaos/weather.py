"""The vendors' bad days: for a while one of them is slow, loses answers, is overloaded or breaks off."""

from __future__ import annotations

import random
import time
from typing import Any

import requests

from connectors.models import ConnectorStanding

#: Every call takes this long (ms), so that kills meet calls on the wire.
LATENCY_MS = 60

_VENDORS = ("stripe", "webhook")
_CALLS_HIT = (1, 4)
_EVERY_S = (0.2, 0.8)

_BAD_DAYS: tuple[dict[str, Any], ...] = (
    {"latency_ms": 800},
    {"drop_after": True},
    {"drop_after": True, "latency_ms": 300},
    {"drop_before": True},
    {"status": 503},
    {"status": 503, "retry_after": 1},
    {"status": 429, "retry_after": 1},
    {"status": 500},
    {"status_after_effect": 500},
    {"status_after_effect": 503},
    {"truncated": True},
    {"html": True},
)


class Weather:
    """Changes by itself whenever `look` is called often enough. It is fair while calls are held back, so that the first that
    asks whether the vendor is well again is not hit, and orders lie still for half a minute instead of many."""

    def __init__(self, sandbox: str, seed: int) -> None:
        self._sandbox = sandbox
        self._dice = random.Random(f"weather-{seed}")
        self._next = 0.0
        self._session = requests.Session()
        self._session.trust_env = False

    def look(self) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._dice.uniform(*_EVERY_S)
        self.clear()
        if not _held_back():
            self._ask("POST", "faults", json=self._bad_day())

    def clear(self) -> None:
        """Fair from now on."""
        self._ask("DELETE", "faults")

    def ledger(self) -> list[dict[str, Any]]:
        """What the vendors have executed."""
        entries: list[dict[str, Any]] = self._ask("GET", "ledger")["entries"]
        return entries

    def doubles(self) -> list[dict[str, Any]]:
        doubles: list[dict[str, Any]] = self._ask("GET", "ledger/doubles")["doubles"]
        return doubles

    def _bad_day(self) -> dict[str, Any]:
        times = self._dice.randint(*_CALLS_HIT)
        return {
            "vendor": self._dice.choice(_VENDORS),
            "method": "POST",
            "times": times,
            **self._dice.choice(_BAD_DAYS),
        }

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        answer = self._session.request(method, f"{self._sandbox}/_/{path}", timeout=30, **options)
        answer.raise_for_status()
        return answer.json()


def _held_back() -> bool:
    return ConnectorStanding.objects.filter(open_until__isnull=False).exists()
