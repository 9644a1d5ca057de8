"""Scenarios of the contract of webhook registration."""

from __future__ import annotations

from connectors import registry
from connectors.calls import Outcome
from connectors.contracts.webhooks import WebhookRequest, WebhookState
from tests.contract.scenarios.base import Given, Scenario, succeeded

ADDRESS = "https://hub.nordstore.example/webhooks/9f0c2b7d41/"


def address(given: Given) -> WebhookRequest:
    return WebhookRequest(url=ADDRESS)


def registered(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result.state is WebhookState.ACTIVE
    assert outcome.result.external_id
    told = getattr(registry.get(outcome.prepared.spec.connector.slug), "webhook_setting", "")
    assert bool(outcome.result.secret) == bool(told), "a secret is told where a setting takes it"
    assert outcome.result.note == ""


def standing(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result.state is WebhookState.ACTIVE
    assert outcome.result.external_id
    assert outcome.result.secret is None


def missing(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result.state is WebhookState.MISSING


_READ = {"operation": "check_webhook", "build": address, "write": False}
_WRITE = {"operation": "register_webhook", "build": address, "expect": registered}
SCENARIOS = (
    Scenario(name="register webhook", **_WRITE),
    Scenario(name="register webhook again", **_WRITE),
    Scenario(name="webhook standing", expect=standing, **_READ),
    Scenario(name="webhook missing", expect=missing, **_READ),
)
