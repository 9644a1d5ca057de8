"""Idempotency keys as Stripe keeps them: the first outcome is replayed, a 402 and a 500 included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.sandbox.core.wire import Response
from connectors.sandbox.stripe.errors import invalid, key_in_use, key_reused

LONGEST = 255


@dataclass(slots=True)
class _Kept:
    asked: tuple[str, Any]
    request_id: str
    response: Response | None = None


class Keys:
    """The keys of one account; the caller holds the vendor's lock."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def claim(self, key: str, asked: tuple[str, Any], request_id: str) -> Response | None:
        """The kept answer to replay; None when this call is the first and has to be finished. Raises StripeError."""
        if len(key) > LONGEST:
            raise invalid(f"Idempotency keys may have at most {LONGEST} characters.")
        kept = self._kept.get(key)
        if kept is None:
            self._kept[key] = _Kept(asked, request_id)
            return None
        if kept.asked != asked:
            raise key_reused(key)
        if kept.response is None:
            raise key_in_use(key)
        headers = {"Idempotent-Replayed": "true", "Original-Request": kept.request_id}
        return Response(kept.response.status, kept.response.body, headers=headers)

    def finish(self, key: str, response: Response | None) -> None:
        """Keep the answer; None forgets the key, as for a call that failed validation."""
        if response is None:
            self._kept.pop(key, None)
        elif key in self._kept:
            self._kept[key].response = response

    def forget(self) -> None:
        """What Stripe does to keys after their 24 hours."""
        self._kept.clear()
