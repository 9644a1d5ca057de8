"""SendGrid as an administrator sets it up: tested, and told by signed posts what became of the mail."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from connectors import inbox, webhooks
from connectors.calls import CallContext, CallSpec, Prepared, perform
from connectors.client import EgressPolicy, Ports
from connectors.contracts.base import Inbound
from connectors.contracts.notification import Notifier
from connectors.errors import Misconfigured
from connectors.models import InboundWebhook
from connectors.providers.sendgrid import Sendgrid
from connectors.sandbox import Sandbox, start
from connectors.trial import check
from tenants.scoping import tenant_scope
from tenants.secret_value import SecretValue
from tests.contract.fixtures import fixture
from tests.contract.scenarios.notification import message
from tests.factories.connectors import publish_connector
from tests.factories.tenants import TenantFactory
from tests.sandbox.callers import until
from tests.sandbox.receiver import Receiver

KEY = "SG.nordStore7QmZr8sL.pV2xWc9TqB4nK6yHd1eUj3"


class Stage:
    """A published connector, the simulated vendor, and the public address that its events reach."""

    def __init__(self, sandbox: Sandbox, receiver: Receiver) -> None:
        self.sandbox, self.receiver = sandbox, receiver
        told = sandbox.control("POST", "sendgrid/webhook", {"url": receiver.url})
        given = {"From": "orders@nordstore.example", "WebhookPublicKey": told["public_key"]}
        self.config = publish_connector(
            TenantFactory(), "sendgrid", host=f"{sandbox.url}/sendgrid", bearer_token=KEY, properties=given
        )

    def send(self, to: str = "kari@example.com", **given: Any) -> str:
        """The id of the message, whose events have arrived."""
        before = len(self.receiver.received)
        request = message({"to": to, **given})
        spec = CallSpec(connector=self.config, operation="send_message", subject="it", request=request)
        egress = EgressPolicy.parse([f"127.0.0.1:{self.sandbox.port}"])
        outcome = perform(
            Prepared(spec=spec, context=CallContext(), deadline_s=10), Ports(events=[].append, egress=egress)
        )
        until(lambda: len(self.receiver.received) > before)
        return str(outcome.result.message_id)

    def forward(self, *, changed: bytes = b"") -> int:
        """Hand the newest post on to the connector's own address, as the vendor would have."""
        headers, body = self.receiver.received[-1]
        wanted = {name: value for name, value in headers.items() if name.startswith("x-twilio")}
        path = self.config.public_url.removeprefix("http://testserver")
        answer = Client().post(path, changed or body, content_type="application/json", headers=wanted)
        return answer.status_code

    def rows(self) -> list[InboundWebhook]:
        with tenant_scope(self.config.tenant_id):
            return list(InboundWebhook.objects.order_by("pk"))


@pytest.fixture
def stage(db: None, settings: Any) -> Iterator[Stage]:
    receiver = Receiver()
    with start() as sandbox:
        settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1:{sandbox.port}"]
        yield Stage(sandbox, receiver)
    receiver.close()


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    monkeypatch.setattr(inbox, "_handlers", [])
    seen: list[Any] = []
    webhooks.register_handler(Notifier, lambda connector, event: seen.append(event))
    return seen


def test_one_post_is_a_row_for_each_event_and_each_is_handled_once(stage: Stage, handled: list[Any]) -> None:
    message_id = stage.send()
    assert [stage.forward(), stage.forward()] == [200, 200]

    rows = stage.rows()
    assert [(row.event_type, row.duplicates) for row in rows] == [("processed", 1), ("delivered", 1)]
    assert [len(json.loads(bytes(row.body))) for row in rows] == [1, 1]
    assert not any("signature" in name for row in rows for name in row.headers)
    assert inbox.work_off_due() == 2
    assert [(str(event.data["state"]), event.reference, event.provider_id) for event in handled] == [
        ("sent", "100234-9", message_id),
        ("delivered", "100234-9", message_id),
    ]
    assert {row.state for row in stage.rows()} == {"done"}


def test_an_event_that_cannot_be_read_takes_no_other_with_it(stage: Stage, handled: list[Any]) -> None:
    stage.send()
    events = json.loads(stage.receiver.received[-1][1])
    body = json.dumps([{**events[0], "timestamp": "soon"}, "?", *events]).encode()
    with tenant_scope(stage.config.tenant_id):
        inbound = Inbound(method="POST", url="", headers={}, body=body, received_at=time.time())
        webhooks._store(stage.config, inbound, inbox.read(stage.config, inbound))
    assert [(row.event_type, row.state) for row in stage.rows()] == [
        ("", "failed"), ("", "failed"), ("processed", "received"), ("delivered", "received"),
    ]  # fmt: skip
    assert "could not convert" in stage.rows()[0].error and json.loads(bytes(stage.rows()[1].body)) == ["?"]
    assert inbox.work_off_due() == len(handled) == 2


def test_a_bounce_says_why(stage: Stage, handled: list[Any]) -> None:
    stage.send("bounce@example.com")
    stage.forward()
    inbox.work_off_due()
    assert [dict(event.data) for event in handled] == [
        {"state": "sent", "recipient": "bounce@example.com"},
        {"state": "failed", "recipient": "bounce@example.com", "reason": "550 5.1.1 no such mailbox"},
    ]


def test_a_changed_body_is_refused(stage: Stage) -> None:
    stage.send()
    body = stage.receiver.received[-1][1]
    for changed in (
        body.rstrip(),
        body.replace(b"delivered", b"bounce"),
        json.dumps(json.loads(body)).encode(),
    ):
        assert stage.forward(changed=changed) == 401
    assert stage.rows() == []


def test_events_of_another_connector_of_the_account_are_nobodys(stage: Stage, handled: list[Any]) -> None:
    """Both get all events of the account; a reference counts only where it was given."""
    stage.send()
    key = stage.sandbox.control("GET", "sendgrid/webhook")["public_key"]
    given = {"From": "other@nordstore.example", "WebhookPublicKey": key}
    stage.config = publish_connector(TenantFactory(), "sendgrid", bearer_token=KEY, properties=given)
    assert stage.forward() == 200
    inbox.work_off_due()
    assert {event.reference for event in handled} == {""}


def test_what_others_send_from_the_account_is_done_at_once(db: None) -> None:
    """A newsletter's events come by the hundred thousand, and none of its messages will ever be known here."""
    properties = fixture("sendgrid")["connector"]["properties"]
    config = publish_connector(TenantFactory(), "sendgrid", bearer_token=KEY, properties=properties)
    kinds = {
        "processed": {},
        "delivered": {},
        "open": {},
        "dropped": {"crossdock_connector": "other"},
        "bounce": {},
    }
    news = [
        {
            "event": kind,
            "sg_event_id": kind,
            "sg_message_id": "news.7",
            "email": "a@b.example",
            "timestamp": 1,
            **more,
        }
        for kind, more in kinds.items()
    ]
    body, key = json.dumps(news).encode(), SecretValue(fixture("sendgrid")["signs"])
    path = config.public_url.removeprefix("http://testserver")
    headers = Sendgrid.webhook.sign(body, [key], now=time.time())
    assert Client().post(path, body, content_type="application/json", headers=headers).status_code == 200
    inbox.work_off_due()
    with tenant_scope(config.tenant_id):
        states = dict(InboundWebhook.objects.values_list("event_type", "state"))
    assert states == {kind: "received" if kind == "bounce" else "done" for kind in kinds}


@pytest.mark.parametrize(("tolerance", "status"), [("", 401), ("86400", 200)])
def test_how_old_an_event_may_be_is_a_setting(db: None, tolerance: str, status: int) -> None:
    properties = {**fixture("sendgrid")["connector"]["properties"], "WebhookTolerance": tolerance}
    config = publish_connector(TenantFactory(), "sendgrid", bearer_token=KEY, properties=properties)
    body = json.dumps(fixture("sendgrid")["webhooks"][0]["body"]).encode()
    key, an_hour_ago = SecretValue(fixture("sendgrid")["signs"]), time.time() - 3600
    headers = Sendgrid.webhook.sign(body, [key], now=an_hour_ago)
    path = config.public_url.removeprefix("http://testserver")
    answer = Client().post(path, body, content_type="application/json", headers=headers)
    assert answer.status_code == status


@pytest.mark.django_db(transaction=True)
def test_the_test_button_looks_for_the_permission(stage: Stage) -> None:
    assert "mail.send" in check(stage.config)["scopes"]
    stage.sandbox.control("POST", "sendgrid/account", {"scopes": ["alerts.read"]})
    with pytest.raises(Misconfigured, match="Mail Send"):
        check(stage.config)
