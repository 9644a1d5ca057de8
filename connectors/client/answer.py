"""What came back, and reading it without trusting it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.contracts.base import BadAnswer
from connectors.strict_json import parse, storable

_CHARSET = re.compile(r"charset=\"?([\w.:-]+)", re.IGNORECASE)


@dataclass(slots=True)
class HttpAnswer:
    """See contracts.base.Answer. Header names compare without case; `body` is decompressed and within the limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The document; whole numbers as int, others as Decimal, at most 64 levels deep. Raises BadAnswer."""
        charset = self._charset()
        return parse(self.body if charset is None else self.text().encode())

    def text(self) -> str:
        """The body in its declared character set, UTF-8 where none is declared; a mark for each NUL. Raises BadAnswer."""
        charset = self._charset() or "utf-8"
        try:
            return storable(self.body.decode(charset).removeprefix("\ufeff"))
        except (LookupError, ValueError):
            raise BadAnswer(f"it is not text in {charset[:40]}") from None

    def _charset(self) -> str | None:
        found = _CHARSET.search(self.headers.get("Content-Type", ""))
        return found[1] if found else None
