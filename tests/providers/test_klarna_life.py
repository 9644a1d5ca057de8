"""Whole lives of payments at the simulated Klarna: a second reading of its rules that knows nothing of the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from connectors.calls import Ending, perform
from connectors.contracts.payment import State
from connectors.sandbox import Sandbox, start
from tests.contract.scenarios.base import nok
from tests.providers.life import Life

ALL, PART, REST = nok("1250.00"), nok("400.00"), nok("850.00")
TOKEN = "accepted-0001"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with start() as running:
        yield running


@pytest.fixture
def life(sandbox: Sandbox) -> Iterator[Life]:
    sandbox.reset()
    yield Life(sandbox, "klarna")
    assert sandbox.doubles() == []


def know(life: Life, **amounts: Any) -> None:
    """What the hub's ledger has learnt."""
    life.known = replace(life.known, **amounts)


def shopper(life: Life, outcome: str) -> dict[str, Any]:
    page = life.known.provider_id.removeprefix("hpp:")
    done: dict[str, Any] = life.sandbox.control("POST", f"klarna/pay/{page}", {"outcome": outcome})
    return done


def test_paid_on_the_hosted_page_captured_in_two_parts_and_refunded_in_two(life: Life) -> None:
    opened = life.done("create_session")
    assert opened.state is State.PENDING
    shopper(life, "pay")
    paid = life.done("status")
    assert (paid.state, paid.authorized, paid.replaces) == (State.AUTHORIZED, ALL, opened.provider_id)
    know(life, authorized=ALL)
    assert life.done("capture", amount=PART).captured == PART
    know(life, captured=PART)
    half = life.done("status")
    assert (half.state, half.captured, half.cancelled) == (State.CAPTURED, PART, nok("0"))
    life.done("capture", amount=REST)
    know(life, captured=ALL)
    life.done("refund", amount=PART)
    know(life, refunded=PART)
    assert (life.done("status").state, life.done("status").refunded) == (State.CAPTURED, PART)
    life.done("refund", amount=REST)
    assert life.done("status").state is State.REFUNDED
    moved = [("capture", 40000), ("capture", 85000), ("refund", 40000), ("refund", 85000)]
    assert life.effects() == [("authorize", 125000), *moved]


def test_an_operation_finds_the_order_of_its_page_by_itself(life: Life) -> None:
    opened = life.done("create_session")
    early = life.call("capture")
    assert (early.ending, early.message) == (Ending.FAILED, "The shopper has not paid on Klarna's page yet")
    shopper(life, "pay")
    captured = life.done("capture")
    assert (captured.captured, captured.replaces) == (ALL, opened.provider_id)


def test_the_rest_is_released(life: Life) -> None:
    life.done("authorize", token=TOKEN)
    life.done("capture", amount=PART)
    know(life, captured=PART)
    released = life.done("cancel", amount=REST)
    assert (released.state, released.cancelled) == (State.CAPTURED, REST)
    status = life.done("status")
    assert (status.state, status.captured, status.cancelled) == (State.CAPTURED, PART, REST)
    assert life.call("capture", amount=REST).ending is Ending.FAILED
    assert life.done("cancel", amount=REST).cancelled == REST
    assert life.effects() == [("authorize", 125000), ("capture", 40000), ("cancel", 85000)]


def test_the_shopper_tries_again_and_gives_up(life: Life) -> None:
    """A declined or interrupted page is still open; a cancelled one is not."""
    life.done("create_session")
    for outcome in ("decline", "back", "error"):
        shopper(life, outcome)
        assert life.done("status").state is State.PENDING
    shopper(life, "cancel")
    assert life.done("status").state is State.CANCELLED
    assert life.done("cancel").state is State.CANCELLED


def test_a_page_is_closed_or_lapses(life: Life) -> None:
    life.done("create_session")
    assert life.done("cancel").raw_state == "DISABLED"
    assert life.done("cancel").state is State.CANCELLED
    with pytest.raises(ValueError, match="DISABLED"):
        shopper(life, "pay")
    life.done("create_session")
    life.sandbox.control("POST", f"klarna/lapse/{life.known.provider_id.removeprefix('hpp:')}")
    assert life.done("status").state is State.EXPIRED
    assert life.effects() == []


def test_a_token_places_one_order_however_often_it_is_sent(life: Life) -> None:
    first = life.done("authorize", token=TOKEN)
    assert life.done("authorize", token=TOKEN).provider_id == first.provider_id
    assert life.effects() == [("authorize", 125000)]
    unknown = life.call("authorize", token="b1f2a3c4-0d5e")
    assert (unknown.ending, "No authorisation is known" in unknown.message) == (Ending.FAILED, True)
    assert "hosted page" in life.call("authorize", token="").message


@pytest.mark.parametrize(
    ("outcome", "state", "held"),
    [
        ("accept", State.AUTHORIZED, "0"),
        ("reject", State.DECLINED, "0"),
        ("stop", State.CANCELLED, "1250.00"),
    ],
)
def test_the_fraud_check_decides_later(life: Life, outcome: str, state: State, held: str) -> None:
    pending = life.done("authorize", token="pending-0001")
    assert (pending.state, pending.authorized) == (State.PENDING, None)
    assert life.done("status").state is State.PENDING
    assert life.call("capture").ending is Ending.FAILED
    life.sandbox.control("POST", f"klarna/review/{pending.provider_id}", {"outcome": outcome})
    assert life.done("status", authorized=nok(held)).state is state


def test_cancelled_twice_and_never_captured(life: Life) -> None:
    life.done("authorize", token=TOKEN)
    assert life.done("cancel").state is State.CANCELLED
    assert life.done("cancel").state is State.CANCELLED
    assert life.call("capture").ending is Ending.FAILED
    assert life.effects() == [("authorize", 125000), ("cancel", 125000)]


def test_an_authorisation_that_lapses(life: Life) -> None:
    order = life.done("authorize", token=TOKEN)
    life.sandbox.control("POST", f"klarna/lapse/{order.provider_id}")
    assert life.done("status").state is State.EXPIRED
    assert life.done("cancel").state is State.EXPIRED


def test_captured_and_refunded_twice_in_full(life: Life) -> None:
    life.done("authorize", token=TOKEN)
    assert life.done("capture").captured == life.done("capture").captured == ALL
    assert life.call("cancel", captured=ALL).ending is Ending.FAILED
    life.done("refund", captured=ALL)
    assert life.done("refund", captured=ALL).refunded == ALL
    assert life.effects() == [("authorize", 125000), ("capture", 125000), ("refund", 125000)]


FAULTS = [
    {"drop_after": True},
    {"drop_before": True},
    {"status": 500},
    {"status_after_effect": 502},
    {"status": 429},
    {"html": True},
    {"malformed": True},
]


@pytest.mark.parametrize("forgotten", [False, True], ids=["soon", "late"])
@pytest.mark.parametrize("operation", ["capture", "cancel", "refund"])
def test_whatever_goes_wrong_there_is_one_effect(life: Life, operation: str, forgotten: bool) -> None:
    """Asked again at once or after the key is forgotten, each ends in success and in one effect."""
    for fault in FAULTS:
        life.sandbox.reset()
        life.known = replace(life.known, provider_id="", captured=nok("0"))
        life.done("authorize", token=TOKEN)
        if operation == "refund":
            life.done("capture")
            know(life, captured=ALL)
        life.sandbox.faults(vendor="klarna", method="POST", path="ordermanagement", **fault)

        outcome = life.call(operation)
        if forgotten and outcome.ending is Ending.UNKNOWN:
            life.sandbox.control("POST", "klarna/forget_keys")
        outcome = life.again(outcome, forgotten=forgotten)

        assert outcome.ending is Ending.SUCCEEDED, (fault, outcome.message)
        assert [name for name, _ in life.effects()].count(operation) == 1, fault
        assert life.sandbox.doubles() == []


@pytest.mark.parametrize("fault", [{"drop_after": True}, {"drop_before": True}, {"status_after_effect": 502}])
def test_a_lost_order_is_recognised_by_its_token(life: Life, fault: dict[str, Any]) -> None:
    life.sandbox.faults(vendor="klarna", path="authorizations", times=3, **fault)
    first = life.call("authorize", token=TOKEN)
    assert first.ending is Ending.UNKNOWN
    later = replace(first.prepared, uncertain=True, attempt=2, first_sent_at=first.started_at)
    assert perform(later, life.ports).ending is Ending.SUCCEEDED
    assert life.effects() == [("authorize", 125000)]


def test_once_the_token_is_over_a_person_decides(life: Life) -> None:
    life.sandbox.faults(vendor="klarna", path="authorizations", times=3, drop_after=True)
    outcome = life.again(life.call("authorize", token=TOKEN), forgotten=True)
    assert (outcome.ending, outcome.needs_person) == (Ending.UNKNOWN, True)
    assert len(life.sandbox.calls("klarna")) == 3


@pytest.mark.parametrize("path", ["payments/v1/sessions", "hpp/v1/sessions"])
def test_a_page_that_nobody_was_told_of_is_opened_anew(life: Life, path: str) -> None:
    life.sandbox.faults(vendor="klarna", path=path, malformed=True)
    outcome = life.again(life.call("create_session"), forgotten=True)
    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    assert life.effects() == []
