"""Whole lives of payments, against the simulator: a second reading of PayPal's rules that knows nothing of the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.calls import Ending, Outcome, perform
from connectors.contracts.payment import Payment, PaymentResult, State
from connectors.providers.paypal import Paypal
from connectors.sandbox import start
from tests.contract.scenarios.base import nok
from tests.providers.life import Life

VALUES = Paypal.settings.compile({"client_app_id": "client-life", "bearer_token": "secret-life"}, {})
ALL, SOME, MORE, LAST = nok("1250.00"), nok("400.00"), nok("350.00"), nok("500.00")


@pytest.fixture
def life() -> Iterator[Life]:
    with start() as sandbox:
        yield Life(sandbox, "paypal", {"values": VALUES})
        assert sandbox.doubles() == []


def approve(life: Life, instrument: str = "") -> None:
    life.sandbox.control("POST", f"paypal/pay/{life.known.provider_id}", {"instrument": instrument})


def open_and_authorize(life: Life, instrument: str = "") -> PaymentResult:
    life.done("create_session")
    approve(life, instrument)
    return life.done("authorize")


def capture(life: Life, *amounts: Any) -> None:
    """One after the other, remembered as the ledger would."""
    for amount in amounts:
        life.known = replace(life.known, authorized=ALL)
        life.done("capture", amount=amount)
        life.known = replace(life.known, captured=life.known.captured + amount)


def refunds(life: Life) -> list[int]:
    return [amount for name, amount in life.effects() if name == "refund"]


def test_opened_approved_authorised_captured_and_refunded(life: Life) -> None:
    opened = life.done("create_session")
    assert opened.redirect_url.endswith(f"/_/paypal/pay/{opened.provider_id}")
    assert life.done("authorize").state is State.PENDING
    assert life.call("capture").ending is Ending.FAILED
    approve(life)
    assert life.done("status").raw_state == "APPROVED"
    assert life.done("authorize").authorized == ALL
    assert life.done("authorize").state is State.AUTHORIZED
    assert life.done("capture", authorized=ALL).captured == ALL
    life.done("refund", captured=ALL)
    assert life.done("status").state is State.REFUNDED
    assert life.effects() == [("authorize", 125000), ("capture", 125000), ("refund", 125000)]


def test_several_captures_and_the_rest_released(life: Life) -> None:
    open_and_authorize(life)
    capture(life, SOME, MORE)
    status = life.done("status")
    assert (status.state, status.captured, status.cancelled) == (State.CAPTURED, nok("750.00"), None)
    released = life.done("cancel")
    assert (released.state, released.cancelled) == (State.CAPTURED, LAST)
    assert life.done("cancel").cancelled == LAST
    assert life.call("capture", amount=LAST).ending is Ending.FAILED
    assert [name for name, _ in life.effects()] == ["authorize", "capture", "capture", "cancel"]


def test_a_refund_is_spread_over_captures_newest_first(life: Life) -> None:
    open_and_authorize(life)
    capture(life, SOME, MORE, LAST)
    first = life.done("refund", amount=nok("700.00"))
    assert [str(part.amount) for part in first.parts] == ["500.00 NOK", "200.00 NOK"]
    assert (first.state, first.refunded, first.operation_id) == (State.REFUNDED, nok("700.00"), "")
    life.known = replace(life.known, refunded=nok("700.00"))
    second = life.done("refund", amount=nok("550.00"))
    assert [str(part.amount) for part in second.parts] == ["150.00 NOK", "400.00 NOK"]
    assert life.done("status").state is State.REFUNDED
    assert life.call("refund", amount=nok("1.00"), refunded=ALL).ending is Ending.FAILED


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize(
    "fault", [{"drop_after": True}, {"drop_before": True}, {"status": 500}, {"html": True}]
)
def test_a_refund_that_breaks_off_gives_no_share_twice(life: Life, nth: int, fault: dict[str, Any]) -> None:
    open_and_authorize(life)
    capture(life, SOME, MORE, LAST)
    life.sandbox.faults(vendor="paypal", path="/refund$", nth=nth, times=3, **fault)
    outcome = life.call("refund", amount=ALL)
    for forgotten in (False, True):
        outcome = life.again(outcome, forgotten=forgotten)
    outcome = settled(life, outcome)
    assert sum((part.amount for part in outcome.result.parts), nok("0")) == ALL
    assert sorted(refunds(life)) == [35000, 40000, 50000]


def settled(life: Life, outcome: Outcome) -> Outcome:
    """Asked again until it is known, the last time after PayPal's look-up has surely caught up."""
    life.sandbox.clear_faults()
    if outcome.ending is not Ending.SUCCEEDED:
        long_ago = datetime(2026, 1, 1, tzinfo=UTC)
        later = replace(
            outcome.prepared, uncertain=True, attempt=3, last_sent_at=long_ago, first_sent_at=None
        )
        outcome = perform(later, life.ports)
    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    return outcome


def test_a_share_that_is_refused_leaves_the_others_standing(life: Life) -> None:
    open_and_authorize(life)
    capture(life, SOME, MORE)
    life.sandbox.faults(vendor="paypal", path="/refund$", nth=2, status=422, seen_by_vendor=True)
    result = life.done("refund", amount=nok("750.00"))
    assert [str(part.amount) for part in result.parts] == ["350.00 NOK"]
    assert "refused" in result.reason
    assert refunds(life) == [35000]


def test_refunds_that_are_not_known_here_stop_a_spread_one(life: Life) -> None:
    open_and_authorize(life)
    capture(life, SOME, MORE)
    [taken, _] = life.sandbox.vendor("paypal").desk.orders[life.known.provider_id]["purchase_units"][0][  # type: ignore[attr-defined]
        "payments"
    ]["captures"]
    life.sandbox.control(
        "POST", f"paypal/refund/{taken['id']}", {"amount": {"currency_code": "NOK", "value": "100.00"}}
    )
    outcome = life.call("refund", amount=nok("500.00"))
    assert outcome.ending is Ending.UNKNOWN
    assert "100.00 NOK of this payment, of which 0.00 NOK is known here" in outcome.message
    result = life.done("refund", amount=nok("500.00"), refunded=nok("100.00"))
    assert [str(part.amount) for part in result.parts] == ["350.00 NOK", "150.00 NOK"]


def test_captured_and_cancelled_twice(life: Life) -> None:
    open_and_authorize(life)
    assert (
        life.done("capture", authorized=ALL).operation_id == life.done("capture", authorized=ALL).operation_id
    )
    assert life.done("cancel", captured=ALL).cancelled is None
    assert life.effects() == [("authorize", 125000), ("capture", 125000)]


def test_cancelled_before_and_after_the_approval(life: Life) -> None:
    life.done("create_session")
    assert life.done("cancel").state is State.CANCELLED
    approve(life)
    life.done("authorize")
    assert life.done("cancel").state is State.CANCELLED
    assert life.done("cancel").state is State.CANCELLED
    assert life.call("capture").ending is Ending.FAILED
    assert [name for name, _ in life.effects()] == ["authorize", "cancel"]


@pytest.mark.parametrize(
    ("instrument", "words"), [("declined", "gives no reason"), ("poor", "cannot pay this")]
)
def test_declined_and_paid_otherwise(life: Life, instrument: str, words: str) -> None:
    life.done("create_session")
    approve(life, instrument)
    refused = life.done("authorize")
    assert (refused.state, words in refused.reason) == (State.DECLINED, True)
    approve(life)
    assert life.done("authorize").state is State.AUTHORIZED


def test_the_shopper_has_to_confirm_once_more(life: Life) -> None:
    asked = open_and_authorize(life, "confirm")
    assert (asked.state, bool(asked.redirect_url)) == (State.PENDING, True)
    approve(life)
    assert life.done("authorize").state is State.AUTHORIZED


def test_what_is_under_review_is_pending_until_it_ends(life: Life) -> None:
    waiting = open_and_authorize(life, "review")
    assert (waiting.state, waiting.authorized) == (State.PENDING, None)
    assert "PENDING_REVIEW" in waiting.reason
    order = life.sandbox.vendor("paypal").desk.orders[life.known.provider_id]  # type: ignore[attr-defined]
    [authorization] = order["purchase_units"][0]["payments"]["authorizations"]
    life.sandbox.control("POST", f"paypal/end/{authorization['id']}", {"well": False})
    status = life.done("status")
    assert (status.state, status.reason) == (State.DECLINED, "PayPal says: DENIED")


def test_a_capture_that_is_pending_is_not_repeated(life: Life) -> None:
    open_and_authorize(life, "slow")
    waiting = life.done("capture", amount=SOME, authorized=ALL)
    assert (waiting.state, bool(waiting.operation_id)) == (State.PENDING, True)
    assert life.done("capture", amount=SOME, authorized=ALL).operation_id == waiting.operation_id
    life.sandbox.control("POST", f"paypal/end/{waiting.operation_id}", {"well": True})
    assert life.done("status").captured == SOME
    assert life.effects() == [("authorize", 125000), ("capture", 40000)]


def test_an_authorisation_that_lapses(life: Life) -> None:
    open_and_authorize(life)
    life.sandbox.control("POST", f"paypal/lapse/{life.known.provider_id}")
    assert life.done("status").state is State.EXPIRED
    assert life.done("cancel").state is State.EXPIRED
    assert life.call("capture").ending is Ending.FAILED


@pytest.mark.parametrize("operation", ["create_session", "authorize", "capture", "cancel", "refund"])
@pytest.mark.parametrize(
    "fault",
    [
        {"drop_after": True},
        {"status_after_effect": 502},
        {"status_after_effect": 500},
        {"malformed": True},
        {"html": True},
    ],
)
@pytest.mark.parametrize("forgotten", [False, True])
def test_a_lost_answer_has_one_effect(
    life: Life, operation: str, fault: dict[str, Any], forgotten: bool
) -> None:
    """Whatever became of the answer, asking again ends in success and in one effect."""
    if operation != "create_session":
        life.done("create_session")
        approve(life)
    if operation in {"capture", "cancel", "refund"}:
        life.done("authorize")
    if operation == "refund":
        capture(life, ALL)
    life.sandbox.faults(vendor="paypal", method="POST", path="^/v2", **fault)

    outcome = life.call(operation)
    if forgotten:
        life.sandbox.control("POST", "paypal/forget_keys")
    outcome = life.again(outcome, forgotten=forgotten)

    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    assert [name for name, _ in life.effects()].count(operation) == (operation != "create_session")


def test_an_old_token_is_renewed_once(life: Life) -> None:
    life.done("create_session")
    life.sandbox.control("POST", "paypal/expire_tokens")
    assert life.done("status").state is State.PENDING
    assert [call["status"] for call in life.sandbox.calls("paypal") if "token" in call["path"]] == [200, 200]


def with_button(life: Life, amount: str = "1250.00", **fields: Any) -> Payment:
    """A payment by an order that the shop's own page has made."""
    made = life.sandbox.control("POST", "paypal/button", {"amount": amount, **fields})
    return replace(life.known, token=made["id"])


def test_an_order_of_the_shops_own_page_is_given_our_reference(life: Life) -> None:
    life.known = with_button(life)
    assert life.done("authorize").authorized == ALL
    [entry] = life.sandbox.ledger(operation="authorize")
    assert (entry["reference"], entry["object"]) == (life.known.reference, life.known.token)
    assert life.done("capture", authorized=ALL).captured == ALL


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"amount": "12.50"}, "is about 12.50 NOK, this payment about 1250.00 NOK"),
        ({"currency": "SEK"}, "is about 1250.00 SEK"),
        ({"unit": {"payee": {"merchant_id": "THIEF"}}}, "pays somebody else"),
        ({"unit": {"payee": {"email_address": "thief@example.com"}}}, "pays somebody else"),
    ],
)
def test_an_order_of_somebody_elses_making_is_not_believed(
    life: Life, fields: dict[str, Any], words: str
) -> None:
    life.options = {
        "values": Paypal.settings.compile(
            {"client_app_id": "c", "bearer_token": "s", "merchant_id": "STORE"}, {}
        )
    }
    life.known = with_button(life, **fields)
    outcome = life.call("authorize")
    assert (outcome.ending, words in outcome.message) == (Ending.FAILED, True), outcome.message
    assert life.effects() == []


def test_one_order_pays_one_payment_only(life: Life) -> None:
    life.known = with_button(life)
    life.done("authorize")
    other = life.call("authorize", reference="f" * 32, provider_id="")
    assert (other.ending, "paid for something else" in other.message) == (Ending.FAILED, True)
    assert len(life.effects()) == 1
