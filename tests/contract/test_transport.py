"""What every implementation makes of a bad line: the same answers to the same failures, whoever the vendor is."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.calls import Ending, perform
from connectors.client import Ports
from connectors.errors import Misconfigured
from tests import faultserver
from tests.contract.bench import Bench, play, secrets_in
from tests.contract.probing import (
    READ_MS,
    TRIES,
    assert_same,
    calling,
    check,
    every_probe,
    line_of,
    probes,
    tries,
)
from tests.contract.replay import Replay
from tests.contract.scenarios.base import Scenario
from tests.faultserver import Behaviour


@every_probe
@pytest.mark.parametrize(
    "silence",
    [faultserver.hang(effect=True), faultserver.reset(effect=True), faultserver.cut_body],
    ids=["hang", "reset", "cut"],
)
def test_lost_answer(
    slug: str, scenario: Scenario, silence: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    line = line_of(slug, scenario)

    played = play(slug, scenario, failures=[silence], forever=True, timeout_ms=READ_MS)

    assert played.outcome.ending is line.doubtful
    assert tries(played) == (TRIES if line.repeatable else 1)
    assert_same(played, line)
    check(played, slug, caplog)


@every_probe
@pytest.mark.parametrize(
    "status", [500, *(pytest.param(code, marks=pytest.mark.thorough) for code in (502, 503, 504))]
)
def test_failing_vendor(slug: str, scenario: Scenario, status: int, caplog: pytest.LogCaptureFixture) -> None:
    line = line_of(slug, scenario)

    played = play(slug, scenario, failures=[faultserver.answer(status)], forever=True)

    assert played.outcome.ending is line.ending(status)
    assert played.outcome.ending in {Ending.UNKNOWN, Ending.RETRY}
    assert len(played.requests) == (TRIES if line.repeatable else 1)
    assert_same(played, line)
    check(played, slug, caplog)


@every_probe
def test_vendor_that_recovers(slug: str, scenario: Scenario) -> None:
    line = line_of(slug, scenario)
    if not line.repeatable:
        pytest.skip(f"{slug} knows no keys, so its writes are not repeated")

    played = play(slug, scenario, failures=[faultserver.answer(500), faultserver.throttle()])

    scenario.expect(played.outcome)
    assert played.problems == []
    assert_same(played, line, played.requests[:TRIES])


@every_probe
def test_throttled(slug: str, scenario: Scenario, caplog: pytest.LogCaptureFixture) -> None:
    played = play(slug, scenario, failures=[faultserver.throttle("2")], forever=True)

    assert played.outcome.ending is Ending.RETRY
    assert played.outcome.error.retry_after == 2  # type: ignore[union-attr]
    assert len(played.requests) == TRIES
    assert all(seconds >= 2 for seconds in played.slept)
    assert_same(played, line_of(slug, scenario))
    check(played, slug, caplog)


@every_probe
def test_standard_error_policy_off(slug: str, scenario: Scenario) -> None:
    for failure in (faultserver.answer(500), faultserver.throttle()):
        played = play(slug, scenario, failures=[failure], forever=True, disable_standard_error_policy=True)
        assert len(played.requests) == 1
        assert played.slept == []


@every_probe
def test_nobody_listens(slug: str, scenario: Scenario) -> None:
    with Replay([]) as server:
        bench = Bench(slug, server)
        prepared = bench.prepare(scenario)

    outcome = perform(prepared, bench.ports)

    assert outcome.ending is Ending.RETRY
    assert outcome.error.answered is False  # type: ignore[union-attr]
    assert len(bench.events) == TRIES
    assert secrets_in(bench.events, slug) == []


@every_probe
def test_private_address_is_not_called(slug: str, scenario: Scenario) -> None:
    events: list[Any] = []
    with Replay([]) as server:
        outcome = perform(Bench(slug, server).prepare(scenario), Ports(events=events.append))

    assert outcome.ending is Ending.FAILED
    assert isinstance(outcome.error, Misconfigured)
    assert server.connections == 0


def test_probes_cover_every_implementation() -> None:
    assert {slug for slug, _ in probes()} == set(calling())
