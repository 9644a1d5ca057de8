"""LINK Mobility on a bad line, and its reports from the simulated gate to the address of the connector."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from connectors import inbox, webhooks
from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.client import EgressPolicy, Ports
from connectors.contracts.notification import MessageBatch, Notifier
from connectors.effects import execute_now
from connectors.models import Effect, InboundWebhook
from connectors.sandbox import Sandbox, start
from tenants.scoping import tenant_scope
from tests.contract.bench import connector, secrets_in
from tests.contract.fixtures import fixture
from tests.contract.scenarios.notification import message
from tests.factories.connectors import publish_connector
from tests.factories.tenants import TenantFactory
from tests.idle import Idle
from tests.sandbox.callers import until
from tests.sandbox.receiver import Receiver

FILLED = fixture("linkmobility")["connector"]
SMS = replace(message({}), to="+4790000001", channel="sms")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with start() as running:
        yield running


def call(sandbox: Sandbox, operation: str, request: Any) -> tuple[Outcome, list[Any]]:
    config = connector("linkmobility", host=f"{sandbox.url}/linkmobility", timeout_ms=200)
    spec = CallSpec(connector=config, operation=operation, subject="order:1", request=request)
    events: list[Any] = []
    idle = Idle()
    egress = EgressPolicy.parse([f"127.0.0.1:{sandbox.port}"])
    ports = Ports(events=events.append, sleep=idle.sleep, egress=egress, gates=idle.gates)
    return perform(Prepared(spec=spec, context=CallContext(), deadline_s=5), ports), events


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("fault", "ending", "sent", "tries"),
    [
        ({}, Ending.SUCCEEDED, 1, 1),
        ({"hang_before": True}, Ending.UNKNOWN, 0, 1),
        ({"hang_after": True}, Ending.UNKNOWN, 1, 1),
        ({"drop_after": True}, Ending.UNKNOWN, 1, 1),
        ({"status": 503}, Ending.UNKNOWN, 0, 1),
        ({"status_after_effect": 502}, Ending.UNKNOWN, 1, 1),
        ({"html": True}, Ending.UNKNOWN, 1, 1),
        ({"text": '{"resultCode": 1005'}, Ending.UNKNOWN, 1, 1),
        ({"text": '{"resultCode": 2105}'}, Ending.FAILED, 1, 1),
        ({"status": 429}, Ending.SUCCEEDED, 1, 2),
        ({"status": 403}, Ending.FAILED, 0, 1),
    ],
    ids=str,
)
@pytest.mark.parametrize("operation", ["send_message", "send_messages"])
def test_one_call(
    sandbox: Sandbox, operation: str, fault: dict[str, Any], ending: Ending, sent: int, tries: int
) -> None:
    if fault:
        sandbox.faults(vendor="linkmobility", **fault)
    if operation == "send_messages" and "2105" in str(fault):
        ending = Ending.UNKNOWN
    request = SMS if operation == "send_message" else MessageBatch(messages=(SMS,))
    outcome, events = call(sandbox, operation, request)
    assert outcome.ending is ending
    assert len(sandbox.ledger(vendor="linkmobility")) == sent
    assert len(events) == tries
    assert sandbox.doubles() == []
    assert secrets_in(events, "linkmobility") == []


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_a_lost_answer_is_left_to_a_person_and_never_sent_again(sandbox: Sandbox, settings: Any) -> None:
    settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1:{sandbox.port}"]
    config = published(sandbox)
    spec = CallSpec(connector=config, operation="send_message", subject="order:1", request=SMS)
    sandbox.faults(vendor="linkmobility", drop_after=True)
    endings = [execute_now([spec], origin="step:1")[0].ending for _ in range(2)]  # type: ignore[union-attr]
    assert endings == [Ending.UNKNOWN] * 2
    assert len(sandbox.calls("linkmobility")) == 1
    with tenant_scope(config.tenant_id):
        effect = Effect.objects.get()
    assert (effect.state, effect.needs_person) == ("unknown", True)


@pytest.mark.django_db
def test_reports_come_twice_and_count_once(
    sandbox: Sandbox, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "_handlers", [])
    seen: list[Any] = []
    webhooks.register_handler(Notifier, lambda connector, event: seen.append(event))
    settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1:{sandbox.port}"]
    config, receiver = published(sandbox), Receiver()
    sandbox.control("POST", "linkmobility/reports", {"url": receiver.url, "repeats": 1})
    outcome, _ = call(sandbox, "send_message", replace(SMS, to="+4790000404"))
    until(lambda: len(receiver.received) == 2)
    receiver.close()

    path = config.public_url.removeprefix("http://testserver")
    for _, body in receiver.received:
        assert Client().post(path, body, content_type="application/json").status_code == 200
    with tenant_scope(config.tenant_id):
        assert InboundWebhook.objects.get().duplicates == 1
    inbox.work_off_due()
    [event] = seen
    assert (str(event.data["state"]), event.reference) == ("failed", SMS.reference)
    assert event.provider_id == outcome.result.message_id == json.loads(receiver.received[0][1])["id"]


def published(sandbox: Sandbox) -> Any:
    return publish_connector(
        TenantFactory(),
        "linkmobility",
        host=f"{sandbox.url}/linkmobility",
        properties=FILLED["properties"],
        **FILLED["columns"],
    )
