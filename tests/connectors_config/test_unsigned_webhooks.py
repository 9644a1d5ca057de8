"""Webhooks of a vendor that signs nothing: the address lets in, the vendor's own word decides."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from connectors import inbox, registry, webhooks
from connectors.contracts.base import Inbound
from connectors.contracts.common import WebhookEvent
from connectors.errors import BadSignature
from connectors.models import InboundWebhook
from connectors.signing import FixedHeader, Unsigned
from eventlog.models import Event
from tenants.secret_value import SecretValue
from tests.connectors_config.acme import Acme
from tests.connectors_config.conftest import TOKEN
from tests.factories.connectors import publish_connector
from tests.providers.asking import Says


class Openhanded(Acme):
    slug, label, names, aliases = "openhanded", "Openhanded Pay", ("Openhanded",), ()
    webhook = Unsigned()

    def confirm(self, event: WebhookEvent) -> list[WebhookEvent]:
        told = self.get(f"/payments/{event.provider_id}")
        return [replace(event, type=told["state"])]


class Stage:
    """`vendor` gives these answers in turn, `seen` is what the handler got."""

    def __init__(self, tenant, settings, vendor: Says) -> None:
        settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1:{vendor.port}"]
        self.vendor = vendor
        self.seen: list[str] = []
        config = publish_connector(tenant, "openhanded", host=vendor.url, bearer_token=TOKEN)
        self.path = config.public_url.removeprefix("http://testserver")
        webhooks.register_handler(Openhanded, lambda connector, event: self.seen.append(event.type))

    def post(self, event_id: str = "evt_1", path: str = "") -> int:
        event = {"id": event_id, "type": "payment.captured", "payment": "pay_1"}
        body = json.dumps({"events": [event]})
        return Client().post(path or self.path, body, content_type="application/json").status_code


@pytest.fixture
def stage(tenant, settings, monkeypatch):
    monkeypatch.setattr(inbox, "_handlers", [])
    answers = (404, {}), (200, {"state": "payment.refused"})
    with registry.registered(Openhanded), Says(*answers) as vendor:
        yield Stage(tenant, settings, vendor)


def test_what_is_posted_is_a_hint_and_the_vendor_is_asked(stage):
    stage.vendor.steps = stage.vendor.steps[-1:]
    assert [stage.post(), stage.post()] == [200, 200]
    assert stage.vendor.requests == []
    inbox.work_off_due()
    assert stage.seen == ["payment.refused"]
    assert [request.path for request in stage.vendor.requests] == ["/payments/pay_1"]
    assert Event.objects.filter(operation="confirm").count() == 1


def test_while_the_vendor_cannot_be_asked_nothing_is_believed(stage):
    stage.post()
    inbox.work_off_due()
    row = InboundWebhook.objects.get()
    assert (row.state, row.attempts, stage.seen) == ("received", 1, [])
    assert row.error.startswith("Rejected")
    InboundWebhook.objects.update(next_try_at=timezone.now())
    inbox.work_off_due()
    assert stage.seen == ["payment.refused"]


def test_another_address_is_none(stage):
    assert stage.post(path=f"{stage.path[:-2]}x/") == 404
    assert not InboundWebhook.objects.exists()


def test_a_slow_vendor_is_left_for_the_next_turn(stage, monkeypatch):
    monkeypatch.setattr(inbox, "TURN_S", 0.0)
    stage.post()
    OrmQ.objects.all().delete()
    assert inbox.work_off_due() == 0
    assert OrmQ.objects.count() == 1


def test_the_sweeper_rings_for_what_nobody_took_up(stage, monkeypatch):
    monkeypatch.setattr(inbox, "_looked_at", -inbox.OVERLOOKED_AFTER)
    stage.post()
    OrmQ.objects.all().delete()
    assert not inbox.ring_for_overlooked(), "it has only just come"
    InboundWebhook.objects.update(next_try_at=timezone.now() - timedelta(minutes=1))
    assert not inbox.ring_for_overlooked(), "it looked a moment ago"
    monkeypatch.setattr(inbox, "_looked_at", -inbox.OVERLOOKED_AFTER)
    assert inbox.ring_for_overlooked()
    assert OrmQ.objects.count() == 1


def test_a_fixed_header_lets_in_whoever_has_the_secret():
    header = {"X-Door": "Bearer the-word"}
    guarded = FixedHeader(key="webhook_secret", header="X-Door", form="bearer")
    for given in ({}, {"x-door": "Bearer other"}, {"x-door": "the-word"}, {"x-door": "Bearer "}):
        inbound = Inbound(method="POST", url="", headers=given, body=b"", received_at=0)
        with pytest.raises(BadSignature):
            guarded.verify(inbound, [SecretValue("the-word")], 0)
    assert guarded.sign(b"", [SecretValue("the-word")], now=0) == header


@pytest.mark.parametrize("given", ["Basic !", "Basic b25lOg==", "Basic b25lOndyb25n", "Bearer the-word"])
def test_basic_credentials_are_compared_by_their_password(given):
    scheme, secret = FixedHeader(key="password", form="basic"), SecretValue("the-word")
    good = scheme.sign(b"", [secret], now=0)
    for text, fits in ((good["Authorization"], True), (given, False)):
        inbound = Inbound(
            method="POST", url="", headers={"authorization": text}, body=b"anything", received_at=0
        )
        if fits:
            scheme.verify(inbound, [SecretValue("former"), secret], 0)
        else:
            with pytest.raises(BadSignature):
                scheme.verify(inbound, [secret], 0)
