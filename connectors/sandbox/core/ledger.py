"""What the simulated vendors really executed, and which of it should not have happened twice."""

from __future__ import annotations

import json
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One executed effect. `identity` names the business act that may happen once; `key` is the caller's idempotency key.

    `reference` is our own reference of the business object, `object` the vendor's id of it; amounts in minor units.
    """

    n: int
    at: str
    vendor: str
    operation: str
    identity: str
    key: str = ""
    reference: str = ""
    object: str = ""
    amount_minor: int | None = None
    currency: str = ""
    account: str = ""


class Ledger:
    """The entries in the order of their execution; with `path` each is on the disk before its call is answered."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._file: TextIO | None = None
        if path is not None:
            self._entries = _read(path)
            self._file = path.open("a", encoding="utf-8")

    def record(self, *, vendor: str, operation: str, identity: str, **details: Any) -> Entry:
        """Note an effect that has just been executed; see Entry for the details."""
        with self._lock:
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            n = len(self._entries) + 1
            entry = Entry(n=n, at=at, vendor=vendor, operation=operation, identity=identity, **details)
            self._write(entry)
            self._entries.append(entry)
        return entry

    def entries(self, *, vendor: str = "", operation: str = "", reference: str = "") -> list[dict[str, Any]]:
        wanted = {"vendor": vendor, "operation": operation, "reference": reference}
        named = [(name, value) for name, value in wanted.items() if value]
        return [asdict(item) for item in list(self._entries) if all(getattr(item, n) == v for n, v in named)]

    def doubles(self) -> list[dict[str, Any]]:
        """Everything that was executed oftener, or for more money, than it may: rule, vendor, identity, entries."""
        entries = list(self._entries)
        return [double for rule in _RULES for double in rule(entries)]

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            if self._file is not None:
                self._file.truncate(0)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _write(self, entry: Entry) -> None:
        if self._file is None:
            return
        self._file.write(json.dumps(asdict(entry)) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def _read(path: Path) -> list[Entry]:
    """A line that a crash cut short was never answered for; it is taken off, so that the next one starts fresh."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        os.truncate(path, len(whole.encode()))
    return [Entry(**json.loads(line)) for line in whole.splitlines()]


def _twice(entries: list[Entry]) -> Iterator[dict[str, Any]]:
    """The same business act more than once. A reservation that was released again does not count."""
    released = {(e.vendor, e.account, e.object) for e in entries if e.operation == "cancel"}
    standing = [
        e for e in entries if e.operation != "authorize" or (e.vendor, e.account, e.object) not in released
    ]
    for (vendor, _, identity), group in _groups(standing, lambda e: (e.vendor, e.account, e.identity)):
        if len(group) > 1:
            yield _double("executed more than once", vendor, identity, group)


def _key_twice(entries: list[Entry]) -> Iterator[dict[str, Any]]:
    keyed = [e for e in entries if e.key]
    for (vendor, _, operation, key), group in _groups(
        keyed, lambda e: (e.vendor, e.account, e.operation, e.key)
    ):
        if len(group) > 1:
            yield _double("one idempotency key executed twice", vendor, f"{operation} with key {key}", group)


def _too_much(entries: list[Entry]) -> Iterator[dict[str, Any]]:
    """Captured above authorised, refunded above captured, or captured after the release, per object of the vendor."""
    money = [e for e in entries if e.object and e.amount_minor is not None]
    for (vendor, _, object_id), group in _groups(money, lambda e: (e.vendor, e.account, e.object)):
        sums: dict[str, int] = defaultdict(int)
        for entry in group:
            sums[entry.operation] += entry.amount_minor or 0
        captured = sums["capture"] - sums["capture_returned"]
        if captured > sums["authorize"]:
            yield _double("captured more than authorised", vendor, object_id, group)
        if sums["refund"] - sums["refund_returned"] > captured:
            yield _double("refunded more than captured", vendor, object_id, group)
        if sums["cancel"] and captured > sums["authorize"] - sums["cancel"]:
            yield _double("captured although released", vendor, object_id, group)


_RULES = (_twice, _key_twice, _too_much)


def _groups(
    entries: Iterable[Entry], by: Callable[[Entry], tuple[str, ...]]
) -> list[tuple[Any, list[Entry]]]:
    groups: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[by(entry)].append(entry)
    return list(groups.items())


def _double(rule: str, vendor: str, identity: str, group: list[Entry]) -> dict[str, Any]:
    return {
        "rule": rule,
        "vendor": vendor,
        "identity": identity,
        "times": len(group),
        "entries": [e.n for e in group],
    }
