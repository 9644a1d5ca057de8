"""When "not found" proves that nothing was executed, so that a call may be made in another way than it was.

A vendor may be at work on a request long after its answer was lost, and execute it after it was asked about it. So a look-up
that finds nothing proves something only once every earlier request is over: the vendor itself answered it, under a key
with which it keeps its answers, or so much time has passed since it left that nobody works on it any more. Where the look-up
lags behind what the vendor executes, that lag comes on top. Until then the call waits, or is repeated with the very same key
where the vendor recognises that.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from connectors.errors import ProviderError, Unknown

#: Within so many seconds of its opening a call has sent its last request.
CALL_S = 60.0

#: For so many seconds after a request has left a vendor may be at work on it.
WORKS_ON_S = 60.0


def may_go_on(error: BaseException, *, keeps_answers: bool) -> bool:
    """Whether the vendor may still be at work on the request that failed with this error."""
    if not isinstance(error, ProviderError):
        return True
    return isinstance(error, Unknown) and not (keeps_answers and error.ended)


def over_at(ended_at: datetime) -> datetime:
    """When nobody works any more on requests of a call that ended then."""
    return ended_at + timedelta(seconds=WORKS_ON_S)


def over_after_death(opened_at: datetime) -> datetime:
    """The same of a call that was opened then and whose process died."""
    return over_at(opened_at + timedelta(seconds=CALL_S))


def proved_at(
    last_sent_at: datetime | None, under_way_until: datetime | None, lag_s: float
) -> datetime | None:
    """From when on "not found" proves something; None for always. `lag_s` is that of the vendor's look-up (seconds)."""
    since = [moment for moment in (last_sent_at if lag_s else None, under_way_until) if moment is not None]
    return max(since) + timedelta(seconds=lag_s) if since else None
