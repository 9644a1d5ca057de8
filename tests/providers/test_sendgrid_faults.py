"""SendGrid on a bad line: whatever goes wrong, no mail is sent twice, and none counts as sent that may not have been."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.client import EgressPolicy, Ports
from connectors.effects import execute_now
from connectors.models import Effect
from connectors.sandbox import Sandbox, start
from connectors.traffic.sharing import shared
from tenants.scoping import tenant_scope
from tests.contract.bench import connector, secrets_in
from tests.contract.fixtures import fixture
from tests.contract.scenarios.notification import message
from tests.factories.connectors import publish_connector
from tests.factories.tenants import TenantFactory
from tests.idle import Idle

READ_MS = 200


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with start() as running:
        yield running


def call(sandbox: Sandbox, **prepared: Any) -> tuple[Outcome, list[Any]]:
    config = connector("sendgrid", host=f"{sandbox.url}/sendgrid", timeout_ms=READ_MS)
    spec = CallSpec(connector=config, operation="send_message", subject="order:1", request=message({}))
    events: list[Any] = []
    egress = EgressPolicy.parse([f"127.0.0.1:{sandbox.port}"])
    idle = Idle()
    ports = Ports(events=events.append, sleep=idle.sleep, egress=egress, gates=idle.gates)
    made = Prepared(spec=spec, context=CallContext(), deadline_s=5, **prepared)
    return perform(made, ports), events


@pytest.mark.parametrize(
    ("fault", "ending", "mails", "tries"),
    [
        ({}, Ending.SUCCEEDED, 1, 1),
        ({"hang_before": True}, Ending.UNKNOWN, 0, 1),
        ({"hang_after": True}, Ending.UNKNOWN, 1, 1),
        ({"drop_before": True}, Ending.UNKNOWN, 0, 1),
        ({"drop_after": True}, Ending.UNKNOWN, 1, 1),
        ({"status": 500}, Ending.UNKNOWN, 0, 1),
        ({"status": 503}, Ending.UNKNOWN, 0, 1),
        ({"status_after_effect": 500}, Ending.UNKNOWN, 1, 1),
        ({"status_after_effect": 502}, Ending.UNKNOWN, 1, 1),
        ({"html": True}, Ending.UNKNOWN, 1, 1),
        ({"text": '{"errors": ['}, Ending.UNKNOWN, 1, 1),
        ({"text": "[]", "truncated": True}, Ending.UNKNOWN, 1, 1),
        ({"status": 413}, Ending.FAILED, 0, 1),
        ({"status": 429}, Ending.SUCCEEDED, 1, 2),
        ({"status": 429, "times": None}, Ending.RETRY, 0, 3),
        ({"status": 429, "retry_after": 3600}, Ending.RETRY, 0, 1),
    ],
    ids=str,
)
def test_one_call(sandbox: Sandbox, fault: dict[str, Any], ending: Ending, mails: int, tries: int) -> None:
    if fault:
        sandbox.faults(vendor="sendgrid", **fault)
    outcome, events = call(sandbox)
    assert outcome.ending is ending
    assert len(sandbox.ledger(vendor="sendgrid")) == mails
    assert len(events) == tries
    assert sandbox.doubles() == []
    assert secrets_in(events, "sendgrid") == []
    assert outcome.error is None or " " in outcome.message


@pytest.mark.parametrize("fault", [{"drop_before": True}, {"drop_after": True}, {"status": 500}], ids=str)
@pytest.mark.django_db(transaction=True)
def test_a_lost_answer_is_left_to_a_person_and_never_sent_again(
    sandbox: Sandbox, settings: Any, fault: dict[str, Any]
) -> None:
    settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1:{sandbox.port}"]
    config = published(sandbox)
    spec = CallSpec(connector=config, operation="send_message", subject="order:1", request=message({}))
    sandbox.faults(vendor="sendgrid", **fault)

    endings = [execute_now([spec], origin="step:1")[0].ending for _ in range(3)]  # type: ignore[union-attr]

    assert endings == [Ending.UNKNOWN] * 3
    assert len(sandbox.calls("sendgrid")) == 1
    assert sandbox.doubles() == []
    with tenant_scope(config.tenant_id):
        effect = Effect.objects.get()
    assert (effect.state, effect.needs_person) == ("unknown", True)
    assert "Check there" in effect.error_message


@pytest.mark.django_db(transaction=True)
def test_what_was_surely_not_sent_is_sent_later_and_once(sandbox: Sandbox, settings: Any) -> None:
    settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1:{sandbox.port}"]
    config = published(sandbox)
    spec = CallSpec(connector=config, operation="send_message", subject="order:1", request=message({}))
    sandbox.faults(vendor="sendgrid", status=429, retry_after=3600)

    first = execute_now([spec], origin="step:1")[0]
    held = execute_now([spec], origin="step:1")[0]
    shared().gates.forget()  # an hour later
    again = [execute_now([spec], origin="step:1")[0] for _ in range(2)]

    [mail] = sandbox.control("GET", "sendgrid/mails")["mails"]
    assert first.ending is held.ending is Ending.RETRY  # type: ignore[union-attr]
    assert again[0].result.message_id == mail["id"]  # type: ignore[union-attr]
    assert again[1].reference == mail["id"]  # type: ignore[union-attr]
    assert len(sandbox.ledger(vendor="sendgrid")) == 1


def published(sandbox: Sandbox) -> Any:
    filled = fixture("sendgrid")["connector"]
    return publish_connector(
        TenantFactory(),
        "sendgrid",
        host=f"{sandbox.url}/sendgrid",
        properties=filled["properties"],
        **filled["columns"],
    )
