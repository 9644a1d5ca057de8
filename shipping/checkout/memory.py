"""What carriers answered in the last ten minutes, kept by each process, for when they do not answer.

An answer is found again only for the very same question of the same tenant to the same published connector.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from threading import Lock
from typing import Any

from connectors.calls import CallSpec
from connectors.canonical import request_hash

#: Seconds for which an answer may stand in, and for which the same question is not asked anew.
KEPT_FOR, FRESH_FOR = 600.0, 20.0
MOST_KEPT = 2_000

Key = tuple[str, int, str, str, str]

_kept: OrderedDict[Key, tuple[float, Any]] = OrderedDict()
_lock = Lock()


def key_of(spec: CallSpec) -> Key:
    connector = spec.connector
    question = request_hash(spec.request)
    return str(connector.tenant_uid), connector.id, connector.revision, spec.operation, question


def keep(spec: CallSpec, answer: Any) -> None:
    key = key_of(spec)
    with _lock:
        _kept[key] = (time.monotonic(), answer)
        _kept.move_to_end(key)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)


def recall(spec: CallSpec, within: float = KEPT_FOR) -> tuple[int, Any] | None:
    """The age in seconds and the answer; None when there is none of the last `within` seconds."""
    with _lock:
        found = _kept.get(key_of(spec))
    if found is None:
        return None
    age = time.monotonic() - found[0]
    return (int(age), found[1]) if age <= within else None


def forget() -> None:
    with _lock:
        _kept.clear()
