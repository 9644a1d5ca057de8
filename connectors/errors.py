"""The four ways a provider's operation fails. Everything else that escapes a provider is a bug."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tenants.storable import storable

#: What servers in front of a vendor answer in its stead, while it may be at work on the request.
FRONT_STATUSES = frozenset({408, 502, 503, 504, *range(520, 531)})


class ProviderError(Exception):
    """Base of the four failure kinds. `message` is for staff and holds no secret; `code` is the vendor's own code."""

    kind = "error"

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        status: int | None = None,
        retry_after: float | None = None,
        answered: bool = True,
        final: bool = False,
    ) -> None:
        """`retry_after` is in seconds; `answered` tells whether the provider gave any answer to this very request.

        `final` is the provider's word that repeating the request at once is pointless.
        """
        super().__init__(message)
        self.message = storable(str(message))
        self.code = storable(str(code or ""))
        self.status = status
        self.retry_after = retry_after
        self.answered = answered
        self.final = final

    def reword(self, change: Callable[[str], str]) -> None:
        """Let the vendor's words be changed, such as where they hold a secret."""
        self.message, self.code = change(self.message), change(self.code)
        self.args = (self.message,)


class RetryLater(ProviderError):
    """Surely not executed; repeating is safe."""

    kind = "retry"


class Held(RetryLater):
    """Was not sent at all: the vendor is out of order or its quota is used up. Counts as no try of anybody's."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message, retry_after=retry_after, answered=False, final=True)


class Unknown(ProviderError):
    """May have been executed; nobody may guess. `doubts` are those of the single tries, where there were several."""

    kind = "unknown"

    def __init__(self, message: str, *, doubts: Sequence[Unknown] = (), **options: Any) -> None:
        super().__init__(message, **options)
        self.doubts = tuple(doubts)

    @property
    def ended(self) -> bool:
        """Whether the vendor itself has answered, so that it is at work on none of the tries any more."""
        if self.doubts:
            return all(doubt.ended for doubt in self.doubts)
        if not self.answered or self.status in FRONT_STATUSES:
            return False
        return bool(self.code) if self.status is None or self.status < 300 else True


class Rejected(ProviderError):
    """The provider said no; repeating the same request is pointless."""

    kind = "rejected"


class Misconfigured(ProviderError):
    """Credentials, host or a setting are missing or wrong; an administrator has to act."""

    kind = "misconfigured"


class ReadBack(ProviderError):
    """The provider says it was done before (already captured): success once the amount has been read back."""

    kind = "read_back"


class NotSupported(Rejected):
    """The provider has no such operation."""


class LeftAlone(Rejected):
    """The connector's own settings say that this is none of its business; the vendor was not asked to do it. The text
    tells which setting."""


class BadSignature(Exception):
    """An inbound webhook's signature does not fit; the text never holds the expected value."""
