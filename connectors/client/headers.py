"""Headers of HTTP."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from requests.structures import CaseInsensitiveDict


class Headers(CaseInsensitiveDict[str]):
    """Names compare without case and keep the one in which they were set last. Quicker to read than its base, which makes
    each pair of a look-up of its own: every call reads all its headers several times."""

    _store: dict[str, tuple[str, str]]

    def items(self) -> Collection[tuple[str, str]]:  # type: ignore[override]
        return self._store.values()

    def get(self, key: str, default: Any = None) -> Any:
        found = self._store.get(key.lower())
        return default if found is None else found[1]
