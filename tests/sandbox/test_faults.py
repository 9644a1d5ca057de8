"""Each fault, over real sockets: what the caller sees, and whether the effect happened."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from connectors.sandbox import Sandbox
from tests.sandbox.callers import Caller, StripeCaller, WebhookCaller, order, until


def effects(sandbox: Sandbox) -> int:
    return len(sandbox.ledger())


@pytest.mark.parametrize("status", [400, 401, 404, 408, 429, 500, 502, 503, 504])
def test_a_status_before_the_effect_prevents_it(sandbox: Sandbox, stripe: StripeCaller, status: int) -> None:
    sandbox.faults(vendor="stripe", status=status)
    assert stripe.authorize().status == status
    assert effects(sandbox) == 0
    assert stripe.authorize().status == 200
    assert effects(sandbox) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_status_after_the_effect_hides_it(sandbox: Sandbox, stripe: StripeCaller, status: int) -> None:
    sandbox.faults(status_after_effect=status)
    assert stripe.authorize().status == status
    assert effects(sandbox) == 1


@pytest.mark.parametrize(("fault", "executed"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_answer_is_a_reset(
    sandbox: Sandbox, stripe: StripeCaller, fault: str, executed: int
) -> None:
    sandbox.faults(**{fault: True})
    with pytest.raises(ConnectionResetError):
        stripe.authorize()
    assert effects(sandbox) == executed
    assert stripe.get("payment_intents").status == 200


@pytest.mark.parametrize(("fault", "executed"), [("hang_before", 0), ("hang_after", 1)])
def test_a_hanging_vendor_says_nothing(sandbox: Sandbox, fault: str, executed: int) -> None:
    sandbox.faults(**{fault: True})
    with pytest.raises(TimeoutError):
        StripeCaller(sandbox, timeout=0.3).authorize()
    assert effects(sandbox) == executed
    assert [call["faulty"] for call in sandbox.calls()] == [True]


@pytest.mark.parametrize("value", ["7", "-5", "864000", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_retry_after_is_sent_as_told(sandbox: Sandbox, stripe: StripeCaller, value: str) -> None:
    sandbox.faults(status=429, retry_after=value)
    assert stripe.authorize().headers["retry-after"] == value


def test_html_looks_like_success_and_the_effect_happened(sandbox: Sandbox, stripe: StripeCaller) -> None:
    sandbox.faults(html=True)
    reply = stripe.authorize()
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert reply.body.startswith(b"<!DOCTYPE html>")
    assert effects(sandbox) == 1


def test_malformed_json_has_an_honest_length(sandbox: Sandbox, stripe: StripeCaller) -> None:
    sandbox.faults(malformed=True)
    reply = stripe.authorize()
    assert len(reply.body) == int(reply.headers["content-length"])
    with pytest.raises(json.JSONDecodeError):
        assert reply.json


def test_a_truncated_answer_is_shorter_than_announced(sandbox: Sandbox, stripe: StripeCaller) -> None:
    sandbox.faults(truncated=True)
    with pytest.raises(http.client.IncompleteRead):
        stripe.authorize()
    assert effects(sandbox) == 1


@pytest.mark.parametrize("text", ['{"amount": NaN}', '{"amount": 1e999}', "[" * 100_000, ""])
def test_any_text_can_stand_for_the_answer(sandbox: Sandbox, stripe: StripeCaller, text: str) -> None:
    sandbox.faults(text=text)
    assert stripe.authorize().body == text.encode()


def test_headers_make_a_redirect(sandbox: Sandbox, stripe: StripeCaller) -> None:
    sandbox.faults(status=302, headers={"Location": "http://169.254.169.254/latest"})
    reply = stripe.authorize()
    assert (reply.status, reply.headers["location"]) == (302, "http://169.254.169.254/latest")


@pytest.mark.parametrize("fault", ["slow_body", "slow_headers"])
def test_a_slow_answer_is_a_whole_one(sandbox: Sandbox, stripe: StripeCaller, fault: str) -> None:
    sandbox.faults(**{fault: 0.0001})
    assert stripe.authorize().json["status"] == "requires_capture"


def test_a_slow_answer_comes_byte_by_byte(sandbox: Sandbox) -> None:
    sandbox.faults(slow_body=60)
    with pytest.raises(TimeoutError):
        StripeCaller(sandbox, timeout=0.3).authorize()
    assert effects(sandbox) == 1


def test_the_nth_matching_call_and_no_other(sandbox: Sandbox, stripe: StripeCaller) -> None:
    sandbox.faults(method="POST", path="/payment_intents$", nth=2, status=503)
    statuses = [stripe.authorize(f"r{number}").status for number in range(3)]
    assert statuses == [200, 503, 200]


def test_as_many_times_as_asked_for(sandbox: Sandbox, stripe: StripeCaller) -> None:
    sandbox.faults(status=503, times=2)
    assert [stripe.authorize(f"r{number}").status for number in range(3)] == [503, 503, 200]


def test_without_end(sandbox: Sandbox, stripe: StripeCaller) -> None:
    sandbox.faults(status=503, times=None)
    assert {stripe.authorize().status for _ in range(5)} == {503}
    sandbox.clear_faults()
    assert stripe.authorize().status == 200


@pytest.mark.parametrize(
    "match",
    [
        {"vendor": "webhook"},
        {"method": "GET"},
        {"path": "/capture$"},
        {"body": "amount=99"},
    ],
)
def test_a_fault_leaves_other_calls_alone(
    sandbox: Sandbox, stripe: StripeCaller, match: dict[str, Any]
) -> None:
    sandbox.faults(**match, status=503)
    assert stripe.authorize().status == 200


def test_each_fault_counts_for_itself(sandbox: Sandbox, stripe: StripeCaller) -> None:
    sandbox.faults(status=503)
    sandbox.faults(status=429, nth=2)
    assert [stripe.authorize(f"r{number}").status for number in range(3)] == [503, 429, 200]


def test_faults_by_the_control_api(sandbox: Sandbox, stripe: StripeCaller) -> None:
    control = Caller(sandbox)
    rules = [{"vendor": "stripe", "status": 503}, {"vendor": "webhook", "drop_after": True}]
    assert control.control("POST", "faults", rules).status == 200
    assert stripe.authorize().status == 503
    assert control.control("GET", "faults").json["faults"] == [
        {"matched": 1, "status": 503, "vendor": "stripe"},
        {"drop_after": True, "matched": 0, "vendor": "webhook"},
    ]
    assert control.control("DELETE", "faults").json == {"faults": []}


@pytest.mark.parametrize(
    ("rule", "told"),
    [({"latency": 5}, "latency_ms"), ({"path": "("}, "regular expression"), ({"nth": "1"}, "nth")],
)
def test_a_fault_that_makes_no_sense_is_refused(sandbox: Sandbox, rule: dict[str, Any], told: str) -> None:
    reply = Caller(sandbox).control("POST", "faults", rule)
    assert reply.status == 400
    assert told in reply.json["error"]
    assert Caller(sandbox).control("GET", "faults").json == {"faults": []}


def test_a_vendor_of_its_own_slowness_holds_up_nobody_else(
    sandbox: Sandbox, stripe: StripeCaller, webhook: WebhookCaller
) -> None:
    Caller(sandbox).control("POST", "latency", {"ms": 1500, "vendor": "stripe"})
    slow = in_thread(lambda: stripe.authorize())
    until(lambda: sandbox.calls("stripe"))
    assert webhook.send("erp/orders", order()).status == 200
    assert sandbox.calls("stripe")[0]["status"] is None
    slow.join(20)
    assert sandbox.calls("stripe")[0]["status"] == 200


def test_one_slow_call_holds_up_no_other(sandbox: Sandbox, stripe: StripeCaller) -> None:
    sandbox.faults(body="slow", latency_ms=1500)
    slow = in_thread(lambda: stripe.authorize("slow"))
    until(sandbox.calls)
    assert StripeCaller(sandbox).authorize("quick").status == 200
    assert sandbox.ledger(reference="slow") == []
    slow.join(20)
    assert len(sandbox.ledger(reference="slow")) == 1


def in_thread(work: Callable[[], Any]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread
