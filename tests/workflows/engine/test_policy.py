"""The standard error policy's second tier: when a step is put back, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared
from connectors.errors import Held, ProviderError, RetryLater, Unknown
from tests.connectors.client.bench import Keyed, config_of
from workflows.engine import policy

NOW = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)
SCHEDULE = [30, 120, 600, 1800, 3600, 7200, 14400, 28800]


def ended(error: ProviderError, ending: Ending = Ending.RETRY, **config: Any) -> Outcome:
    spec = CallSpec(
        connector=config_of(Keyed, **config), operation="capture", subject="payment:1", request=None
    )
    return Outcome(
        prepared=Prepared(spec=spec, context=CallContext()),
        ending=ending,
        error=error,
        started_at=NOW,
        duration_ms=1,
    )


@pytest.mark.parametrize("attempt", range(1, 12))
def test_the_schedule_with_its_jitter(attempt: int) -> None:
    base = SCHEDULE[min(attempt, len(SCHEDULE)) - 1]
    waits = {
        (policy.next_try(attempt, [ended(RetryLater("busy"))], NOW) - NOW).total_seconds() for _ in range(200)
    }
    assert base * 0.8 <= min(waits) < max(waits) <= base * 1.2


@pytest.mark.parametrize(("asked", "least"), [(400.0, 400), (7200.0, 3600), (1.0, 24)])
def test_retry_after_is_a_floor_of_at_most_an_hour(asked: float, least: float) -> None:
    due = policy.next_try(1, [ended(RetryLater("busy", retry_after=asked))], NOW)
    assert least <= (due - NOW).total_seconds() <= max(least, 36)


def test_what_was_held_comes_back_when_it_was_told_to() -> None:
    held = ended(Held("out of order", retry_after=40))
    assert policy.were_held([held, held])
    assert policy.next_try(5, [held], NOW) == NOW + timedelta(seconds=40)
    assert not policy.were_held([held, ended(RetryLater("busy"))])


@pytest.mark.parametrize(
    ("ending", "switched_off", "hopeful"),
    [
        (Ending.RETRY, False, True),
        (Ending.UNKNOWN, False, True),
        (Ending.FAILED, False, False),
        (Ending.RETRY, True, False),
        (Ending.UNKNOWN, True, False),
    ],
)
def test_what_is_put_back_at_all(ending: Ending, switched_off: bool, hopeful: bool) -> None:
    outcome = ended(Unknown("?"), ending, disable_standard_error_policy=switched_off)
    assert policy.is_hopeful(outcome) is hopeful
    assert not policy.is_hopeful(replace(outcome, needs_person=True))


def test_a_call_that_was_held_is_made_also_where_nothing_is_repeated() -> None:
    assert policy.is_hopeful(ended(Held("quota", retry_after=3), disable_standard_error_policy=True))
