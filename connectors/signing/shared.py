"""A secret word inside the body, for vendors that sign nothing."""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connectors.contracts.base import BadAnswer, Inbound
from connectors.errors import BadSignature
from connectors.signing.parts import live
from connectors.strict_json import parse
from tenants.secret_value import SecretValue


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedWord:
    """Each item of the list `items` repeats the secret as its field `word`. That tells who sent it and not that it came
    unchanged: nothing may be decided by what it says, only that it is time to ask."""

    key: str
    items: str
    word: str

    def verify(self, inbound: Inbound, secrets: Sequence[SecretValue], now: float) -> None:
        """Raises BadSignature unless every item holds one of the secrets. `now` is not used: no time is told."""
        known = [secret.reveal().encode() for secret in live(secrets)]
        found = self._items(inbound.body)
        if not found or not all(self._fits(item, known) for item in found):
            raise BadSignature(f"The body does not repeat the secret as {self.word}")

    def sign_body(self, body: bytes, secrets: Sequence[SecretValue]) -> bytes:
        """The body with the first secret in every item."""
        document: Any = parse(body)
        for item in document[self.items]:
            item[self.word] = live(secrets)[0].reveal()
        return json.dumps(document).encode()

    def _items(self, body: bytes) -> list[Any]:
        try:
            document: Any = parse(body)
        except BadAnswer:
            return []
        items = document.get(self.items) if isinstance(document, dict) else None
        return items if isinstance(items, list) else []

    def _fits(self, item: Any, known: Sequence[bytes]) -> bool:
        given = item.get(self.word) if isinstance(item, dict) else None
        if not isinstance(given, str):
            return False
        return any(hmac.compare_digest(given.encode("utf-8", "replace"), one) for one in known)
