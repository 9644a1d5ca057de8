"""Stripe: test and live mode, error codes, declines in words."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.payment import State
from connectors.errors import Misconfigured, Rejected, RetryLater, Unknown
from connectors.providers.stripe.words import DECLINES, DISCREET, decline
from tenants.secret_value import SecretValue
from tests.providers.stripe_shapes import CAPTURED, charge, error, intent, payment, recorded, stripe, values


@pytest.mark.parametrize(
    ("key", "is_test"),
    [
        ("sk_live_51abc", True),
        ("rk_live_51abc", True),
        ("sk_test_51abc", False),
        ("rk_test_51abc", False),
        ("pk_test_51abc", True),
    ],
)
def test_a_key_of_the_other_mode_never_leaves(key: str, is_test: bool) -> None:
    asked = stripe("capture", payment(), intent(), values=values(api_token=SecretValue(key)), is_test=is_test)

    assert isinstance(asked.error, Misconfigured)
    assert "API Token" in asked.error.message
    assert key not in asked.error.message
    assert asked.sent == []


@pytest.mark.parametrize(("key", "is_test"), [("sk_live_51abc", False), ("rk_test_51abc", True)])
def test_a_key_of_the_right_mode_is_used(key: str, is_test: bool) -> None:
    asked = stripe(
        "status",
        payment(),
        intent(livemode=not is_test),
        values=values(api_token=SecretValue(key)),
        is_test=is_test,
    )
    assert asked.result.state is State.AUTHORIZED


@pytest.mark.parametrize("is_test", [True, False])
def test_an_object_of_the_other_mode_is_not_believed(is_test: bool) -> None:
    key = values(api_token=SecretValue("sk_secret"))
    asked = stripe("status", payment(), intent(livemode=is_test), values=key, is_test=is_test)
    assert isinstance(asked.error, Misconfigured)
    assert "Is Test" in asked.error.message


def test_the_account_header_is_sent_only_for_a_connected_account() -> None:
    [request] = stripe("status", payment(), intent(), values=values()).server.requests
    assert "stripe-account" not in request.headers
    [request] = stripe("status", payment(), intent(), values=values(client_id="acct_9")).server.requests
    assert request.headers["stripe-account"] == "acct_9"


@pytest.mark.parametrize(
    ("answer", "kind", "ending"),
    [
        (error(429, code="lock_timeout"), RetryLater, Ending.RETRY),
        (error(409), RetryLater, Ending.RETRY),
        (error(400, code="rate_limit"), RetryLater, Ending.RETRY),
        (error(401), Misconfigured, Ending.FAILED),
        (error(401, code="api_key_expired"), Misconfigured, Ending.FAILED),
        (error(403), Misconfigured, Ending.FAILED),
        (error(404, code="resource_missing"), Rejected, Ending.FAILED),
        (error(400, code="amount_too_large"), Rejected, Ending.FAILED),
        (error(402, type="card_error", code="card_declined"), Rejected, Ending.FAILED),
        (error(400, type="idempotency_error"), Unknown, Ending.UNKNOWN),
        (error(409, code="idempotency_key_in_use"), Unknown, Ending.UNKNOWN),
        (error(500, type="api_error"), Unknown, Ending.UNKNOWN),
    ],
)
def test_error_codes(answer: Any, kind: type[Exception], ending: Ending) -> None:
    asked = stripe("capture", payment(), answer)
    assert type(asked.error) is kind
    assert asked.outcome.ending is ending


def test_a_key_in_use_answers_nothing_for_the_try_that_holds_it() -> None:
    asked = stripe("capture", payment(), error(409, code="idempotency_key_in_use"))
    assert asked.error.answered is False
    assert stripe("capture", payment(), error(400, type="idempotency_error")).error.answered is True


@pytest.mark.parametrize(
    ("status", "word", "kind", "tries"),
    [
        (400, "true", RetryLater, 3),
        (404, "true", RetryLater, 3),
        (409, "false", RetryLater, 1),
        (429, "false", RetryLater, 1),
        (500, "false", Unknown, 1),
        (500, "true", Unknown, 3),
        (400, "false", Rejected, 1),
    ],
)
def test_should_retry_header_is_obeyed(status: int, word: str, kind: type[Exception], tries: int) -> None:
    asked = stripe("capture", payment(), error(status, {"Stripe-Should-Retry": word}))
    assert type(asked.error) is kind
    assert len(asked.sent) == tries


@pytest.mark.parametrize(
    ("operation", "code", "read", "state"),
    [
        ("capture", "charge_already_captured", CAPTURED, State.CAPTURED),
        ("refund", "charge_already_refunded", CAPTURED, State.REFUNDED),
        ("cancel", "payment_intent_unexpected_state", {"status": "canceled"}, State.CANCELLED),
        ("authorize", "payment_intent_unexpected_state", {}, State.AUTHORIZED),
    ],
)
def test_already_done_is_success_once_read_back(
    operation: str, code: str, read: dict[str, Any], state: State
) -> None:
    asked = stripe(
        operation,
        payment(),
        error(400, code=code),
        intent(**read),
        charge(amount_refunded=125000, refunded=True),
    )
    assert asked.result.state in {state, State.REFUNDED}


@pytest.mark.parametrize(("operation", "read"), [("capture", {"status": "canceled"}), ("cancel", CAPTURED)])
def test_already_done_is_refused_when_reading_back_says_otherwise(
    operation: str, read: dict[str, Any]
) -> None:
    asked = stripe(
        operation, payment(), error(400, code="payment_intent_unexpected_state"), intent(**read), charge()
    )
    assert asked.outcome.ending is Ending.FAILED
    assert isinstance(asked.error, Rejected)


@pytest.mark.parametrize("code", [*DECLINES, *sorted(DISCREET), "do_not_honor", "a_code_of_tomorrow"])
def test_declines_are_told_in_words(code: str) -> None:
    answer = error(
        402, type="card_error", code="card_declined", decline_code=code, message="Your card was declined."
    )
    asked = stripe("authorize", payment(provider_id="", token="pm_1"), answer)
    assert asked.error.code == code
    assert asked.error.message == decline({"decline_code": code})
    assert (code in asked.error.message) is (code not in DISCREET)


def test_a_refund_that_fails_at_once_is_refused() -> None:
    refund = {**recorded("refund"), "status": "failed", "failure_reason": "insufficient_funds"}
    asked = stripe("refund", payment(), (200, refund))
    assert isinstance(asked.error, Rejected)
    assert "insufficient_funds" in asked.error.message
