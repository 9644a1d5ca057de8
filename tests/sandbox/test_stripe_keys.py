"""Idempotency keys as Stripe treats them (https://docs.stripe.com/api/idempotent_requests)."""

from __future__ import annotations

import threading

import pytest

from connectors.sandbox import Sandbox
from tests.sandbox.callers import Reply, StripeCaller, until


def test_the_same_key_replays_the_first_answer(sandbox: Sandbox, stripe: StripeCaller) -> None:
    first, second = stripe.authorize(key="k1"), stripe.authorize(key="k1")
    assert second.body == first.body
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert second.headers["original-request"] == first.headers["request-id"]
    assert [entry["key"] for entry in sandbox.ledger()] == ["k1"]


def test_a_capture_is_replayed_although_the_intent_has_moved_on(
    sandbox: Sandbox, stripe: StripeCaller
) -> None:
    path = f"payment_intents/{stripe.authorized()}/capture"
    first = stripe.post(path, {"amount_to_capture": 4_000}, "k1")
    assert stripe.post(path, {"amount_to_capture": 4_000}, "k1").body == first.body
    assert len(sandbox.ledger(operation="capture")) == 1


@pytest.mark.parametrize("amount", [9_999, 10_001])
def test_the_same_key_with_other_parameters_is_an_error(
    sandbox: Sandbox, stripe: StripeCaller, amount: int
) -> None:
    stripe.authorize(key="k1")
    clash = stripe.authorize(key="k1", amount=amount)
    assert (clash.status, clash.error["type"]) == (400, "idempotency_error")
    assert len(sandbox.ledger()) == 1


def test_the_same_key_at_another_path_is_an_error(stripe: StripeCaller) -> None:
    first, second = stripe.authorized("r1"), stripe.authorized("r2")
    assert stripe.post(f"payment_intents/{first}/cancel", {}, "k1").status == 200
    assert stripe.post(f"payment_intents/{second}/cancel", {}, "k1").error["type"] == "idempotency_error"


def test_a_decline_is_stored(sandbox: Sandbox, stripe: StripeCaller) -> None:
    first = stripe.authorize(key="k1", payment_method="pm_card_chargeDeclined")
    second = stripe.authorize(key="k1", payment_method="pm_card_chargeDeclined")
    assert (second.status, second.body) == (402, first.body)
    assert second.headers["idempotent-replayed"] == "true"


def test_a_500_is_stored_and_repeats_forever(sandbox: Sandbox, stripe: StripeCaller) -> None:
    sandbox.faults(status=500)
    first = stripe.authorize(key="k1")
    replays = [stripe.authorize(key="k1") for _ in range(3)]
    assert (first.status, first.error["type"]) == (500, "api_error")
    assert {(reply.status, reply.body) for reply in replays} == {(500, first.body)}
    assert sandbox.ledger() == []
    assert stripe.authorize(key="k2").status == 200


def test_a_500_after_the_effect_is_stored_too(sandbox: Sandbox, stripe: StripeCaller) -> None:
    sandbox.faults(status_after_effect=500)
    statuses = {stripe.authorize(key="k1").status for _ in range(3)}
    assert statuses == {500}
    assert len(sandbox.ledger()) == 1


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
def test_what_a_front_server_says_is_not_stored(sandbox: Sandbox, stripe: StripeCaller, status: int) -> None:
    sandbox.faults(status=status)
    assert stripe.authorize(key="k1").status == status
    assert stripe.authorize(key="k1").status == 200
    assert len(sandbox.ledger()) == 1


@pytest.mark.parametrize("fault", ["drop_after", "malformed", "html"])
def test_an_answer_lost_on_the_way_is_replayed(sandbox: Sandbox, stripe: StripeCaller, fault: str) -> None:
    sandbox.faults(**{fault: True})
    try:
        stripe.authorize(key="k1")
    except ConnectionResetError:
        assert fault == "drop_after"
    again = stripe.authorize(key="k1")
    assert (again.json["status"], again.headers["idempotent-replayed"]) == ("requires_capture", "true")
    assert len(sandbox.ledger()) == 1


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_that_lost_the_answer_hides_a_success(
    sandbox: Sandbox, stripe: StripeCaller, status: int
) -> None:
    sandbox.faults(status_after_effect=status)
    assert stripe.authorize(key="k1").status == status
    assert stripe.authorize(key="k1").json["status"] == "requires_capture"
    assert len(sandbox.ledger()) == 1


def test_seen_by_vendor_overrules_the_status(sandbox: Sandbox, stripe: StripeCaller) -> None:
    sandbox.faults(status=503, seen_by_vendor=True)
    sandbox.faults(nth=3, status=500, seen_by_vendor=False)
    assert [stripe.authorize(key="k1").status for _ in range(2)] == [503, 503]
    assert [stripe.authorize(key="k2").status for _ in range(2)] == [500, 200]


def test_failed_validation_is_not_stored(stripe: StripeCaller) -> None:
    assert stripe.authorize(key="k1", amount=0).status == 400
    assert stripe.authorize(key="k1").status == 200


def test_an_unexpected_state_is_stored(stripe: StripeCaller) -> None:
    path = f"payment_intents/{stripe.authorized()}/capture"
    stripe.post(path, {}, "k1")
    assert stripe.post(path, {}, "k2").status == 400
    assert stripe.post(path, {}, "k2").headers["idempotent-replayed"] == "true"


def test_two_at_once_with_one_key_make_one_effect(sandbox: Sandbox, stripe: StripeCaller) -> None:
    sandbox.faults(latency_ms=1500)
    replies: list[Reply] = []
    first = threading.Thread(target=lambda: replies.append(stripe.authorize(key="k1")), daemon=True)
    first.start()
    until(sandbox.calls)
    second = StripeCaller(sandbox).authorize(key="k1")
    first.join(20)
    assert (second.status, second.error["code"]) == (409, "idempotency_key_in_use")
    assert replies[0].status == 200
    assert StripeCaller(sandbox).authorize(key="k1").body == replies[0].body
    assert len(sandbox.ledger()) == 1


def test_twenty_at_once_with_one_key_make_one_effect(sandbox: Sandbox) -> None:
    start, replies = threading.Barrier(20), []

    def authorize() -> None:
        stripe = StripeCaller(sandbox)
        start.wait(20)
        replies.append(stripe.authorize(key="k1"))

    threads = [threading.Thread(target=authorize, daemon=True) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert {reply.status for reply in replies} <= {200, 409}
    assert len({reply.body for reply in replies if reply.status == 200}) == 1
    assert len(sandbox.ledger()) == 1


def test_keys_belong_to_an_account(sandbox: Sandbox) -> None:
    for secret in ("sk_test_acme_1", "sk_test_nordic_1"):
        assert "idempotent-replayed" not in StripeCaller(sandbox, secret).authorize(key="k1").headers
    assert len(sandbox.ledger()) == 2
    assert sandbox.doubles() == []


def test_a_key_has_at_most_255_characters(stripe: StripeCaller) -> None:
    assert stripe.authorize(key="k" * 255).status == 200
    assert stripe.authorize(key="k" * 256).status == 400


def test_keys_do_nothing_on_reads(stripe: StripeCaller) -> None:
    headers = {"Authorization": "Bearer sk_test_1", "Idempotency-Key": "k1"}
    for _ in range(2):
        assert (
            "idempotent-replayed"
            not in stripe.call("GET", "/stripe/v1/payment_intents", None, headers).headers
        )


def test_after_its_window_a_key_is_forgotten_and_the_double_shows(
    sandbox: Sandbox, stripe: StripeCaller
) -> None:
    stripe.authorize(key="k1")
    sandbox.control("POST", "stripe/forget_keys")
    assert "idempotent-replayed" not in stripe.authorize(key="k1").headers
    assert {double["rule"] for double in sandbox.doubles()} == {
        "executed more than once",
        "one idempotency key executed twice",
    }
