"""Vipps MobilePay: tokens, payments, what it refuses, keys, and webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import pytest

from connectors.sandbox import Sandbox
from tests.contract.published import description, specs
from tests.sandbox.callers import Reply, VippsCaller, until
from tests.sandbox.receiver import Receiver

ONE = "epayment/v1/payments/reference-1"


def code(reply: Reply) -> str:
    return next(item["reason"] for item in reply.json["extraDetails"] if item["name"] == "ErrorCode")


def approve(sandbox: Sandbox, reference: str = "reference-1", outcome: str = "approve") -> Any:
    return sandbox.control("POST", f"vipps/pay/{reference}", {"outcome": outcome})


def amounts(reply: Reply) -> dict[str, int]:
    return {
        name.removesuffix("Amount"): money["value"]
        for name, money in reply.json["aggregate"].items()
        if money["value"]
    }


def names(receiver: Receiver) -> list[str]:
    return [event["name"] for event in receiver.bodies()]


def test_logging_in(sandbox: Sandbox, vipps: VippsCaller) -> None:
    assert int(vipps.login().json["expires_in"]) == 3600
    for name in ("client_id", "client_secret", "Ocp-Apim-Subscription-Key", "Merchant-Serial-Number"):
        assert vipps.login(**{name: ""}).status == 401
    assert vipps.get("webhooks/v1/webhooks").status == 200
    for keys in ({"Ocp-Apim-Subscription-Key": "sub-2"}, {"Merchant-Serial-Number": "654321"}):
        assert vipps.call("GET", f"/vipps/{ONE}", None, {**vipps.headers(), **keys}).status == 401
    sandbox.control("POST", "vipps/expire_tokens")
    assert (vipps.get(ONE).status, "extraDetails" in vipps.get(ONE).json) == (401, False)


def test_a_life_in_parts(sandbox: Sandbox, vipps: VippsCaller) -> None:
    made = vipps.create()
    assert (made.status, made.json["reference"]) == (201, "reference-1")
    assert vipps.get(ONE).json["redirectUrl"] == made.json["redirectUrl"]
    assert code(vipps.change("capture", 100)) == "6080"
    assert approve(sandbox)["state"] == "AUTHORIZED"
    assert code(vipps.change("capture", 10_001)) == "6090"
    assert code(vipps.change("refund", 100)) == "6020"
    vipps.change("capture", 4_000)
    assert amounts(vipps.change("capture", 1_000)) == {"authorized": 10_000, "captured": 5_000}
    left = {"authorized": 10_000, "captured": 5_000, "cancelled": 5_000}
    assert amounts(vipps.change("cancel")) == left
    assert [code(vipps.change(*act)) for act in (("cancel",), ("capture", 1))] == ["6040", "6170"]
    assert amounts(vipps.change("refund", 2_000)) == {**left, "refunded": 2_000}
    assert code(vipps.change("refund", 3_001)) == "6150"
    assert amounts(vipps.change("refund", 3_000)) == {**left, "refunded": 5_000}
    assert code(vipps.change("refund", 1)) == "6180"
    assert vipps.get(ONE).json["state"] == "AUTHORIZED"
    log = vipps.get(f"{ONE}/events").json
    assert [(event["name"], event["amount"]["value"]) for event in log] == [
        *(("CREATED", 10_000), ("AUTHORIZED", 10_000), ("CAPTURED", 4_000), ("CAPTURED", 1_000)),
        *(("CANCELLED", 5_000), ("REFUNDED", 2_000), ("REFUNDED", 3_000)),
    ]
    assert len({event["pspReference"] for event in log}) == len(log)
    assert [entry["operation"] for entry in sandbox.ledger()] == [
        *("authorize", "capture", "capture", "cancel", "refund", "refund")
    ]
    assert sandbox.doubles() == []


def test_what_never_was_approved(sandbox: Sandbox, vipps: VippsCaller) -> None:
    for number, end in enumerate(("TERMINATED", "ABORTED", "EXPIRED"), start=1):
        reference = f"reference-{number}"
        vipps.create(reference)
        if end == "TERMINATED":
            assert vipps.change("cancel", reference=reference).json["state"] == end
        elif end == "ABORTED":
            assert approve(sandbox, reference, "abort")["state"] == end
        else:
            assert sandbox.control("POST", f"vipps/expire/{reference}")["state"] == end
        assert code(vipps.change("cancel", reference=reference)) == "6190"
        with pytest.raises(ValueError, match="10010"):
            approve(sandbox, reference)
    assert sandbox.ledger() == []


def test_a_card_without_money_may_be_followed_by_another_try(sandbox: Sandbox, vipps: VippsCaller) -> None:
    vipps.create(amount={"currency": "NOK", "value": 151})
    assert code(vipps.post("epayment/v1/test/payments/reference-1/approve", {})) == "10010"
    assert vipps.get(ONE).json["state"] == "CREATED"
    assert vipps.get(f"{ONE}/events").json[-1]["success"] is False
    vipps.create("reference-2")
    assert vipps.post("epayment/v1/test/payments/reference-2/approve", {}).status == 200
    assert vipps.get("epayment/v1/payments/reference-2").json["state"] == "AUTHORIZED"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": {"currency": "NOK", "value": 100.5}}, "amount.value"),
        ({"amount": {"currency": "SEK", "value": 1000}}, "amount.currency"),
        ({"amount": 1000}, "amount"),
        ({"paymentMethod": {}}, "paymentMethod.type"),
        ({"reference": "short"}, "reference"),
        ({"reference": "with_underscore"}, "reference"),
        ({"userFlow": "FAX"}, "userFlow"),
        ({"returnUrl": None}, "returnUrl"),
        ({"returnUrl": "http://shop.example"}, "returnUrl"),
        ({"userFlow": "PUSH_MESSAGE"}, "customer"),
        ({"customer": {"phoneNumber": "+4790000001"}}, "customer.phoneNumber"),
        ({"paymentDescription": "x"}, "paymentDescription"),
        ({"colour": "red"}, "colour"),
        (
            {
                "receipt": {
                    "orderLines": [
                        {
                            "name": "a",
                            "id": "1",
                            "totalAmount": 9,
                            "totalAmountExcludingTax": 8,
                            "totalTaxAmount": 2,
                        }
                    ],
                    "bottomLine": {"currency": "NOK"},
                }
            },
            "receipt.orderLines.0.totalAmount",
        ),
    ],
    ids=str,
)
def test_a_payment_with_a_fault_is_refused_by_field(
    vipps: VippsCaller, changes: dict[str, Any], field: str
) -> None:
    reply = vipps.create(**changes)
    assert (reply.status, [item["name"] for item in reply.json["extraDetails"]]) == (400, [field])


def test_other_refusals(sandbox: Sandbox, vipps: VippsCaller) -> None:
    assert code(vipps.create(amount={"currency": "NOK", "value": 99})) == "6010"
    assert code(vipps.create(customer={"phoneNumber": "4790000000"})) == "7010"
    assert (vipps.get(ONE).status, code(vipps.get(ONE))) == (404, "5090")
    assert vipps.create(receipt=7).status == 400
    assert vipps.get("epayment/v2/payments").status == 404
    vipps.create()
    assert code(vipps.create()) == "4150"
    approve(sandbox)
    euros = {"modificationAmount": {"currency": "EUR", "value": 100}}
    assert (
        vipps.post(f"{ONE}/capture", euros).json["extraDetails"][0]["name"] == "modificationAmount.currency"
    )


def test_keys(sandbox: Sandbox, vipps: VippsCaller) -> None:
    assert vipps.create(key="").status == 400
    assert vipps.create(key="k" * 51).status == 400
    first = vipps.create(key="k1")
    assert vipps.create(key="k1").json == first.json
    assert code(vipps.create("reference-2", key="k1")) == "4020"
    approve(sandbox)
    assert vipps.change("capture", 10_001, key="k2").status == 400
    assert vipps.change("capture", 4_000, key="k2").status == 200
    assert amounts(vipps.change("capture", 4_000, key="k2"))["captured"] == 4_000
    assert code(vipps.change("capture", 4_001, key="k2")) == "4010"
    sandbox.control("POST", "vipps/keys", {"repeatable": False})
    assert code(vipps.change("capture", 4_000, key="k2")) == "4020"
    sandbox.control("POST", "vipps/keys", {"forget": True})
    assert amounts(vipps.change("capture", 4_000, key="k2"))["captured"] == 8_000
    assert {double["rule"] for double in sandbox.doubles()} >= {"one idempotency key executed twice"}


def test_a_key_outlives_an_answer_that_was_lost(sandbox: Sandbox, vipps: VippsCaller) -> None:
    vipps.create()
    approve(sandbox)
    sandbox.faults(vendor="vipps", method="POST", status_after_effect=500)
    assert vipps.change("capture", 10_000, key="k1").status == 500
    assert vipps.change("capture", 10_000, key="k1").status == 200
    assert [entry["operation"] for entry in sandbox.ledger()] == ["authorize", "capture"]


def test_two_approved_attempts_at_one_purchase_show_as_a_double(sandbox: Sandbox, vipps: VippsCaller) -> None:
    for reference in ("reference-1", "reference-1-try2"):
        vipps.create(reference)
        approve(sandbox, reference)
    assert [double["rule"] for double in sandbox.doubles()] == ["executed more than once"]


def test_webhooks_are_registered_listed_and_removed(vipps: VippsCaller) -> None:
    events = ["epayments.payment.captured.v1"]
    asked = {"url": "https://hub.example/webhooks/t/", "events": events}
    made = vipps.post("webhooks/v1/webhooks", asked)
    assert (made.status, set(made.json)) == (201, {"id", "secret"})
    assert vipps.get("webhooks/v1/webhooks").json == {"webhooks": [{"id": made.json["id"], **asked}]}
    for wrong in ({"url": "http://hub.example/"}, {"events": ["epayments.payment.lost.v1"]}, {"events": []}):
        assert vipps.post("webhooks/v1/webhooks", {**asked, **wrong}).status == 400
    more = [vipps.post("webhooks/v1/webhooks", asked).status for _ in range(5)]
    assert more == [201, 201, 201, 201, 400]
    path = f"/vipps/webhooks/v1/webhooks/{made.json['id']}"
    assert [vipps.call("DELETE", path, None, vipps.headers()).status for _ in range(2)] == [204, 404]


def test_events_come_signed_in_order_and_again(
    sandbox: Sandbox, vipps: VippsCaller, receiver: Receiver
) -> None:
    told = {"msn": "123456", "url": "https://hub.example/webhooks/t/", "through": receiver.url}
    secret = sandbox.control("POST", "vipps/webhook", told)["secret"]
    sandbox.control("POST", "vipps/webhooks", {"retries": 1, "wait_ms": 1})
    receiver.statuses = [503]
    vipps.create()
    approve(sandbox)
    vipps.change("capture", 4_000, key="k1")
    until(lambda: len(receiver.received) == 4)
    assert names(receiver) == ["CREATED", "CREATED", "AUTHORIZED", "CAPTURED"]
    headers, body = receiver.received[-1]
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    signed = f"POST\n/webhooks/t/\n{headers['x-ms-date']};hub.example;{digest}".encode()
    signature = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
    assert headers["x-ms-content-sha256"] == digest
    assert headers["authorization"].endswith(f"&Signature={signature}")
    assert headers["x-vipps-authorization"] == headers["authorization"]
    event = receiver.bodies()[-1]
    assert (event["msn"], event["idempotencyKey"], event["amount"]["value"]) == ("123456", "k1", 4_000)
    sandbox.control("POST", "vipps/deliver/reference-1")
    until(lambda: len(receiver.received) == 7)
    assert names(receiver)[4:] == ["CREATED", "AUTHORIZED", "CAPTURED"]


def test_staff_and_failures_tell_too(sandbox: Sandbox, vipps: VippsCaller, receiver: Receiver) -> None:
    sandbox.control(
        "POST",
        "vipps/webhook",
        {"msn": "123456", "url": receiver.url, "events": ["epayments.payment.captured.v1"], "repeats": 1},
    )
    vipps.create()
    approve(sandbox)
    sandbox.control("POST", "vipps/portal/reference-1", {"operation": "capture", "amount": 500})
    sandbox.control("POST", "vipps/fail/reference-1", {"name": "CAPTURED", "amount": 100})
    until(lambda: len(sandbox.control("GET", "vipps/deliveries")["deliveries"]) == 4)
    assert [(event["amount"]["value"], event["success"]) for event in receiver.bodies()] == [
        *((500, True), (500, True), (100, False), (100, False))
    ]
    assert {item["type"] for item in sandbox.control("GET", "vipps/deliveries")["deliveries"]} == {"CAPTURED"}


def test_the_page_for_a_browser(vipps: VippsCaller) -> None:
    vipps.create()
    assert b"10000 NOK" in vipps.call("GET", "/_/vipps/pay/reference-1").body
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = vipps.call("POST", "/_/vipps/pay/reference-1", b"outcome=abort", form)
    assert (answer.status, answer.headers["location"]) == (303, "https://shop.example/thanks")
    assert vipps.get(ONE).json["state"] == "ABORTED"


@pytest.mark.skipif(
    not (specs() / "vipps-epayment.json").exists(), reason="set CROSSDOCK_SPECS to the descriptions' folder"
)
def test_answers_are_as_published(sandbox: Sandbox, vipps: VippsCaller) -> None:
    judge, hooks = description("vipps-epayment.json"), description("vipps-webhooks.json")
    made = vipps.create()
    approve(sandbox)
    answers = [
        ("POST", "/epayment/v1/payments", made),
        ("POST", "/epayment/v1/payments", vipps.create()),
        ("GET", f"/{ONE}", vipps.get(ONE)),
        ("GET", f"/{ONE}/events", vipps.get(f"{ONE}/events")),
        ("POST", f"/{ONE}/capture", vipps.change("capture", 100)),
        ("POST", f"/{ONE}/refund", vipps.change("refund", 100)),
        ("POST", f"/{ONE}/cancel", vipps.change("cancel")),
        ("POST", f"/{ONE}/cancel", vipps.change("cancel")),
    ]
    for method, path, reply in answers:
        assert judge.answer_problems(method, path, reply.status, reply.json) == []
    path = "/webhooks/v1/webhooks"
    registered = vipps.post(
        path[1:], {"url": "https://hub.example/", "events": ["epayments.payment.expired.v1"]}
    )
    assert hooks.answer_problems("POST", path, 201, registered.json) == []
    assert hooks.answer_problems("GET", path, 200, vipps.get(path[1:]).json) == []
    token = description("vipps-accesstoken.json")
    assert token.answer_problems("POST", "/accesstoken/get", 200, vipps.login().json) == []
