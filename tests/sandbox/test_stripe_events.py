"""Events, and their signed delivery to webhook endpoints."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from connectors.sandbox import Sandbox
from tests.sandbox.callers import StripeCaller, until
from tests.sandbox.receiver import Receiver


def types(receiver: Receiver) -> list[str]:
    return [body["type"] for body in receiver.bodies()]


def endpoint(stripe: StripeCaller, url: str, *events: str) -> dict[str, Any]:
    listed = {f"enabled_events[{index}]": event for index, event in enumerate(events or ("*",))}
    reply = stripe.post("webhook_endpoints", {"url": url, "api_version": "2022-11-15", **listed})
    assert reply.status == 200, reply.body
    return reply.json


def test_what_happens_is_told_in_order_and_signed(stripe: StripeCaller, receiver: Receiver) -> None:
    secret = endpoint(stripe, receiver.url)["secret"]
    intent = stripe.authorized()
    stripe.post(f"payment_intents/{intent}/capture", {"amount_to_capture": 4_000}, "k1")
    stripe.post("refunds", {"payment_intent": intent})
    expected = [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
        "refund.created",
        "charge.refunded",
    ]
    until(lambda: len(receiver.received) == len(expected))
    assert types(receiver) == expected
    for headers, body in receiver.received:
        stamp, given = (part.split("=", 1)[1] for part in headers["stripe-signature"].split(","))
        assert given == hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    succeeded = json.loads(receiver.received[4][1])
    assert succeeded["data"]["object"]["amount_received"] == 4_000
    assert (succeeded["livemode"], succeeded["request"]["idempotency_key"]) == (False, "k1")


def test_an_event_shows_the_object_as_it_was(stripe: StripeCaller) -> None:
    intent = stripe.authorized()
    stripe.post(f"payment_intents/{intent}/capture")
    events = stripe.get("events", type="payment_intent.created").json["data"]
    assert [event["data"]["object"]["status"] for event in events] == ["requires_confirmation"]
    assert stripe.get(f"events/{events[0]['id']}").json == events[0]
    assert stripe.get("events/evt_nobody").status == 404


@pytest.mark.parametrize(
    ("params", "kind"),
    [
        ({"payment_method": "pm_card_chargeDeclined"}, "payment_intent.payment_failed"),
        ({"payment_method": "pm_card_authenticationRequired"}, "payment_intent.requires_action"),
    ],
)
def test_trouble_is_told_too(stripe: StripeCaller, params: dict[str, str], kind: str) -> None:
    stripe.authorize(**params)
    assert len(stripe.get("events", type=kind).json["data"]) == 1


def test_canceled_lapsed_and_expired_are_told(sandbox: Sandbox, stripe: StripeCaller) -> None:
    stripe.post(f"payment_intents/{stripe.authorized('r1')}/cancel")
    sandbox.control("POST", f"stripe/lapse/{stripe.authorized('r2')}")
    assert len(stripe.get("events", type="payment_intent.canceled").json["data"]) == 2
    assert len(stripe.get("events", type="charge.expired").json["data"]) == 1


def test_only_enabled_events_of_the_account_are_sent(
    sandbox: Sandbox, stripe: StripeCaller, receiver: Receiver
) -> None:
    endpoint(stripe, receiver.url, "payment_intent.succeeded", "charge.refunded")
    StripeCaller(sandbox, "sk_test_other_1").authorize(capture_method="automatic")
    stripe.authorize(capture_method="automatic")
    until(lambda: receiver.received)
    assert types(receiver) == ["payment_intent.succeeded"]


def test_failed_deliveries_are_repeated_when_asked_for(
    sandbox: Sandbox, stripe: StripeCaller, receiver: Receiver
) -> None:
    endpoint(stripe, receiver.url, "payment_intent.created")
    sandbox.control("POST", "stripe/webhooks", {"retries": 3, "wait_ms": 1})
    receiver.statuses = [500, 302]
    stripe.authorize()
    tried = until(lambda: len(deliveries(sandbox)) == 3 and deliveries(sandbox))
    assert [(item["attempt"], item["status"]) for item in tried] == [(1, 500), (2, 302), (3, 200)]
    assert len({body for _, body in receiver.received}) == 1


def test_without_being_asked_for_a_failure_is_final(
    sandbox: Sandbox, stripe: StripeCaller, receiver: Receiver
) -> None:
    endpoint(stripe, receiver.url, "payment_intent.created")
    receiver.statuses = [500]
    stripe.authorize()
    stripe.authorize("r2")
    until(lambda: len(deliveries(sandbox)) == 2)
    assert [item["status"] for item in deliveries(sandbox)] == [500, 200]


def test_an_unreachable_endpoint_stops_nobody(
    sandbox: Sandbox, stripe: StripeCaller, receiver: Receiver
) -> None:
    endpoint(stripe, "http://127.0.0.1:9/nobody", "payment_intent.created")
    endpoint(stripe, receiver.url, "payment_intent.created")
    stripe.authorize()
    until(lambda: receiver.received)
    assert deliveries(sandbox)[0]["status"] is None
    assert "refused" in deliveries(sandbox)[0]["problem"]


def test_deliveries_can_be_kept_back_and_repeated(
    sandbox: Sandbox, stripe: StripeCaller, receiver: Receiver
) -> None:
    endpoint(stripe, receiver.url, "payment_intent.created")
    sandbox.control("POST", "stripe/webhooks", {"paused": True})
    stripe.authorize()
    event = stripe.get("events", type="payment_intent.created").json["data"][0]["id"]
    sandbox.control("POST", f"stripe/deliver/{event}", {"times": 2})
    assert receiver.received == []
    sandbox.control("POST", "stripe/webhooks", {"paused": False})
    until(lambda: len(receiver.received) == 3)
    assert {json.loads(body)["id"] for _, body in receiver.received} == {event}


def test_endpoints_are_kept_changed_and_deleted(stripe: StripeCaller, receiver: Receiver) -> None:
    made = endpoint(stripe, receiver.url, "charge.captured")
    assert made["secret"].startswith("whsec_")
    path = f"webhook_endpoints/{made['id']}"
    assert "secret" not in stripe.get(path).json
    changed = stripe.post(
        path, {"enabled_events[]": "*", "disabled": "true", "url": "https://hub.example/x"}
    ).json
    assert (changed["enabled_events"], changed["status"], changed["url"]) == (
        ["*"],
        "disabled",
        "https://hub.example/x",
    )
    stripe.authorize()
    assert stripe.get("webhook_endpoints").json["data"] == [changed]
    assert stripe.delete(path).json["deleted"] is True
    assert stripe.get(path).status == 404
    assert receiver.received == []


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"url": "https://hub.example/x"}, "enabled_events"),
        ({"enabled_events[]": "*"}, "url"),
        ({"enabled_events[]": "*", "url": "hub.example"}, "url"),
    ],
)
def test_an_endpoint_needs_events_and_a_url(stripe: StripeCaller, params: dict[str, str], param: str) -> None:
    assert stripe.post("webhook_endpoints", params).error["param"] == param


def deliveries(sandbox: Sandbox) -> list[dict[str, Any]]:
    return sandbox.control("GET", "stripe/deliveries")["deliveries"]
