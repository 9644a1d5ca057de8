"""One contract, many vendors: every scenario of every operation that an implementation says it has."""

from __future__ import annotations

import pytest

from connectors import registry
from connectors.calls import Ending
from tests.contract.bench import Played, fits, play, secrets_in, told
from tests.contract.fixtures import fixture
from tests.contract.probing import TRIES, tries
from tests.contract.scenarios import CONTRACTS, scenarios_of
from tests.contract.scenarios.base import Scenario

CASES = [
    pytest.param(slug, scenario, id=f"{slug}-{scenario.name}")
    for slug, implementation in registry.all().items()
    for scenario in scenarios_of(implementation)
]


@pytest.mark.parametrize(("slug", "scenario"), CASES)
def test_scenario(slug: str, scenario: Scenario, caplog: pytest.LogCaptureFixture) -> None:
    recorded = fixture(slug).get("scenarios", {}).get(scenario.name)
    assert recorded, f"tests/providers/{slug}.json has no scenario {scenario.name!r}"

    played = play(slug, scenario)

    assert played.problems == []
    assert played.left == 0, "the vendor was asked less often than foreseen"
    scenario.expect(played.outcome)
    _compare(played, recorded)
    assert secrets_in(played.events, slug) == []
    assert len(played.events) >= len(played.requests)
    assert not caplog.records


@pytest.mark.parametrize(("slug", "scenario"), [case for case in CASES if case.values[1].lost])
def test_lost_answer_is_settled_without_repeating_the_write(slug: str, scenario: Scenario) -> None:
    played = play(slug, scenario)

    assert played.first is not None
    assert played.first.ending is Ending.UNKNOWN
    writes = [request for request in played.requests if request.method != "GET"]
    assert len({(played.key_of(request), request.body) for request in writes}) == 1
    assert tries(played) == (TRIES if registry.get(slug).idempotency else 1)
    first = played.requests.index(writes[0])
    assert played.requests[first : first + len(writes)] == writes


@pytest.mark.parametrize("slug", registry.all())
def test_fixture_holds_nothing_but_the_scenarios_of_its_contracts(slug: str) -> None:
    names = {scenario.name for scenario in scenarios_of(registry.get(slug))}
    assert set(fixture(slug).get("scenarios", {})) == names


@pytest.mark.parametrize("slug", registry.all())
def test_every_operation_has_a_scenario(slug: str) -> None:
    implementation = registry.get(slug)
    played = {scenario.operation for scenario in scenarios_of(implementation)} | {"read_webhook", "read_mail"}
    assert set(implementation.operations()) <= played


def test_every_operation_of_every_contract_has_a_scenario() -> None:
    for contract, scenarios in CONTRACTS.items():
        marked = {name for name, item in vars(contract).items() if hasattr(item, "is_operation")}
        assert marked - {"read_webhook"} == {scenario.operation for scenario in scenarios}


def _compare(played: Played, recorded: dict[str, object]) -> None:
    wanted = dict(recorded.get("result") or {})  # type: ignore[call-overload]
    given = {name: told(played.outcome.result, name) for name in wanted}
    assert {name: given[name] for name in wanted if not fits(wanted[name], given[name])} == {}
    error = dict(recorded.get("error") or {})  # type: ignore[call-overload]
    given = {name: getattr(played.outcome.error, name) for name in error}
    assert {name: given[name] for name in error if not fits(error[name], given[name])} == {}
