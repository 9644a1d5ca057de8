"""SendGrid: permissions, mail, what it refuses, and what it tells afterwards."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from connectors.sandbox import Sandbox
from tests.contract.published import description, specs
from tests.sandbox.callers import Reply, SendgridCaller, until
from tests.sandbox.receiver import Receiver

ENVELOPE = {"to": [{"email": "kari@example.com"}]}


def fields(reply: Reply) -> list[str | None]:
    return [error["field"] for error in reply.json["errors"]]


def listen(sandbox: Sandbox, receiver: Receiver, **settings: Any) -> Any:
    """The public key that the events are signed with."""
    told = sandbox.control("POST", "sendgrid/webhook", {"url": receiver.url, **settings})
    return load_der_public_key(base64.b64decode(told["public_key"]))


def told(receiver: Receiver) -> list[str]:
    return [event["event"] for events in receiver.bodies() for event in events]


def test_a_mail_is_taken_over_and_kept(sandbox: Sandbox, sendgrid: SendgridCaller) -> None:
    reply = sendgrid.send()
    assert (reply.status, reply.body) == (202, b"")
    [mail] = sandbox.control("GET", "sendgrid/mails")["mails"]
    assert (mail["id"], mail["to"]) == (reply.headers["x-message-id"], "kari@example.com")
    assert (mail["reference"], mail["order_number"]) == ("1001-1", "1001")
    assert mail["content"][0]["value"] == "It is on its way."
    [entry] = sandbox.ledger(vendor="sendgrid")
    assert (entry["operation"], entry["reference"], entry["object"]) == ("notify", "1001", mail["id"])


def test_the_same_reference_sent_twice_shows_as_a_double(sandbox: Sandbox, sendgrid: SendgridCaller) -> None:
    sendgrid.send()
    sendgrid.send(reference="1001-2")
    assert sandbox.doubles() == []
    sendgrid.send()
    assert [double["rule"] for double in sandbox.doubles()] == ["executed more than once"]


def test_sandbox_mode_checks_and_sends_nothing(
    sandbox: Sandbox, sendgrid: SendgridCaller, receiver: Receiver
) -> None:
    listen(sandbox, receiver)
    mode = {"sandbox_mode": {"enable": True}}
    assert sendgrid.send(mail_settings=mode).status == 200
    assert sendgrid.send(mail_settings=mode, subject=None).status == 400
    assert sendgrid.send(mail_settings={"sandbox_mode": {"enable": "true"}}).status == 400
    assert sandbox.ledger() == []
    sendgrid.send()
    until(lambda: receiver.received)
    assert told(receiver) == ["processed", "delivered"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"personalizations": []}, None),
        ({"personalizations": [{"custom_args": {}}]}, "personalizations.0.to"),
        ({"to": "kari(at)example.com"}, "personalizations.0.to.0.email"),
        ({"from": {"name": "Shop"}}, "from.email"),
        ({"reply_to": {"email": "nobody"}}, "reply_to.email"),
        ({"subject": None}, "subject"),
        ({"content": None}, "content"),
        ({"content": [{"type": "text/plain", "value": ""}]}, "content.0.value"),
        ({"content": [{"type": kind, "value": "x"} for kind in ("text/html", "text/plain")]}, "content"),
        ({"attachments": [{"content": "not base64!", "filename": "a.pdf"}]}, "attachments.0.content"),
        ({"attachments": [{"content": "QQ=="}]}, "attachments.0.filename"),
        ({"colour": "red"}, "colour"),
        ({"personalizations": [{**ENVELOPE, "custom_args": {"n": 1}}]}, "personalizations.0.custom_args"),
        (
            {"personalizations": [{**ENVELOPE, "custom_args": {"n": "1" * 10_000}}]},
            "personalizations.0.custom_args",
        ),
        ({"personalizations": [7]}, None),
    ],
)
def test_a_mail_with_a_fault_is_refused_by_field(
    sandbox: Sandbox, sendgrid: SendgridCaller, changes: dict[str, Any], field: str | None
) -> None:
    reply = sendgrid.send(**changes)
    assert (reply.status, fields(reply)) == (400, [field])
    assert sandbox.ledger() == []


def test_a_template_brings_its_own_words(sandbox: Sandbox, sendgrid: SendgridCaller) -> None:
    assert sendgrid.send(template_id="d-1", subject=None, content=None).status == 202


def test_who_may_not_send(sandbox: Sandbox, sendgrid: SendgridCaller) -> None:
    assert SendgridCaller(sandbox, "no key").send().status == 401
    sandbox.control("POST", "sendgrid/account", {"senders": ["other@shop.example"]})
    assert (sendgrid.send().status, fields(sendgrid.send())) == (403, ["from"])
    sandbox.control("POST", "sendgrid/account", {"senders": [], "scopes": ["templates.read"]})
    assert sendgrid.send().status == 403
    assert sendgrid.call("GET", "/sendgrid/v3/scopes", None, sendgrid.headers).json == {
        "scopes": ["templates.read"]
    }
    assert sandbox.ledger() == []


def test_calls_of_another_shape(sandbox: Sandbox, sendgrid: SendgridCaller) -> None:
    assert sendgrid.post(b"{").status == 400
    assert sendgrid.post([1]).status == 400
    assert sendgrid.post({}, **{"Content-Type": "text/plain"}).status == 415
    assert sendgrid.call("GET", "/sendgrid/v3/mail/send", None, sendgrid.headers).status == 405
    assert sendgrid.call("GET", "/sendgrid/v3/mails", None, sendgrid.headers).status == 404
    bare = {"Authorization": sendgrid.headers["Authorization"]}
    assert sendgrid.call("GET", "/sendgrid/v3/scopes", None, bare).status == 406


@pytest.mark.parametrize(
    ("to", "fate"),
    [
        ("kari@example.com", ["processed", "delivered"]),
        ("bounce+7@example.com", ["processed", "bounce"]),
        ("blocked@example.com", ["processed", "bounce"]),
        ("dropped@example.com", ["dropped"]),
        ("deferred@example.com", ["processed", "deferred", "delivered"]),
        ("spam@example.com", ["processed", "delivered", "spamreport"]),
    ],
)
def test_the_address_decides_what_becomes_of_a_mail(
    sandbox: Sandbox, sendgrid: SendgridCaller, receiver: Receiver, to: str, fate: list[str]
) -> None:
    listen(sandbox, receiver)
    message_id = sendgrid.send(to).headers["x-message-id"]
    until(lambda: receiver.received)
    assert told(receiver) == fate
    for event in receiver.bodies()[0]:
        assert (event["email"], event["crossdock_reference"]) == (to, "1001-1")
        assert event["sg_message_id"].startswith(f"{message_id}.")


def test_events_are_signed_over_time_and_raw_body(
    sandbox: Sandbox, sendgrid: SendgridCaller, receiver: Receiver
) -> None:
    key = listen(sandbox, receiver)
    sendgrid.send()
    until(lambda: receiver.received)
    [(headers, body)] = receiver.received
    stamp = headers["x-twilio-email-event-webhook-timestamp"].encode()
    signature = base64.b64decode(headers["x-twilio-email-event-webhook-signature"])
    key.verify(signature, stamp + body, ec.ECDSA(SHA256()))
    assert body.endswith(b"}]\r\n")
    assert body.count(b"\r\n") == 2


def test_events_repeat_and_wait_on_demand(
    sandbox: Sandbox, sendgrid: SendgridCaller, receiver: Receiver
) -> None:
    listen(sandbox, receiver, repeats=2, paused=True)
    sendgrid.send()
    assert receiver.received == []
    sandbox.control("POST", "sendgrid/webhook", {"paused": False})
    until(lambda: len(receiver.received) == 3)
    assert len({body for _, body in receiver.received}) == 1


def test_failed_deliveries_are_repeated_when_asked_for(
    sandbox: Sandbox, sendgrid: SendgridCaller, receiver: Receiver
) -> None:
    listen(sandbox, receiver, retries=1, wait_ms=1)
    receiver.statuses = [500]
    sendgrid.send()
    until(lambda: len(sandbox.control("GET", "sendgrid/deliveries")["deliveries"]) == 2)
    tried = sandbox.control("GET", "sendgrid/deliveries")["deliveries"]
    assert [(item["attempt"], item["status"], item["types"]) for item in tried] == [
        (1, 500, ["processed", "delivered"]),
        (2, 200, ["processed", "delivered"]),
    ]


def test_what_happens_later_is_told_when_asked_for(
    sandbox: Sandbox, sendgrid: SendgridCaller, receiver: Receiver
) -> None:
    message_id = sendgrid.send().headers["x-message-id"]
    listen(sandbox, receiver)
    sandbox.control("POST", f"sendgrid/tell/{message_id}", {"event": "click", "url": "https://shop.example"})
    until(lambda: receiver.received)
    assert told(receiver) == ["click"]
    with pytest.raises(ValueError, match="No mail has the id"):
        sandbox.control("POST", "sendgrid/tell/nobody", {"event": "open"})


@pytest.mark.skipif(
    not (specs() / "sendgrid.json").exists(), reason="set CROSSDOCK_SPECS to the descriptions' folder"
)
def test_answers_are_as_published(sandbox: Sandbox, sendgrid: SendgridCaller) -> None:
    judge = description("sendgrid.json")
    answers = [("POST", "/v3/mail/send", sendgrid.send(subject=None))]
    answers.append(("GET", "/v3/scopes", sendgrid.call("GET", "/sendgrid/v3/scopes", None, sendgrid.headers)))
    sandbox.faults(status=500)
    answers.append(("POST", "/v3/mail/send", sendgrid.send()))
    for method, path, reply in answers:
        assert judge.answer_problems(method, path, reply.status, json.loads(reply.body)) == []
