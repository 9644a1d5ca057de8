"""Whole lives of payments, against the simulator: a second reading of Stripe's rules that knows nothing of the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from connectors.calls import Ending, perform
from connectors.contracts.payment import State
from connectors.providers.stripe import Stripe
from connectors.sandbox import start
from tests.contract.scenarios.base import nok
from tests.providers.life import Life

VALUES = Stripe.settings.compile({"bearer_token": "sk_test_life"}, {})


@pytest.fixture
def life() -> Iterator[Life]:
    with start() as sandbox:
        yield Life(sandbox, "stripe", {"values": VALUES})
        assert sandbox.doubles() == []


def test_authorised_captured_and_refunded_in_two_parts(life: Life) -> None:
    assert life.done("authorize", token="pm_card_visa").authorized == nok("1250.00")
    assert life.done("capture").captured == nok("1250.00")
    assert life.done("refund", amount=nok("400.00"), captured=nok("1250.00")).state is State.REFUNDED
    status = life.done("status")
    assert (status.state, status.refunded) == (State.CAPTURED, nok("400.00"))
    life.done("refund", amount=nok("850.00"), captured=nok("1250.00"), refunded=nok("400.00"))
    assert life.done("status").state is State.REFUNDED


def test_a_partial_capture_is_final(life: Life) -> None:
    life.done("authorize", token="pm_card_visa")
    result = life.done("capture", amount=nok("400.00"))
    assert (result.captured, result.cancelled) == (nok("400.00"), nok("850.00"))
    status = life.done("status")
    assert (status.state, status.captured, status.refunded) == (State.CAPTURED, nok("400.00"), nok("0"))
    again = life.call("capture", amount=nok("850.00"), captured=nok("400.00"))
    assert again.ending is Ending.FAILED
    life.done("refund", amount=nok("400.00"), captured=nok("400.00"))
    assert life.done("status").refunded == nok("400.00")


def test_captured_and_cancelled_twice(life: Life) -> None:
    life.done("authorize", token="pm_card_visa")
    assert life.done("capture").captured == life.done("capture").captured
    assert life.call("cancel", captured=nok("1250.00")).ending is Ending.FAILED
    assert life.effects() == [("authorize", 125000), ("capture", 125000)]


def test_cancelled_twice(life: Life) -> None:
    life.done("authorize", token="pm_card_visa")
    assert life.done("cancel").state is State.CANCELLED
    assert life.done("cancel").state is State.CANCELLED
    assert life.call("capture").ending is Ending.FAILED


def test_refunded_twice_in_full(life: Life) -> None:
    life.done("authorize", token="pm_card_visa")
    life.done("capture")
    life.done("refund", captured=nok("1250.00"))
    assert life.done("refund", captured=nok("1250.00")).refunded == nok("1250.00")
    assert life.effects()[2:] == [("refund", 125000)]


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ("pm_card_chargeDeclined", "gives no reason"),
        ("pm_card_chargeDeclinedInsufficientFunds", "not enough money"),
        ("pm_card_chargeDeclinedExpiredCard", "has expired"),
        ("pm_card_visa_chargeDeclinedStolenCard", "gives no reason"),
    ],
)
def test_declined(life: Life, card: str, words: str) -> None:
    outcome = life.call("authorize", token=card)
    assert outcome.ending is Ending.FAILED
    assert words in outcome.message
    assert "stolen" not in outcome.message


def test_declined_and_then_paid_with_another_card(life: Life) -> None:
    life.call("authorize", token="pm_card_chargeDeclined")
    assert life.done("find").state is State.DECLINED
    life.known = replace(life.known, provider_id="")
    life.done("authorize", token="pm_card_visa")
    life.known = replace(life.known, provider_id="")
    assert life.done("find").state is State.AUTHORIZED


@pytest.mark.parametrize(("outcome", "state"), [("succeed", State.AUTHORIZED), ("fail", State.DECLINED)])
def test_the_bank_asks_the_shopper(life: Life, outcome: str, state: State) -> None:
    asked = life.done("authorize", token="pm_card_authenticationRequired")
    assert asked.state is State.PENDING
    assert asked.redirect_url
    life.sandbox.control("POST", f"stripe/authenticate/{asked.provider_id}", {"outcome": outcome})
    assert life.done("status").state is state


def test_hosted_checkout(life: Life) -> None:
    opened = life.done("create_session")
    assert life.done("status").state is State.PENDING
    assert life.call("capture").ending is Ending.FAILED
    life.sandbox.control("POST", f"stripe/pay/{opened.provider_id}")
    paid = life.done("status")
    assert (paid.state, paid.replaces) == (State.AUTHORIZED, opened.provider_id)
    assert life.known.provider_id.startswith("pi_")
    life.known = replace(life.known, provider_id=opened.provider_id)
    assert life.done("capture").captured == nok("1250.00")


def test_hosted_checkout_that_is_given_up(life: Life) -> None:
    opened = life.done("create_session")
    assert life.done("cancel").state is State.CANCELLED
    assert life.done("status").state is State.EXPIRED
    with pytest.raises(ValueError, match="expired"):
        life.sandbox.control("POST", f"stripe/pay/{opened.provider_id}")


def test_an_authorisation_that_lapses(life: Life) -> None:
    opened = life.done("authorize", token="pm_card_visa")
    life.sandbox.control("POST", f"stripe/lapse/{opened.provider_id}")
    assert life.done("status").state is State.EXPIRED
    assert life.done("cancel").state is State.EXPIRED
    assert life.call("capture").ending is Ending.FAILED


@pytest.mark.parametrize("operation", ["authorize", "capture", "cancel", "refund"])
@pytest.mark.parametrize(
    "fault", [{"drop_after": True}, {"status_after_effect": 502}, {"malformed": True}, {"html": True}]
)
def test_a_lost_answer_has_one_effect(life: Life, operation: str, fault: dict[str, Any]) -> None:
    """Whatever became of the answer, asking again ends in success and in one effect."""
    if operation != "authorize":
        life.done("authorize", token="pm_card_visa")
    if operation == "refund":
        life.done("capture")
        life.known = replace(life.known, captured=nok("1250.00"))
    life.sandbox.faults(vendor="stripe", method="POST", **fault)

    outcome = life.call(operation, token="pm_card_visa")
    if outcome.ending is Ending.UNKNOWN:
        retried = replace(
            outcome.prepared,
            uncertain=True,
            answered=bool(outcome.error and outcome.error.answered),
            attempt=2,
        )
        outcome = perform(retried, life.ports)

    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    assert [name for name, _ in life.effects()].count(operation) == 1


def test_a_stored_error_is_not_repeated_for_ever(life: Life) -> None:
    """Stripe replays a 500 under its key: only asking, and then a new key, leads on."""
    life.done("authorize", token="pm_card_visa")
    life.sandbox.faults(vendor="stripe", method="POST", status=500, seen_by_vendor=True)
    first = life.call("capture")
    assert first.ending is Ending.UNKNOWN
    second = perform(replace(first.prepared, uncertain=True, answered=True, attempt=2), life.ports)
    assert second.ending is Ending.SUCCEEDED, second.message
    assert second.renewed
    assert life.effects() == [("authorize", 125000), ("capture", 125000)]
