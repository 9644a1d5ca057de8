"""The vendors' own word: what we send, and what our fixtures let them answer, against their published descriptions.

The descriptions are not part of this project. They are read from $CROSSDOCK_SPECS where they are at hand. Where one is
wrong, tests/providers/<slug>_published.py says so: EXCEPTIONS, a regular expression for the objections and the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlencode

import pytest

from connectors import registry
from tests.contract.bench import play
from tests.contract.fixtures import fixture
from tests.contract.published import description, specs
from tests.contract.scenarios import scenarios_of
from tests.contract.scenarios.base import Scenario
from tests.contract.test_webhooks import reader
from tests.faultserver import Received

pytestmark = pytest.mark.thorough


def exceptions(slug: str) -> Mapping[str, str]:
    module = f"tests.providers.{slug.replace('-', '_')}_published"
    return import_module(module).EXCEPTIONS if find_spec(module) else {}


JUDGED = [slug for slug in registry.all() if fixture(slug).get("published")]
CASES = [
    pytest.param(slug, scenario, id=f"{slug}-{scenario.name}")
    for slug in JUDGED
    for scenario in scenarios_of(registry.get(slug))
]


def names(slug: str) -> list[str]:
    """The descriptions of an implementation; skips the test where they are not at hand."""
    wanted: list[str] = fixture(slug)["published"]
    for name in wanted:
        if not (specs() / name).exists():
            pytest.skip(f"the vendor's description {name} is not at hand; set CROSSDOCK_SPECS to its folder")
    return wanted


@pytest.mark.parametrize(("slug", "scenario"), CASES)
def test_requests_are_as_published(slug: str, scenario: Scenario) -> None:
    known = names(slug)
    played = play(slug, scenario)
    assert played.requests
    for request in played.requests:
        assert _objections(slug, known, lambda name: description(name).request_problems(request)) == []  # noqa: B023


@pytest.mark.parametrize("slug", JUDGED)
def test_check_request_is_as_published(slug: str) -> None:
    implementation, provider = registry.get(slug), reader(slug)
    method, path = implementation.check or ("", "")
    sent, key = provider.check_body(), provider.auth.query(provider.values) if provider.auth else {}
    body = b"" if sent is None else json.dumps(sent).encode()
    asked = f"{path}?{urlencode(key)}" if key else path
    kind = implementation.headers.get("Content-Type", "application/json")
    request = Received(method, asked, {"content-type": kind}, body, 1)
    assert _objections(slug, names(slug), lambda name: description(name).request_problems(request)) == []


@pytest.mark.parametrize(("slug", "scenario"), CASES)
def test_recorded_answers_are_as_published(slug: str, scenario: Scenario) -> None:
    """Except where the scenario is about something that the vendor does not publish."""
    if scenario.name.startswith("unknown"):
        pytest.skip("about a word that the vendor does not know yet")
    for exchange in fixture(slug)["scenarios"][scenario.name]["exchanges"]:
        if "body" in exchange["answer"]:
            assert _objections(slug, names(slug), lambda name: _answered(name, exchange)) == []  # noqa: B023


@pytest.mark.parametrize("slug", [slug for slug in JUDGED if exceptions(slug)])
def test_every_exception_is_needed(slug: str) -> None:
    said = [
        text for scenario in scenarios_of(registry.get(slug)) for text in _everything_said(slug, scenario)
    ]
    unused = [pattern for pattern in exceptions(slug) if not any(re.search(pattern, text) for text in said)]
    assert unused == []


def test_the_judge_objects() -> None:
    """A judge that finds nothing wrong proves nothing."""
    if not (specs() / "stripe.json").exists():
        pytest.skip("the vendor's description stripe.json is not at hand; set CROSSDOCK_SPECS to its folder")
    judge = description("stripe.json")
    form = {"content-type": "application/x-www-form-urlencoded"}
    good = b"amount=100&currency=nok&metadata[reference]=1&automatic_payment_methods[enabled]=true"
    assert judge.request_problems(Received("POST", "/v1/payment_intents", form, good, 1)) == []
    for wrong in (
        b"amount=100",
        b"amount=1.5&currency=nok",
        b"amount=100&currency=nok&colour=red",
        b"amount=100&currency=nok&automatic_payment_methods[enabled]=yes",
        b"amount=100&currency=nok&automatic_payment_methods[on]=true",
        b"amount=100&currency=nok&capture_method=later",
        b"amount=100&currency=nok&payment_method_types[1]=card",
        b"amount=100&currency=nok&metadata=1",
    ):
        assert judge.request_problems(Received("POST", "/v1/payment_intents", form, wrong, 1)) != [], wrong
    for method, path in (
        ("GET", "/v1/payment_intents?page=2"),
        ("GET", "/v1/payment_intents?limit=ten"),
        ("GET", "/v1/payments"),
        ("PATCH", "/v1/payment_intents"),
        ("POST", "/v1/payment_intents"),
    ):
        assert judge.request_problems(Received(method, path, {}, b"", 1)) != [], path


def _everything_said(slug: str, scenario: Scenario) -> list[str]:
    exchanges, requests = (
        fixture(slug)["scenarios"][scenario.name]["exchanges"],
        play(slug, scenario).requests,
    )
    return [
        text
        for name in names(slug)
        for texts in (
            *(description(name).request_problems(request) for request in requests),
            *(_answered(name, exchange) for exchange in exchanges if "body" in exchange["answer"]),
        )
        for text in texts
    ]


def _answered(name: str, exchange: Mapping[str, Any]) -> list[str]:
    answer, request = exchange["answer"], exchange["request"]
    try:
        return description(name).answer_problems(
            request["method"], request["path"], answer.get("status", 200), answer["body"]
        )
    except LookupError as error:
        return [str(error)]


def _objections(slug: str, known: list[str], judge: Callable[[str], list[str]]) -> list[str]:
    """A vendor may publish several descriptions: one of them has to fit."""
    forgiven = list(exceptions(slug))
    problems = (
        [text for text in judge(name) if not any(re.search(p, text) for p in forgiven)] for name in known
    )
    return min(problems, key=len)
