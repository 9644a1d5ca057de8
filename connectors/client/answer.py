"""What came back, and reading it without trusting it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.contracts.base import BadAnswer
from connectors.strict_json import parse
from tenants.charsets import charset_of
from tenants.storable import storable_document

#: Whether a body may hold text that cannot be stored: escaped, as invalid UTF-8, or in a wider encoding.
_UNSTORABLE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])|\xed[\xa0-\xbf]|\x00")


@dataclass(slots=True)
class HttpAnswer:
    """See contracts.base.Answer. Header names compare without case; `body` is decompressed and within the limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The document; whole numbers as int, others as Decimal, at most 64 levels deep, and no text that cannot be
        stored. Raises BadAnswer."""
        body = self.body if self._charset() is None else self.text().encode()
        document = parse(body)
        return storable_document(document) if _UNSTORABLE.search(body) else document

    def text(self) -> str:
        """The body in its declared character set, UTF-8 where none is declared. Raises BadAnswer."""
        charset = self._charset() or "utf-8"
        try:
            return self.body.decode(charset).removeprefix("\ufeff")
        except ValueError:
            raise BadAnswer(f"it is not text in {charset}") from None

    def _charset(self) -> str | None:
        try:
            return charset_of(self.headers.get("Content-Type", ""))
        except LookupError as error:
            raise BadAnswer(f"it is not text in {str(error)[:40]}") from None
