"""The webhook receiver: signature, de-duplication, scripted answers, look-up."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest

from connectors.sandbox import Sandbox
from tests.sandbox.callers import WebhookCaller, order, until

SECRET = "whsec_c2FuZGJveC10ZXN0cy1vbmx5LXNlY3JldA=="
OTHER = "whsec_YW5vdGhlci1zZWNyZXQtb2YtdGhlLXRlc3Rz"
MESSAGE = {"type": "message", "reference": "step-1", "Value": {"order_number": "1001", "text": "Sent"}}


def test_an_order_is_taken_and_found_again(sandbox: Sandbox, webhook: WebhookCaller) -> None:
    taken = webhook.send("erp/orders", order(), "msg_1").json
    found = webhook.call("GET", "/webhook/erp/orders?number=1001").json["items"]
    assert [(item["id"], item["webhook_id"], item["status"]) for item in found] == [
        (taken["id"], "msg_1", "Ship")
    ]
    assert found[0]["body"] == order()
    assert webhook.call("GET", "/webhook/erp/x?webhook_id=msg_2").json["items"] == []
    assert webhook.call("GET", "/webhook/wms/x").json["items"] == []
    entry = sandbox.ledger(vendor="webhook")[0]
    assert (entry["operation"], entry["key"], entry["reference"]) == ("export", "msg_1", "1001")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_any_writing_method_is_taken(sandbox: Sandbox, webhook: WebhookCaller, method: str) -> None:
    assert webhook.call(method, "/webhook/erp/1001", json.dumps(order()).encode()).status == 200
    assert len(sandbox.ledger()) == 1


def test_the_same_id_is_executed_once_and_answered_alike(sandbox: Sandbox, webhook: WebhookCaller) -> None:
    first = webhook.send("erp/orders", order(), "msg_1")
    again = webhook.send("erp/orders", order(status="Completed"), "msg_1")
    assert again.body == first.body
    assert len(sandbox.ledger()) == 1
    assert webhook.send("wms/orders", order(), "msg_1").status == 200
    assert [entry["account"] for entry in sandbox.ledger()] == ["erp", "wms"]


def test_twenty_at_once_with_one_id_are_executed_once(sandbox: Sandbox) -> None:
    start, statuses = threading.Barrier(20), []

    def send() -> None:
        webhook = WebhookCaller(sandbox)
        start.wait(20)
        statuses.append(webhook.send("erp/orders", order(), "msg_1").status)

    threads = [threading.Thread(target=send, daemon=True) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert set(statuses) <= {200, 409}
    assert len(sandbox.ledger()) == 1


def test_an_id_at_work_is_refused(sandbox: Sandbox, webhook: WebhookCaller) -> None:
    sandbox.faults(latency_ms=1000)
    first = threading.Thread(target=lambda: webhook.send("erp/orders", order(), "msg_1"), daemon=True)
    first.start()
    until(sandbox.calls)
    assert WebhookCaller(sandbox).send("erp/orders", order(), "msg_1").status == 409
    first.join(20)
    assert len(sandbox.ledger()) == 1


def test_without_an_id_nothing_is_remembered_and_the_double_shows(
    sandbox: Sandbox, webhook: WebhookCaller
) -> None:
    webhook.send("erp/orders", order())
    webhook.send("erp/orders", order())
    assert len(sandbox.ledger()) == 2
    assert [double["rule"] for double in sandbox.doubles()] == ["executed more than once"]


def test_a_fitting_signature(sandbox: Sandbox, webhook: WebhookCaller) -> None:
    sandbox.control("POST", "webhook/secrets", {"name": "erp", "secrets": [OTHER, SECRET]})
    for number, secret in enumerate((SECRET, OTHER)):
        assert webhook.send("erp/orders", order(str(number)), f"msg_{number}", secret).status == 200
    assert webhook.send("mail/hook", MESSAGE, "msg_1").status == 200


@pytest.mark.parametrize(
    ("message_id", "secret", "shift"),
    [("msg_1", "", 0), ("msg_1", OTHER, 0), ("", SECRET, 0), ("msg_1", SECRET, -301), ("msg_1", SECRET, 310)],
)
def test_a_signature_that_does_not_fit(
    sandbox: Sandbox, webhook: WebhookCaller, message_id: str, secret: str, shift: int
) -> None:
    sandbox.control("POST", "webhook/secrets", {"name": "erp", "secrets": [SECRET]})
    refused = webhook.send("erp/orders", order(), message_id, secret, int(time.time()) + shift)
    assert refused.status == 401
    assert sandbox.ledger() == []


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"x"', b"\xff"])
def test_what_is_no_json_object_is_refused(sandbox: Sandbox, webhook: WebhookCaller, body: bytes) -> None:
    assert webhook.send("erp/orders", body).status == 400
    assert sandbox.ledger() == []


def test_scripted_answers_change_order_fields(sandbox: Sandbox, webhook: WebhookCaller) -> None:
    script = {"path": "^/erp/", "body": '"1001"', "times": 1, "answer": {"tags": ["vip"], "id": "E-1"}}
    sandbox.control("POST", "webhook/answers", script)
    assert "tags" not in webhook.send("mail/hook", order("1001"), "m0").json
    assert "tags" not in webhook.send("erp/orders", order("1002"), "m1").json
    assert webhook.send("erp/orders", order("1001"), "m2").json == {"id": "E-1", "tags": ["vip"]}
    assert "tags" not in webhook.send("erp/orders", order("1001", "Completed"), "m3").json
    assert webhook.send("erp/orders", order("1001"), "m2").json == {"id": "E-1", "tags": ["vip"]}


def test_scripted_refusals_are_no_effect_and_not_remembered(sandbox: Sandbox, webhook: WebhookCaller) -> None:
    refusal: dict[str, Any] = {"status": 422, "answer": {"message": "Unknown article"}}
    sandbox.control("POST", "webhook/answers", [refusal])
    refused = webhook.send("erp/orders", order(), "msg_1")
    assert (refused.status, refused.json) == (422, {"message": "Unknown article"})
    assert sandbox.ledger() == []
    sandbox.control("DELETE", "webhook/answers")
    assert webhook.send("erp/orders", order(), "msg_1").status == 200


def test_messages_are_told_apart_by_their_reference(sandbox: Sandbox, webhook: WebhookCaller) -> None:
    webhook.send("mail/hook", MESSAGE, "msg_1")
    webhook.send("mail/hook", {**MESSAGE, "reference": "step-2"}, "msg_2")
    assert [entry["operation"] for entry in sandbox.ledger()] == ["notify", "notify"]
    assert sandbox.doubles() == []
    webhook.send("mail/hook", MESSAGE, "msg_3")
    assert len(sandbox.doubles()) == 1


def test_one_order_may_be_exported_at_each_status(sandbox: Sandbox, webhook: WebhookCaller) -> None:
    for number, status in enumerate(("InProgress", "Ship", "Completed")):
        webhook.send("erp/orders", order(status=status), f"msg_{number}")
    assert sandbox.doubles() == []


@pytest.mark.parametrize(("fault", "status"), [("status", 503), ("status_after_effect", 503)])
def test_a_repetition_after_a_failure_makes_one_effect(
    sandbox: Sandbox, webhook: WebhookCaller, fault: str, status: int
) -> None:
    sandbox.faults(**{fault: status})
    assert [webhook.send("erp/orders", order(), "msg_1").status for _ in range(2)] == [503, 200]
    assert len(sandbox.ledger()) == 1
