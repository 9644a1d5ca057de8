"""Idempotency keys as Adyen keeps them: what was processed is answered again, what failed on its side is not kept."""

from __future__ import annotations

from connectors.sandbox.adyen.errors import in_progress, invalid
from connectors.sandbox.core.wire import Response

LONGEST = 64


class Keys:
    """The keys of all accounts; the caller holds the vendor's lock."""

    def __init__(self) -> None:
        self._kept: dict[str, Response | None] = {}

    def claim(self, key: str) -> Response | None:
        """The first answer, to be given again; None when this call is the first. Raises AdyenError."""
        if len(key) > LONGEST:
            raise invalid("702", f"Idempotency keys may have at most {LONGEST} characters.")
        if key not in self._kept:
            self._kept[key] = None
            return None
        kept = self._kept[key]
        if kept is None:
            raise in_progress()
        return Response(kept.status, kept.body)

    def keep(self, key: str, response: Response) -> None:
        if key and response.status < 500:
            self._kept[key] = response

    def release(self, key: str) -> None:
        """The call is over; without an answer that was kept, the key is as good as new."""
        if self._kept.get(key) is None:
            self._kept.pop(key, None)

    def forget(self) -> None:
        """What Adyen may do to keys after their 31 days."""
        self._kept.clear()
