"""The standard error policy, first tier: what may be repeated within one call, and after how long.

Longer waits belong to whoever called; they find them in the error's `retry_after`.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from connectors.errors import ProviderError, ReadBack, Rejected, RetryLater, Unknown

MOST_TRIES = 3
LONGEST_SLEEP_S = 5.0
LONGEST_RETRY_AFTER_S = 3600.0
_FIRST_CAP_S = 0.5
_LAST_CAP_S = 20.0
_CONFLICT = 409


def may_repeat(error: ProviderError, *, writes: bool, keyed: bool) -> bool:
    """Whether the very same request may be sent again at once."""
    if error.final:
        return False
    if isinstance(error, RetryLater):
        return True
    return isinstance(error, Unknown) and (keyed or not writes)


def backoff(tries: int) -> float:
    """Seconds to wait after that many tries: full jitter under a cap that doubles from 0.5 s to 20 s."""
    return random.uniform(0, min(_LAST_CAP_S, _FIRST_CAP_S * 2 ** (tries - 1)))  # noqa: S311 - no secret


def wait_after(error: ProviderError, tries: int) -> float:
    """Seconds until the next try: the jitter, but never less than what the provider asked for."""
    return max(backoff(tries), error.retry_after or 0.0)


def told_to_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds of a Retry-After header (RFC 9110 section 10.2.3), between 0 and an hour; None without a usable one.

    A date is measured against the answer's own Date, so that neither clock has to be right.
    """
    text = headers.get("Retry-After", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        until = _http_date(text)
        if until is None:
            return None
        seconds = (until - (_http_date(headers.get("Date", "")) or now)).total_seconds()
    return limited(seconds)


def limited(seconds: float | None) -> float | None:
    """Between 0 and an hour; NaN counts as nothing said."""
    if seconds is None or seconds != seconds:
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_S)


def with_doubts(error: ProviderError, doubts: list[Unknown]) -> ProviderError:
    """The error of all tries together: an earlier try of a write that may have been executed outweighs a later one
    that was not. Only a refusal of the repeated request settles it, and a conflict may be the first try itself."""
    if not doubts:
        return error
    settled = isinstance(error, ReadBack) or (isinstance(error, Rejected) and error.status != _CONFLICT)
    if settled:
        return error
    return Unknown(
        error.message,
        code=error.code,
        status=error.status,
        retry_after=error.retry_after,
        answered=any(doubt.answered for doubt in doubts),
        doubts=doubts,
    )


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
