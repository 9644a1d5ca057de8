"""Adyen: payments, changes that are only taken on, keys, links, and what its webhooks tell."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from typing import Any

import pytest

from connectors.sandbox import Sandbox
from tests.contract.published import description, specs
from tests.sandbox.callers import AdyenCaller, Reply, until
from tests.sandbox.receiver import Receiver


def executed(sandbox: Sandbox) -> list[tuple[str, int]]:
    return [(entry["operation"], entry["amount_minor"]) for entry in sandbox.ledger(vendor="adyen")]


def test_a_change_is_taken_on_and_its_outcome_told(sandbox: Sandbox, adyen: AdyenCaller) -> None:
    psp = adyen.paid()
    reply = adyen.change(psp, "captures", 4_000)
    assert (reply.status, reply.json["status"], reply.json["paymentPspReference"]) == (201, "received", psp)
    assert reply.json["pspReference"] != psp
    assert adyen.told() == [("AUTHORISATION", "true", 10_000), ("CAPTURE", "true", 4_000)]
    assert executed(sandbox) == [("authorize", 10_000), ("capture", 4_000)]


@pytest.mark.parametrize(
    ("what", "value", "code"), [("captures", 10_001, "CAPTURE"), ("refunds", 1, "REFUND")]
)
def test_too_much_is_taken_on_and_then_fails(
    sandbox: Sandbox, adyen: AdyenCaller, what: str, value: int, code: str
) -> None:
    assert adyen.change(adyen.paid(), what, value).status == 201
    assert adyen.told()[-1] == (code, "false", value)
    assert len(executed(sandbox)) == 1


def test_the_rest_of_a_capture_is_released_unless_several_are_allowed(
    sandbox: Sandbox, adyen: AdyenCaller
) -> None:
    for several, second in ((False, "false"), (True, "true")):
        sandbox.control("POST", "adyen/account", {"multiple_captures": several})
        psp = adyen.paid(reference=f"r{several}")
        adyen.change(psp, "captures", 4_000)
        adyen.change(psp, "captures", 6_000)
        assert adyen.told()[-1] == ("CAPTURE", second, 6_000)


def test_what_was_cancelled_is_not_captured(sandbox: Sandbox, adyen: AdyenCaller) -> None:
    psp = adyen.paid()
    assert adyen.send(f"payments/{psp}/cancels").status == 201
    adyen.change(psp, "captures")
    adyen.send(f"payments/{psp}/cancels")
    assert [told[:2] for told in adyen.told()[1:]] == [
        ("CANCELLATION", "true"),
        ("CAPTURE", "false"),
        ("CANCELLATION", "false"),
    ]


def test_cancelled_by_our_reference(sandbox: Sandbox, adyen: AdyenCaller) -> None:
    psp = adyen.paid(reference="r7")
    assert adyen.send("cancels", paymentReference="r7").json["status"] == "received"
    assert adyen.told()[-1][0] == "TECHNICAL_CANCEL"
    assert sandbox.control("GET", f"adyen/payments/{psp}")["released"] == 10_000
    assert adyen.send("cancels", paymentReference="r8").status == 422


def test_a_payment_without_manual_capture_is_captured_at_once(sandbox: Sandbox, adyen: AdyenCaller) -> None:
    adyen.pay(additionalData=None)
    assert executed(sandbox) == [("authorize", 10_000), ("capture", 10_000)]


def test_a_repeated_key_is_answered_again(sandbox: Sandbox, adyen: AdyenCaller) -> None:
    first, second = adyen.pay("k1"), adyen.pay("k1", value=9)
    assert (first.body, second.headers["idempotency-key"]) == (second.body, "k1")
    refused = adyen.pay("k2", holder="DECLINED")
    assert refused.json["resultCode"] == "Refused"
    assert adyen.pay("k2").body == refused.body
    assert adyen.pay("k3", returnUrl=None).status == adyen.pay("k3").status == 422
    assert executed(sandbox) == [("authorize", 10_000)]


@pytest.mark.parametrize("fault", [{"status": 500}, {"status_after_effect": 500}])
def test_a_failure_of_its_own_is_not_kept(
    sandbox: Sandbox, adyen: AdyenCaller, fault: dict[str, int]
) -> None:
    sandbox.faults(vendor="adyen", method="POST", **fault)
    failed = adyen.pay("k1")
    assert (failed.status, failed.headers["transient-error"]) == (500, "true")
    assert adyen.pay("k1").status == 200
    assert executed(sandbox) == [("authorize", 10_000)]


def test_a_key_that_is_at_work_is_refused_for_now(sandbox: Sandbox, adyen: AdyenCaller) -> None:
    sandbox.faults(vendor="adyen", method="POST", latency_ms=300)
    replies: list[Reply] = []
    thread = threading.Thread(target=lambda: replies.append(AdyenCaller(sandbox).pay("k1")))
    thread.start()
    until(lambda: sandbox.calls("adyen"))
    early = adyen.pay("k1")
    assert (early.status, early.json["errorCode"], early.headers["transient-error"]) == (422, "704", "true")
    thread.join()
    assert adyen.pay("k1").body == replies[0].body


def test_who_may_not_call(sandbox: Sandbox, adyen: AdyenCaller) -> None:
    assert AdyenCaller(sandbox, "no key").pay().json["errorType"] == "security"
    assert adyen.pay(merchantAccount="UnknownStore").json["errorCode"] == "901"
    assert adyen.change("NOSUCHPAYMENT123", "captures").json["errorCode"] == "167"
    assert adyen.send("nonsense").status == 404
    assert adyen.pay(amount={"currency": "NOK", "value": 0}).status == 422
    assert adyen.pay(paymentMethod={"type": "scheme", "encryptedCardNumber": {}}).status == 422
    assert adyen.call("POST", "/adyen/v72/payments", b"{", adyen.headers).status == 400
    assert executed(sandbox) == []


def test_a_page_for_the_shopper(sandbox: Sandbox, adyen: AdyenCaller) -> None:
    link = adyen.send(
        "paymentLinks", amount={"currency": "NOK", "value": 100}, returnUrl="https://shop.example/thanks"
    ).json
    place = link["url"].partition("/_/")[2]
    assert b"Pay" in adyen.control("GET", place).body
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    paid = adyen.call("POST", f"/_/{place}", b"holderName=Kari", form)
    assert (paid.status, paid.headers["location"]) == (303, "https://shop.example/thanks")
    assert adyen.get(f"paymentLinks/{link['id']}").json["status"] == "completed"
    assert adyen.send(f"paymentLinks/{link['id']}", method="PATCH", status="expired").status == 422
    [item] = sandbox.control("GET", "adyen/told")["items"]
    assert item["additionalData"]["paymentLinkId"] == link["id"]


def test_items_are_signed_one_by_one_and_repeated(
    sandbox: Sandbox, adyen: AdyenCaller, receiver: Receiver
) -> None:
    settings = {"url": receiver.url, "hmac_key": "0A" * 32, "batch": 2, "repeats": 1}
    sandbox.control("POST", "adyen/webhook", settings)
    adyen.change(adyen.paid(), "captures")
    first, second = until(lambda: len(receiver.received) == 2 and receiver.bodies())
    assert first == second
    assert (first["live"], len(first["notificationItems"])) == ("false", 2)
    for element in first["notificationItems"]:
        item = element["NotificationRequestItem"]
        text = (
            f"{item['pspReference']}:{item.get('originalReference', '')}:NordStoreNO:r1:10000:NOK:"
            f"{item['eventCode']}:true"
        )
        digest = hmac.new(bytes.fromhex("0A" * 32), text.encode(), hashlib.sha256).digest()
        assert item["additionalData"]["hmacSignature"] == base64.b64encode(digest).decode()


def test_a_late_failure_takes_back_what_was_captured(sandbox: Sandbox, adyen: AdyenCaller) -> None:
    psp = adyen.paid()
    change = adyen.change(psp, "captures").json["pspReference"]
    sandbox.control("POST", f"adyen/fail/{change}")
    with pytest.raises(ValueError, match="167"):
        sandbox.control("POST", f"adyen/fail/{change}")
    sandbox.control("POST", f"adyen/repair/{change}")
    sandbox.control("POST", f"adyen/chargeback/{psp}")
    assert [told[0] for told in adyen.told()[2:]] == ["CAPTURE_FAILED", "CAPTURE", "CHARGEBACK"]
    assert sandbox.doubles() == []


@pytest.mark.skipif(not (specs() / "adyen.json").exists(), reason="Adyen's description is not at hand")
def test_answers_are_as_published(sandbox: Sandbox, adyen: AdyenCaller) -> None:
    psp, link = adyen.paid(), {"amount": {"currency": "NOK", "value": 100}}
    opened = adyen.send("paymentLinks", **link)
    calls: list[tuple[str, str, Reply]] = [
        ("POST", "/payments", adyen.pay(reference="r2")),
        ("POST", "/payments", adyen.pay(holder="DECLINED")),
        ("POST", "/payments", adyen.pay(paymentMethod={"type": "ideal"})),
        ("POST", "/payments", adyen.pay(returnUrl=None)),
        ("POST", "/paymentMethods", adyen.send("paymentMethods")),
        ("POST", f"/payments/{psp}/captures", adyen.change(psp, "captures", 4_000)),
        ("POST", f"/payments/{psp}/refunds", adyen.change(psp, "refunds", 4_000)),
        ("POST", f"/payments/{psp}/cancels", adyen.send(f"payments/{psp}/cancels")),
        ("POST", "/cancels", adyen.send("cancels", paymentReference="r2")),
        ("POST", "/paymentLinks", opened),
        ("GET", f"/paymentLinks/{opened.json['id']}", adyen.get(f"paymentLinks/{opened.json['id']}")),
    ]
    problems: list[Any] = [
        (path, description("adyen.json").answer_problems(method, path, reply.status, reply.json))
        for method, path, reply in calls
    ]
    assert [found for found in problems if found[1]] == []
