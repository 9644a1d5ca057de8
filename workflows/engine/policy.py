"""When a transient failure is tried again, after the tries inside the call are used up (second tier of the retry policy)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from connectors.calls import Ending, Outcome
from connectors.errors import Held

#: A step that keeps failing for transient reasons is given up after this time.
RETRY_FOR = timedelta(hours=24)

#: A Retry-After beyond this many seconds is not obeyed to the letter; staff see it in the message.
LONGEST_FLOOR_S = 3600.0

#: A step whose worker died this often is parked.
DEATHS_ALLOWED = 3

_JITTER = 0.2


def is_hopeful(outcome: Outcome) -> bool:
    """Whether trying again by itself can help."""
    transient = outcome.ending in {Ending.RETRY, Ending.UNKNOWN} and not outcome.needs_person
    # A call that was held back was not tried, so it is not repeated either.
    may_repeat = (
        isinstance(outcome.error, Held) or not outcome.prepared.spec.connector.disable_standard_error_policy
    )
    return transient and may_repeat


def were_held(outcomes: Sequence[Outcome]) -> bool:
    """Whether nothing was sent because of the vendor's state or quota: no try is used up then."""
    return all(isinstance(outcome.error, Held) for outcome in outcomes)


def next_try(attempts: int, outcomes: Sequence[Outcome], now: datetime) -> datetime:
    """When attempt number `attempts` + 1 is due: the schedule with jitter, at least what the provider asked for."""
    if were_held(outcomes):
        waits = [outcome.error.retry_after or 0.0 for outcome in outcomes if outcome.error]
        return now + timedelta(seconds=min(max(waits), LONGEST_FLOOR_S))
    schedule = settings.CROSSDOCK_RETRY_SCHEDULE
    wait = schedule[min(attempts, len(schedule)) - 1] * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311
    asked = [outcome.error.retry_after for outcome in outcomes if outcome.error and outcome.error.retry_after]
    return now + timedelta(seconds=max([wait, *(min(floor, LONGEST_FLOOR_S) for floor in asked)]))
