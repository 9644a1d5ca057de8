"""Scenarios of the validation contract."""

from __future__ import annotations

from connectors.calls import Outcome
from connectors.contracts.validation import ValidationRequest
from tests.contract.scenarios.base import ORDER, Given, Scenario, succeeded


def question(given: Given) -> ValidationRequest:
    return ValidationRequest(order=ORDER, **given)


def passed(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result.passed


def blocked(outcome: Outcome) -> None:
    succeeded(outcome)
    assert not outcome.result.passed
    assert all(finding.message for finding in outcome.result.errors)


def warned(outcome: Outcome) -> None:
    passed(outcome)
    assert outcome.result.warnings


SCENARIOS = (
    Scenario(name="valid", operation="validate", build=question, expect=passed, write=False),
    Scenario(name="invalid", operation="validate", build=question, expect=blocked, write=False),
    Scenario(name="valid with warnings", operation="validate", build=question, expect=warned, write=False),
)
