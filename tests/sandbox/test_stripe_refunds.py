"""Refunds, also those that end badly."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox import Sandbox
from tests.sandbox.callers import StripeCaller


def captured(stripe: StripeCaller, amount: int | None = None, **how: Any) -> dict[str, Any]:
    params = {} if amount is None else {"amount_to_capture": amount}
    return stripe.post(f"payment_intents/{stripe.authorized(**how)}/capture", params).json


def test_in_parts_until_nothing_is_left(sandbox: Sandbox, stripe: StripeCaller) -> None:
    intent = captured(stripe)
    asked = {"payment_intent": intent["id"], "metadata[reference]": "r1"}
    first = stripe.post("refunds", {**asked, "amount": 3_000, "reason": "requested_by_customer"}, "k1").json
    assert (first["status"], first["amount"], first["charge"]) == (
        "succeeded",
        3_000,
        intent["latest_charge"],
    )
    too_much = stripe.post("refunds", {**asked, "amount": 7_001}, "k2")
    assert (too_much.status, too_much.error["param"]) == (400, "amount")
    rest = stripe.post("refunds", asked, "k3").json
    assert rest["amount"] == 7_000
    assert stripe.post("refunds", asked, "k4").error["code"] == "charge_already_refunded"
    charge = stripe.get(f"charges/{intent['latest_charge']}").json
    assert (charge["amount_refunded"], charge["refunded"]) == (10_000, True)
    assert [entry["amount_minor"] for entry in sandbox.ledger(operation="refund")] == [3_000, 7_000]
    assert sandbox.doubles() == []


def test_only_what_was_captured_can_go_back(stripe: StripeCaller) -> None:
    intent = captured(stripe, 4_000)
    assert stripe.post("refunds", {"payment_intent": intent["id"], "amount": 4_001}).status == 400
    assert stripe.post("refunds", {"payment_intent": intent["id"]}).json["amount"] == 4_000


def test_nothing_captured_nothing_to_refund(sandbox: Sandbox, stripe: StripeCaller) -> None:
    intent = stripe.authorized()
    assert "successful charge" in stripe.post("refunds", {"payment_intent": intent}).error["message"]
    assert sandbox.ledger(operation="refund") == []


def test_by_charge_or_intent_but_one_is_needed(stripe: StripeCaller) -> None:
    charge = captured(stripe)["latest_charge"]
    assert stripe.post("refunds", {"charge": charge, "amount": 1}).status == 200
    assert stripe.post("refunds", {"amount": 1}).error["code"] == "parameter_missing"
    assert stripe.post("refunds", {"charge": "ch_nobody"}).status == 404


def test_read_list_and_update(stripe: StripeCaller) -> None:
    intent, other = captured(stripe), captured(stripe, reference="r2")
    ids = [stripe.post("refunds", {"payment_intent": intent["id"], "amount": 1}).json["id"] for _ in range(2)]
    stripe.post("refunds", {"payment_intent": other["id"]})
    found = stripe.get("refunds", payment_intent=intent["id"]).json["data"]
    assert [item["id"] for item in found] == ids[::-1]
    assert stripe.post(f"refunds/{ids[0]}", {"metadata[a]": "1"}).json["metadata"] == {"a": "1"}
    assert stripe.get(f"refunds/{ids[0]}").json["metadata"] == {"a": "1"}
    assert stripe.get("refunds/re_nobody").status == 404


@pytest.mark.parametrize(
    ("method", "first", "last", "refunded"),
    [
        ("pm_card_visa", "succeeded", "succeeded", 10_000),
        ("pm_card_pendingRefund", "pending", "succeeded", 10_000),
        ("pm_card_refundFail", "succeeded", "failed", 0),
    ],
)
def test_the_bank_has_the_last_word(
    sandbox: Sandbox, stripe: StripeCaller, method: str, first: str, last: str, refunded: int
) -> None:
    intent = captured(stripe, payment_method=method)
    refund = stripe.post("refunds", {"payment_intent": intent["id"]}).json
    assert refund["status"] == first
    sandbox.control("POST", f"stripe/end_refund/{refund['id']}")
    assert stripe.get(f"refunds/{refund['id']}").json["status"] == last
    assert stripe.get(f"charges/{intent['latest_charge']}").json["amount_refunded"] == refunded
    returned = sandbox.ledger(operation="refund_returned")
    assert [entry["amount_minor"] for entry in returned] == ([10_000] if last == "failed" else [])
