"""A secret in memory: it shows itself only when asked by name."""

from __future__ import annotations

import hashlib
import hmac
from typing import NoReturn

MASK = "•••"
_HINT_LENGTH = 4
_SHORTEST_WITH_HINT = 12


class SecretValue:
    """Wraps a credential so that printing, logging, pickling and JSON cannot spill it."""

    __slots__ = ("_plain",)

    def __init__(self, plain: str) -> None:
        self._plain = plain

    def reveal(self) -> str:
        return self._plain

    @property
    def hint(self) -> str:
        """The last 4 characters, or nothing when the secret is shorter than 12."""
        return self._plain[-_HINT_LENGTH:] if len(self._plain) >= _SHORTEST_WITH_HINT else ""

    def __bool__(self) -> bool:
        return bool(self._plain)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SecretValue):
            return NotImplemented
        return hmac.compare_digest(self._plain.encode(), other._plain.encode())

    def __hash__(self) -> int:
        return hash(hashlib.sha256(self._plain.encode()).digest())

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a SecretValue is never pickled; pass the Secret's id instead")
