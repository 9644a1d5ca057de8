"""Whole lives of Vipps payments, against the simulator: a second reading of its rules that knows nothing of the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.payment import State
from connectors.errors import Misconfigured
from connectors.sandbox import start
from tests.contract.scenarios.base import nok
from tests.providers.life import Life

ALL = nok("1250.00")


@pytest.fixture
def life() -> Iterator[Life]:
    with start() as sandbox:
        yield Life(sandbox, "vipps", {"timeout_ms": 200})
        assert sandbox.doubles() == []


def shopper(life: Life, outcome: str = "approve") -> None:
    life.sandbox.control("POST", f"vipps/pay/{life.known.provider_id}", {"outcome": outcome})


def approved(life: Life) -> None:
    life.done("create_session")
    shopper(life)
    assert life.done("status").authorized == ALL


def test_captured_in_two_parts_and_the_rest_released(life: Life) -> None:
    assert life.done("create_session").redirect_url.endswith(life.known.reference)
    assert life.done("status").state is State.PENDING
    shopper(life)
    assert life.done("status").state is State.AUTHORIZED
    first = life.done("capture", amount=nok("400.00"))
    assert (first.state, first.captured, first.cancelled) == (State.CAPTURED, nok("400.00"), nok("0"))
    second = life.done("capture", amount=nok("350.00"), captured=nok("400.00"))
    assert second.captured == nok("750.00")
    rest = life.done("cancel", captured=nok("750.00"))
    assert (rest.state, rest.cancelled) == (State.CAPTURED, nok("500.00"))
    assert life.done("cancel", captured=nok("750.00")).cancelled == nok("500.00")
    assert life.call("capture", amount=nok("500.00"), captured=nok("750.00")).ending is Ending.FAILED
    part = life.done("refund", amount=nok("150.00"), captured=nok("750.00"))
    assert (part.state, part.refunded) == (State.CAPTURED, nok("150.00"))
    life.done("refund", amount=nok("600.00"), captured=nok("750.00"), refunded=nok("150.00"))
    assert life.done("status").state is State.REFUNDED
    assert life.effects() == [
        ("authorize", 125000),
        *(("capture", 40000), ("capture", 35000), ("cancel", 50000)),
        *(("refund", 15000), ("refund", 60000)),
    ]


@pytest.mark.parametrize("operation", ["capture", "refund"])
def test_done_twice_is_done_once(life: Life, operation: str) -> None:
    approved(life)
    if operation == "refund":
        life.done("capture")
        life.known = replace(life.known, captured=ALL)
    assert life.done(operation) == replace(life.done(operation), redirect_url="")
    assert [name for name, _ in life.effects()].count(operation) == 1


def test_cancelled_twice_and_not_captured_then(life: Life) -> None:
    approved(life)
    assert life.done("cancel").state is State.CANCELLED
    assert life.done("cancel").state is State.CANCELLED
    refused = life.call("capture")
    assert (refused.ending, refused.error.code) == (Ending.FAILED, "6070")  # type: ignore[union-attr]


def test_captured_by_hand_in_the_portal(life: Life) -> None:
    """What was asked for has happened, whoever did it; nothing is captured on top."""
    approved(life)
    life.sandbox.control(
        "POST", f"vipps/portal/{life.known.provider_id}", {"operation": "capture", "amount": 125000}
    )
    assert life.done("capture").captured == ALL
    refused = life.call("cancel", captured=ALL)
    assert refused.ending is Ending.FAILED
    assert life.effects() == [("authorize", 125000), ("capture", 125000)]


def test_cancelled_before_the_shopper_approved(life: Life) -> None:
    life.done("create_session")
    ended = life.done("cancel")
    assert (ended.state, ended.raw_state) == (State.CANCELLED, "TERMINATED")
    assert life.done("cancel").state is State.CANCELLED
    assert life.effects() == []


def test_given_up_and_tried_again_under_a_reference_of_its_own(life: Life) -> None:
    life.done("authorize")
    ours = life.known.reference
    for number in (2, 3):
        shopper(life, "abort")
        given_up = life.done("status")
        assert (given_up.state, given_up.reason) == (
            State.DECLINED,
            "The shopper stopped the payment in the app",
        )
        again = life.done("authorize")
        assert (again.state, again.provider_id) == (State.PENDING, f"{ours}-try{number}")
    shopper(life)
    assert life.done("authorize").state is State.AUTHORIZED
    assert life.done("find").provider_id == f"{ours}-try3"
    assert life.effects() == [("authorize", 125000)]


def test_an_open_payment_is_taken_and_not_opened_again(life: Life) -> None:
    first = life.done("create_session")
    again = life.done("authorize")
    assert (again.provider_id, again.redirect_url) == (first.provider_id, first.redirect_url)
    assert len(life.sandbox.vendor("vipps").units["884021"].payments) == 1  # type: ignore[attr-defined]


def test_not_approved_in_time(life: Life) -> None:
    life.done("authorize", token="+47 900 00 001")
    life.sandbox.control("POST", f"vipps/expire/{life.known.provider_id}")
    assert life.done("status").state is State.EXPIRED
    assert life.call("capture").ending is Ending.FAILED


def test_a_push_message_shows_no_page_and_needs_somebody_who_can_pay(life: Life) -> None:
    nobody = life.call("authorize", token="+47 900 00 000")
    assert (nobody.ending, nobody.error.code) == (Ending.FAILED, "7010")  # type: ignore[union-attr]
    pushed = life.done("authorize", token="+47 (900) 00-001")
    assert (pushed.state, pushed.redirect_url) == (State.PENDING, "")
    shopper(life)
    assert life.done("status").state is State.AUTHORIZED


def test_a_token_that_is_refused_is_renewed_once(life: Life) -> None:
    approved(life)
    life.sandbox.control("POST", "vipps/expire_tokens")
    assert life.done("capture").captured == ALL
    logins = [call for call in life.sandbox.calls("vipps") if call["path"] == "/accesstoken/get"]
    assert len(logins) == 2
    assert [entry["operation"] for entry in life.sandbox.ledger()] == ["authorize", "capture"]


def test_keys_that_do_not_log_in(life: Life) -> None:
    life.sandbox.faults(vendor="vipps", path="accesstoken", status=401)
    outcome = life.call("create_session")
    assert isinstance(outcome.error, Misconfigured)
    assert "check the credentials" in outcome.message


LOST: dict[str, dict[str, Any]] = {
    "dropped after": {"drop_after": True, "times": 4},
    "dropped before": {"drop_before": True, "times": 4},
    "silent": {"hang_after": True, "times": 3},
    "bad gateway": {"status_after_effect": 502, "times": 3},
    "cut": {"malformed": True},
    "web page": {"html": True},
}
CASES = [
    *((operation, fault, False) for operation in ("create_session", "capture") for fault in LOST),
    *((operation, fault, True) for operation in ("create_session", "capture") for fault in list(LOST)[:2]),
    *(
        (operation, "dropped after", forgotten)
        for operation in ("cancel", "refund")
        for forgotten in (False, True)
    ),
]


@pytest.mark.parametrize(("operation", "fault", "forgotten"), CASES)
def test_a_lost_answer_has_one_effect(life: Life, operation: str, fault: str, forgotten: bool) -> None:
    """Whatever became of the answer, asking again ends in success and in one effect, also once the key is forgotten."""
    if operation != "create_session":
        approved(life)
    if operation == "refund":
        life.done("capture")
        life.known = replace(life.known, captured=ALL)
    life.sandbox.faults(vendor="vipps", method="POST", path="epayment", **LOST[fault])

    first = life.call(operation)
    outcome = life.again(first, forgotten=forgotten)

    assert first.ending is Ending.UNKNOWN
    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    payments = life.sandbox.vendor("vipps").units["884021"].payments  # type: ignore[attr-defined]
    assert len(payments) == 1
    if operation == "create_session":
        assert outcome.result.redirect_url
    else:
        assert [name for name, _ in life.effects()].count(operation) == 1


@pytest.mark.parametrize("operation", ["create_session", "capture"])
def test_a_key_that_is_known_may_also_be_refused(life: Life, operation: str) -> None:
    """Vipps' pages say both, that a repetition is safe and that a known key is an error."""
    if operation == "capture":
        approved(life)
    life.sandbox.control("POST", "vipps/keys", {"repeatable": False})
    life.sandbox.faults(vendor="vipps", method="POST", path="epayment", drop_after=True)
    assert life.done(operation).provider_id == life.known.reference
    assert len(life.effects()) == (2 if operation == "capture" else 0)


@pytest.mark.parametrize("fault", [{"status": 429}, {"status": 423}, {"status": 503}], ids=str)
def test_what_passes_is_tried_again_at_once(life: Life, fault: dict[str, Any]) -> None:
    approved(life)
    life.sandbox.faults(vendor="vipps", method="POST", path="capture", **fault)
    assert life.done("capture").captured == ALL
    assert life.effects() == [("authorize", 125000), ("capture", 125000)]


def test_a_gateway_that_throttles_for_long_is_left_for_later(life: Life) -> None:
    approved(life)
    life.sandbox.faults(vendor="vipps", method="POST", path="capture", status=429, times=None)
    outcome = life.call("capture")
    assert (outcome.ending, outcome.error.answered) == (Ending.RETRY, True)  # type: ignore[union-attr]
    assert life.effects() == [("authorize", 125000)]
