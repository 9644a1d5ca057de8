"""One write and one read of every implementation, to be tried on a bad line, and what has to come of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from connectors import registry
from connectors.calls import Ending
from connectors.client.answer import HttpAnswer
from connectors.contracts.base import Provider
from connectors.errors import RetryLater, Unknown
from eventlog.events import EventData
from tests.contract.bench import Played, secrets_in
from tests.contract.fixtures import fixture
from tests.contract.scenarios import scenarios_of
from tests.contract.scenarios.base import Scenario

TRIES = 3
READ_MS = 150


def calling() -> dict[str, type[Provider]]:
    """The implementations that call somebody; a local one has no line that could be bad."""
    return {slug: item for slug, item in registry.all().items() if not item.local}


def probes() -> Iterable[tuple[str, Scenario]]:
    """One write and one read of every implementation: the first ones whose first answer is a success."""
    for slug, implementation in calling().items():
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
    """An exchange whose method does not tell says by "read" that it changes nothing."""
    first = fixture(slug)["scenarios"][scenario.name]["exchanges"][0]
    reads = first.get("read", first["request"]["method"] == "GET")
    return Line(registry.get(slug), scenario.write and not reads)


def check(played: Played, slug: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever went wrong: it is told in words, logged without secrets, and was no accident."""
    assert played.outcome.error is not None
    assert " " in played.outcome.message
    assert not {"<", ">"} & set(played.outcome.message)
    assert "Internal error" not in played.outcome.message
    assert secrets_in(played.events, slug) == []
    assert len(sent(played)) == len(played.requests)
    assert not caplog.records


def sent(played: Played) -> list[EventData]:
    """The events of what was sent, without logins."""
    return [event for event in played.events if event.operation != "login"]


def tries(played: Played) -> int:
    """How often the call was tried. After a login the connection is a kept one, whose replacement is no try."""
    return len({(event.details or {})["attempt"] for event in sent(played)})


def assert_same(played: Played, line: Line, requests: list[Any] | None = None) -> None:
    """Every repetition is the same request, under the same key."""
    repeated = played.requests if requests is None else requests
    assert len({(request.method, request.path, request.body) for request in repeated}) == 1
    keys = {played.key_of(request) for request in repeated}
    assert len(keys) == 1
    if line.writes and line.implementation.idempotency:
        assert keys != {None}
