"""Which calls shall go wrong, and how. A fault matches calls by its own counting and spends itself."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, get_type_hints

from connectors.sandbox.core.wire import Request

#: Statuses that a front server gives in a vendor's stead: the vendor itself neither saw nor stored them.
GATEWAY_STATUSES = frozenset({408, 429, 502, 503, 504})


class BadFault(ValueError):
    """A fault that was asked for makes no sense; the text names the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Matching: `vendor` (slug), `method`, `path` (regular expression, without the slug) and `body` (text contained).

    `nth` is the first matching call that goes wrong (1-based), `times` how many do (None: all further ones).
    Before the effect: `status`, `drop_before` (connection reset), `hang_before`. After it: `status_after_effect`,
    `drop_after`, `hang_after`, and what spoils an executed call's answer: `html` (status 200), `malformed` (cut JSON),
    `truncated` (fewer bytes than announced), `text` (this body instead), `slow_body` and `slow_headers` (seconds per
    byte). With `works_on` the connection is reset at once and the vendor goes on: it executes only after another call has
    been answered whose method and path ("GET /v1/things") this regular expression finds.
    `retry_after` and `headers` go with any answer. `latency_ms` comes before all of them.
    `seen_by_vendor` tells whether the vendor's own API gave the status and so remembers it under an idempotency
    key, as Stripe does with a 500; by default all but those of GATEWAY_STATUSES.
    """

    vendor: str = ""
    method: str = ""
    path: str = ""
    body: str = ""
    nth: int = 1
    times: int | None = 1
    latency_ms: float = 0
    status: int | None = None
    status_after_effect: int | None = None
    seen_by_vendor: bool | None = None
    drop_before: bool = False
    drop_after: bool = False
    hang_before: bool = False
    hang_after: bool = False
    retry_after: str | int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    html: bool = False
    malformed: bool = False
    truncated: bool = False
    works_on: str = ""
    text: str | None = None
    slow_body: float = 0
    slow_headers: float = 0

    def matches(self, vendor: str, request: Request) -> bool:
        return (
            self.vendor in {"", vendor}
            and self.method in {"", request.method}
            and (not self.path or re.search(self.path, request.path) is not None)
            and (not self.body or self.body.encode() in request.body)
        )

    @property
    def is_from_vendor(self) -> bool:
        if self.seen_by_vendor is not None:
            return self.seen_by_vendor
        return (self.status or self.status_after_effect) not in GATEWAY_STATUSES

    @property
    def prevents_effect(self) -> bool:
        return bool(self.status) or self.drop_before or self.hang_before


NO_FAULT = Fault()
_NAMES = frozenset(item.name for item in fields(Fault))
#: What isinstance() takes for each field.
_TYPES = {**get_type_hints(Fault), "headers": Mapping} | dict.fromkeys(
    ("latency_ms", "slow_body", "slow_headers"), int | float
)


class Faults:
    """The faults in force and the latency of each vendor; safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted: list[_Counted] = []
        self._latency: dict[str, float] = {}

    def add(self, **rule: Any) -> Fault:
        """See Fault; raises BadFault for an unknown field or a pattern that does not compile."""
        fault = read_fault(rule)
        with self._lock:
            self._counted = [*self._counted, _Counted(fault)]
        return fault

    def clear(self) -> None:
        with self._lock:
            self._counted = []

    def set_latency(self, milliseconds: float, vendor: str = "") -> None:
        """Of one vendor, or of all that have none of their own."""
        with self._lock:
            self._latency = {**self._latency, vendor: milliseconds}

    def latency_ms(self, vendor: str) -> float:
        return self._latency.get(vendor, self._latency.get("", 0))

    def take(self, vendor: str, request: Request) -> Fault:
        """The first fault whose turn it is for this call, else NO_FAULT; every matching one counts the call."""
        if not self._counted:
            return NO_FAULT
        with self._lock:
            due = [item.fault for item in self._counted if item.counts(vendor, request)]
        return due[0] if due else NO_FAULT

    def listed(self) -> list[dict[str, Any]]:
        return [{**_given(item.fault), "matched": item.matched} for item in self._counted]


class _Counted:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.matched = 0

    def counts(self, vendor: str, request: Request) -> bool:
        if not self.fault.matches(vendor, request):
            return False
        self.matched += 1
        since = self.matched - self.fault.nth
        return since >= 0 and (self.fault.times is None or since < self.fault.times)


def read_fault(rule: Mapping[str, Any]) -> Fault:
    unknown = sorted(set(rule) - _NAMES)
    if unknown:
        raise BadFault(f"A fault has no {', '.join(unknown)}. It has: {', '.join(sorted(_NAMES))}.")
    wrong = sorted(name for name, value in rule.items() if not isinstance(value, _TYPES[name]))
    if wrong:
        raise BadFault(f"These fields of a fault have a value of another kind: {', '.join(wrong)}.")
    for name in ("path", "works_on"):
        try:
            re.compile(str(rule.get(name, "")))
        except re.error as error:
            raise BadFault(f"{name} is no regular expression: {error}") from None
    return Fault(**rule)


def _given(fault: Fault) -> dict[str, Any]:
    return {
        name: value for name in sorted(_NAMES) if (value := getattr(fault, name)) != getattr(NO_FAULT, name)
    }
