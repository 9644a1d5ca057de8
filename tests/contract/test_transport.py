"""What every implementation makes of a bad line: the same answers to the same failures, whoever the vendor is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from connectors import registry
from connectors.calls import Ending, perform
from connectors.client import Ports
from connectors.client.answer import HttpAnswer
from connectors.contracts.base import Provider
from connectors.contracts.payment import PaymentProvider
from connectors.contracts.shipping import CarrierProvider
from connectors.errors import Misconfigured, Rejected, RetryLater, Unknown
from tests import faultserver
from tests.contract.bench import Bench, Played, play, secrets_in
from tests.contract.fixtures import fixture
from tests.contract.replay import Replay
from tests.contract.scenarios import scenarios_of
from tests.contract.scenarios.base import Scenario
from tests.faultserver import Behaviour

TRIES = 3
READ_MS = 150


def probes() -> Iterable[tuple[str, Scenario]]:
    """One write and one read of every implementation: the first ones whose first answer is a success."""
    for slug, implementation in registry.all().items():
        for write in (True, False):
            fitting = [
                item
                for item in scenarios_of(implementation)
                if item.write is write and _begins_well(slug, item)
            ]
            yield from ((slug, scenario) for scenario in fitting[:1])


def _begins_well(slug: str, scenario: Scenario) -> bool:
    exchanges = fixture(slug).get("scenarios", {}).get(scenario.name, {}).get("exchanges", [])
    return bool(exchanges) and exchanges[0]["answer"].get("status", 200) < 300 and not scenario.lost


PROBES = [pytest.param(slug, scenario, id=f"{slug}-{scenario.name}") for slug, scenario in probes()]
every_probe = pytest.mark.parametrize(("slug", "scenario"), PROBES)


@dataclass(frozen=True)
class Line:
    """What is special about one implementation's call: whether it changes anything, and whether it carries a key."""

    implementation: type[Provider]
    writes: bool

    @property
    def repeatable(self) -> bool:
        return not self.writes or self.implementation.idempotency is not None

    def ending(self, status: int) -> Ending:
        """How a call ends that gets nothing but this status, by the implementation's own word."""
        answer = HttpAnswer(status, {}, b"")
        kind = self.implementation(None, None).kind_of("", answer, self.writes)  # type: ignore[arg-type]
        return {RetryLater: Ending.RETRY, Unknown: self.doubtful}.get(kind, Ending.FAILED)  # type: ignore[arg-type]

    @property
    def doubtful(self) -> Ending:
        return Ending.UNKNOWN if self.writes else Ending.RETRY


def line_of(slug: str, scenario: Scenario) -> Line:
    first = fixture(slug)["scenarios"][scenario.name]["exchanges"][0]["request"]["method"]
    return Line(registry.get(slug), scenario.write and first != "GET")


def check(played: Played, slug: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever went wrong: it is told in words, logged without secrets, and was no accident."""
    assert played.outcome.error is not None
    assert " " in played.outcome.message
    assert not {"<", ">"} & set(played.outcome.message)
    assert "Internal error" not in played.outcome.message
    assert secrets_in(played.events, slug) == []
    assert len(played.events) == len(played.requests)
    assert not caplog.records


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
    assert len(played.requests) == (TRIES if line.repeatable else 1)
    assert_same(played, line)
    check(played, slug, caplog)


@every_probe
@pytest.mark.parametrize("status", [500, 502, 503, 504])
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
@pytest.mark.parametrize(
    "nonsense",
    [
        faultserver.html(),
        faultserver.answer(200, b'{"id": "1", "am'),
        faultserver.answer(200, b"NaN"),
        faultserver.answer(200, b"[" * 5000 + b"]" * 5000),
        faultserver.answer(200, b"\xff\xfe\x00"),
    ],
    ids=["html", "cut off", "no number", "too deep", "no text"],
)
def test_unreadable_success(
    slug: str, scenario: Scenario, nonsense: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    line = line_of(slug, scenario)

    played = play(slug, scenario, failures=[nonsense], forever=True)

    assert played.outcome.ending is line.doubtful
    assert len(played.requests) == 1
    check(played, slug, caplog)


@every_probe
@pytest.mark.parametrize("body", [b"null", b"[]", b"{}", b"1", b'"done"'], ids=lambda body: body.decode())
def test_json_of_another_shape(slug: str, scenario: Scenario, body: bytes) -> None:
    """Where money or goods move, an answer without its fields is no success."""
    line = line_of(slug, scenario)

    played = play(slug, scenario, failures=[faultserver.answer(200, body)], forever=True)

    moves = issubclass(line.implementation, (PaymentProvider, CarrierProvider))
    assert played.outcome.ending in ({line.doubtful} if moves else {line.doubtful, Ending.SUCCEEDED})
    assert len(played.requests) == 1


@every_probe
@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_refusal_with_a_web_page(
    slug: str, scenario: Scenario, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    line = line_of(slug, scenario)

    played = play(slug, scenario, failures=[faultserver.html(status)], forever=True)

    assert played.outcome.ending is line.ending(status)
    check(played, slug, caplog)


@every_probe
@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials(
    slug: str, scenario: Scenario, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    played = play(slug, scenario, failures=[faultserver.answer(status)], forever=True)

    assert played.outcome.ending is Ending.FAILED
    assert isinstance(played.outcome.error, Misconfigured)
    assert len(played.requests) <= 2
    check(played, slug, caplog)


@every_probe
def test_redirect_is_not_followed(slug: str, scenario: Scenario, caplog: pytest.LogCaptureFixture) -> None:
    played = play(slug, scenario, failures=[faultserver.redirect("/elsewhere", 307)], forever=True)

    assert played.outcome.ending is Ending.FAILED
    assert not isinstance(played.outcome.error, Rejected)
    assert len(played.requests) == 1
    check(played, slug, caplog)


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
    assert {slug for slug, _ in probes()} == set(registry.all())


def assert_same(played: Played, line: Line, requests: list[Any] | None = None) -> None:
    """Every repetition is the same request, under the same key."""
    sent = played.requests if requests is None else requests
    assert len({(request.method, request.path, request.body) for request in sent}) == 1
    keys = {played.key_of(request) for request in sent}
    assert len(keys) == 1
    if line.writes and line.implementation.idempotency:
        assert keys != {None}
