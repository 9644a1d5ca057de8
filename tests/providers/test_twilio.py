"""Twilio: what only this vendor does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from connectors import inbox, webhooks
from connectors.calls import CallContext, CallSpec, Ending, Prepared
from connectors.client import EgressPolicy, Ports, open_door
from connectors.contracts.base import Inbound
from connectors.contracts.notification import Notifier
from connectors.effects import execute_now
from connectors.errors import BadSignature, Misconfigured, ProviderError, Rejected, RetryLater
from connectors.models import InboundWebhook
from connectors.providers.twilio import Twilio
from connectors.providers.twilio.signature import TwilioSignature
from connectors.sandbox import Sandbox, start
from connectors.schema import SettingsError
from tenants.scoping import tenant_scope
from tenants.secret_value import SecretValue
from tests.contract.bench import connector, secrets_in
from tests.contract.fixtures import fixture
from tests.contract.scenarios.notification import message
from tests.factories.connectors import publish_connector
from tests.factories.tenants import TenantFactory
from tests.providers.asking import Asked, ask
from tests.sandbox.callers import until
from tests.sandbox.receiver import Receiver

FILLED = fixture("twilio")["connector"]
SMS = replace(message({}), to="+4790000001", channel="sms")
TAKEN = (201, {"sid": "SM1", "status": "queued"})
SERVICE = "MG" + "0123456789abcdef" * 2


def values(**given: Any) -> Any:
    columns = {**FILLED["columns"], **{name: given.pop(name) for name in ("username",) if name in given}}
    return Twilio.settings.compile(columns, {**FILLED["properties"], **given})


def send(*answers: Any, given: Any = SMS, **options: Any) -> Asked:
    return ask("twilio", "send_message", given, *(answers or [TAKEN]), **options)


def test_the_callback_brings_our_reference_back() -> None:
    asked = send(public_url="https://hub.example/webhooks/t/")
    assert asked.bodies[0]["StatusCallback"] == "https://hub.example/webhooks/t/?reference=100234-9"


def test_a_messaging_service_chooses_the_sender() -> None:
    [body] = send(values=values(Sender=SERVICE)).bodies
    assert body["MessagingServiceSid"] == SERVICE and "From" not in body


def test_is_test_sends_to_the_test_number_only() -> None:
    [body] = send(is_test=True, values=values(TestNumber="+47 900 00 009")).bodies
    assert body["To"] == "+4790000009"
    assert isinstance(send(is_test=True).error, Misconfigured)


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"text": "  "}, "has no text"),
        ({"text": "a" * 1601}, "1601 characters"),
        ({"to": "kari"}, "no phone number"),
    ],
)
def test_what_cannot_be_sent_is_refused_before_it_costs_anything(changed: dict[str, str], text: str) -> None:
    asked = send(given=replace(SMS, **changed))  # type: ignore[arg-type]
    assert isinstance(asked.error, Rejected) and text in asked.error.message
    assert asked.sent == []


@pytest.mark.parametrize(
    ("name", "bad"),
    [("Sender", "NordStore of Oslo"), ("Sender", "MG12345678901"), ("Sender", "€"), ("username", "SK1")],
)
def test_settings_that_twilio_would_refuse(name: str, bad: str) -> None:
    with pytest.raises(SettingsError, match="must be"):
        values(**{name: bad})


@pytest.mark.parametrize(
    ("status", "code", "kind", "text"),
    [
        (401, 20003, Misconfigured, "correct Account SID and Auth Token"),
        (400, 21408, Misconfigured, "Geo permissions"),
        (400, 21606, Misconfigured, "correct Sender"),
        (400, 21610, Rejected, "answered STOP"),
        (429, 20429, RetryLater, "Refused"),
        (400, 99999, Rejected, "Refused"),
    ],
)
def test_what_the_codes_mean(status: int, code: int, kind: type[ProviderError], text: str) -> None:
    error = send((status, {"code": code, "message": "Refused", "status": status})).error
    assert type(error) is kind and error.code == str(code) and text in error.message


def test_an_answer_without_a_sid_is_no_success() -> None:
    assert send((201, {"status": "queued"})).outcome.ending is Ending.UNKNOWN


@pytest.mark.parametrize(
    "url", ["https://mycompany.com/myapp.php?foo=1&bar=2", "https://mycompany.com:443/myapp.php?foo=1&bar=2"]
)
def test_a_published_signature_fits_with_and_without_port(url: str) -> None:
    """The example of Twilio's documentation and libraries, whose signature is over the address without port."""
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+12349013030",
        "Digits": "1234",
        "From": "+12349013030",
        "To": "+18005551212",
    }
    headers = {"x-twilio-signature": "0/KCTR6DLpKmkAf8muzZqo1nDgQ="}
    inbound = Inbound("POST", url, headers, urlencode(form).encode(), 0)
    scheme = TwilioSignature(key="auth_token")
    scheme.verify(inbound, [SecretValue("12345")], 0)
    for other in (url.replace("foo=1", "foo=2"), url.replace("https", "http")):
        with pytest.raises(BadSignature):
            scheme.verify(replace(inbound, url=other), [SecretValue("12345")], 0)


def test_bytes_that_are_no_form_are_refused() -> None:
    inbound = Inbound("POST", "https://hub.example/", {"x-twilio-signature": "x"}, b"\xff=1", 0)
    with pytest.raises(BadSignature, match="no form"):
        TwilioSignature(key="auth_token").verify(inbound, [SecretValue("12345")], 0)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with start() as running:
        yield running


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.close()


@pytest.mark.django_db
def test_callbacks_come_twice_and_count_once(
    sandbox: Sandbox, receiver: Receiver, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "_handlers", [])
    seen: list[Any] = []
    webhooks.register_handler(Notifier, lambda connector, event: seen.append(event))
    settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1:{sandbox.port}"]
    settings.CROSSDOCK_PUBLIC_URL = receiver.url.partition("/hooks")[0]
    config = publish_connector(
        TenantFactory(),
        "twilio",
        host=f"{sandbox.url}/twilio",
        properties=FILLED["properties"],
        **FILLED["columns"],
    )
    sandbox.control("POST", "twilio/callbacks", {"repeats": 1})
    off = replace(SMS, to="+4790000403")
    spec = CallSpec(connector=config, operation="send_message", subject="order:1", request=off)
    [outcome] = execute_now([spec], origin="step:1")
    until(lambda: len(receiver.received) == 4)

    path = f"{config.public_url.removeprefix(settings.CROSSDOCK_PUBLIC_URL)}?reference={SMS.reference}"
    for headers, body in receiver.received:
        signature = {"X-Twilio-Signature": headers["x-twilio-signature"]}
        answer = Client().post(path, body, content_type=headers["content-type"], headers=signature)
        assert answer.status_code == 200
        assert Client().post(path, body, content_type=headers["content-type"]).status_code == 401
    with tenant_scope(config.tenant_id):
        assert {row.duplicates for row in InboundWebhook.objects.all()} == {1}
    inbox.work_off_due()
    assert [str(event.data["state"]) for event in seen] == ["sent", "failed"]
    assert {(event.reference, event.provider_id) for event in seen} == {
        (SMS.reference, outcome.result.message_id)  # type: ignore[union-attr]
    }


@pytest.mark.parametrize(("token", "passes"), [(FILLED["columns"]["password"], True), ("another", False)])
def test_the_account_answers_only_to_its_token(sandbox: Sandbox, token: str, passes: bool) -> None:
    sandbox.control("POST", "twilio/account", {"sid": FILLED["columns"]["username"], "token": token})
    config = connector("twilio", host=f"{sandbox.url}/twilio")
    spec = CallSpec(connector=config, operation="test_connection", subject="", request=None, write=False)
    events: list[Any] = []
    ports = Ports(events=events.append, egress=EgressPolicy.parse([f"127.0.0.1:{sandbox.port}"]))
    provider = Twilio(config, open_door(config, ports, Prepared(spec=spec, context=CallContext()), None))
    if passes:
        assert Twilio.account_of(provider.test_connection()) == "Sandbox"
    else:
        with pytest.raises(Misconfigured, match="correct Account SID and Auth Token"):
            provider.test_connection()
    assert secrets_in(events, "twilio") == []
