"""What came back, and reading it without trusting it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.contracts.base import BadAnswer
from connectors.strict_json import parse
from tenants.charsets import charset_of
from tenants.storable import storable


@dataclass(slots=True)
class HttpAnswer:
    """See contracts.base.Answer. Header names compare without case; `body` is decompressed and within the limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The document; whole numbers as int, others as Decimal, at most 64 levels deep, and texts such as a database can
        keep. Raises BadAnswer."""
        return parse(self.body if self._charset() is None else self.text().encode())

    def text(self) -> str:
        """The body in its declared character set, UTF-8 where none is declared; a mark for each NUL. Raises BadAnswer."""
        charset = self._charset() or "utf-8"
        try:
            return storable(self.body.decode(charset).removeprefix("\ufeff"))
        except ValueError:
            raise BadAnswer(f"it is not text in {charset}") from None

    def _charset(self) -> str | None:
        try:
            return charset_of(self.headers.get("Content-Type", ""))
        except LookupError as error:
            raise BadAnswer(f"it is not text in {str(error)[:40]}") from None
