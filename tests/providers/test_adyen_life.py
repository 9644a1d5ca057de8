"""Whole lives of payments at Adyen, against the simulator: what was taken on, and what its webhooks then tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.base import Inbound
from connectors.contracts.payment import PaymentEvent, State
from connectors.errors import Misconfigured, Rejected
from connectors.providers.adyen import Adyen
from connectors.sandbox import start
from tests.contract.bench import connector
from tests.contract.scenarios.base import nok
from tests.providers.life import Life

COLUMNS = {"bearer_token": "AQElife", "merchant_id": "NordStoreNO", "is_test": True}
ALL, PART = nok("1250.00"), nok("400.00")


def token(holder: str = "Kari Nordmann", number: str = "4111111111111111") -> str:
    card = {"type": "scheme", "holderName": holder, "encryptedCardNumber": f"test_{number}"}
    return json.dumps({"paymentMethod": card})


def with_values(columns: dict[str, Any], **properties: str) -> dict[str, Any]:
    return {"values": Adyen.settings.compile(columns, properties)}


@pytest.fixture
def life() -> Iterator[Life]:
    with start() as sandbox:
        yield Life(sandbox, "adyen", with_values(COLUMNS, MultipleCaptures="true"))
        assert sandbox.doubles() == []


def told(life: Life) -> list[PaymentEvent]:
    """What the webhooks say so far, as the provider reads them."""
    items = life.sandbox.control("GET", "adyen/told")["items"]
    whole = {"live": "false", "notificationItems": [{"NotificationRequestItem": item} for item in items]}
    config = connector("adyen", host="https://vendor.invalid", **life.options)
    inbound = Inbound(
        method="POST", url="https://hub.example/", headers={}, body=json.dumps(whole).encode(), received_at=0
    )
    return Adyen(config, None).read_webhook(inbound)  # type: ignore[arg-type, return-value]


def last(life: Life) -> tuple[str, State, str]:
    event = told(life)[-1]
    return event.operation, event.result.state, str(event.amount)


def held(life: Life) -> dict[str, int]:
    found = life.sandbox.control("GET", f"adyen/payments/{life.known.provider_id}")
    return {name: found[name] for name in ("captured", "refunded", "released")}


def test_authorised_captured_and_refunded_in_parts(life: Life) -> None:
    life.sandbox.control("POST", "adyen/account", {"multiple_captures": True})
    assert life.done("authorize", token=token()).authorized == ALL
    assert last(life) == ("authorize", State.AUTHORIZED, "1250.00 NOK")
    first = life.done("capture", amount=PART, authorized=ALL)
    assert (first.state, first.cancelled) == (State.PENDING, None)
    assert (told(life)[-1].result.operation_id, last(life)[2]) == (first.operation_id, "400.00 NOK")
    life.done("capture", amount=nok("850.00"), authorized=ALL, captured=PART)
    refund = life.done("refund", amount=PART, captured=ALL)
    assert told(life)[-1].result.operation_id == refund.operation_id
    assert held(life) == {"captured": 125000, "refunded": 40000, "released": 0}
    assert life.effects() == [
        ("authorize", 125000),
        ("capture", 40000),
        ("capture", 85000),
        ("refund", 40000),
    ]


def test_a_partial_capture_is_final_unless_the_account_has_several(life: Life) -> None:
    life.options = with_values(COLUMNS)
    life.done("authorize", token=token())
    result = life.done("capture", amount=PART, authorized=ALL)
    assert (result.state, result.cancelled) == (State.PENDING, nok("850.00"))
    assert held(life) == {"captured": 40000, "refunded": 0, "released": 85000}
    life.done("capture", amount=nok("850.00"), authorized=ALL, captured=PART)
    assert last(life)[:2] == ("capture", State.DECLINED)


def test_the_rest_is_released_after_a_partial_capture(life: Life) -> None:
    life.sandbox.control("POST", "adyen/account", {"multiple_captures": True})
    life.done("authorize", token=token())
    life.done("capture", amount=PART, authorized=ALL)
    assert life.done("cancel", authorized=ALL, captured=PART).state is State.PENDING
    assert last(life)[:2] == ("cancel", State.CANCELLED)
    assert held(life)["released"] == 85000


def test_what_was_captured_may_fail_afterwards_and_be_repaired(life: Life) -> None:
    life.done("authorize", token=token())
    change = life.done("capture", authorized=ALL).operation_id
    life.sandbox.control("POST", f"adyen/fail/{change}")
    failed = told(life)[-1]
    assert (failed.operation, failed.result.state) == ("capture", State.DECLINED)
    assert failed.result.operation_id == change
    life.sandbox.control("POST", f"adyen/repair/{change}")
    assert last(life) == ("capture", State.CAPTURED, "1250.00 NOK")
    assert told(life)[-1].result.operation_id != change


@pytest.mark.parametrize(
    ("holder", "words"),
    [
        ("DECLINED", "gives no reason"),
        ("NOT_ENOUGH_BALANCE", "not enough money"),
        ("CARD_EXPIRED", "has expired"),
        ("ERROR", "another try may succeed"),
        ("FRAUD", "gives no reason; the shopper may ask it or use another card"),
    ],
)
def test_declined(life: Life, holder: str, words: str) -> None:
    result = life.done("authorize", token=token(holder))
    assert result.state is State.DECLINED
    assert words in result.reason
    assert "20" not in result.reason
    assert (last(life)[:2], life.effects()) == (("authorize", State.DECLINED), [])


@pytest.mark.parametrize(("outcome", "state"), [("succeed", State.AUTHORIZED), ("fail", State.DECLINED)])
def test_the_bank_asks_the_shopper(life: Life, outcome: str, state: State) -> None:
    asked = life.done("authorize", token=token(number="4212345678910006"))
    assert asked.state is State.PENDING
    assert asked.provider_id == life.known.reference
    assert json.loads(asked.client_secret.reveal())["type"] == "redirect"  # type: ignore[union-attr]
    assert life.call("status").result is None
    assert isinstance(life.call("capture", authorized=ALL).error, Rejected)
    place = asked.redirect_url.rpartition("/")[2]
    back = life.sandbox.control("POST", f"adyen/bank/{place}", {"outcome": outcome})
    ended = life.done("authorize", token=json.dumps({"details": back}))
    assert ended.state is state
    assert ended.provider_id == told(life)[-1].provider_id


def test_a_bank_payment_is_told_even_if_the_shopper_never_comes_back(life: Life) -> None:
    asked = life.done("authorize", token=json.dumps({"type": "ideal"}))
    life.sandbox.control("POST", f"adyen/bank/{asked.redirect_url.rpartition('/')[2]}")
    event = told(life)[-1]
    assert (event.reference, event.result.state) == (life.known.reference, State.AUTHORIZED)
    assert life.done("cancel").state is State.PENDING
    assert last(life)[:2] == ("cancel", State.CANCELLED)
    assert told(life)[-1].provider_id == event.provider_id


def test_payment_link(life: Life) -> None:
    opened = life.done("create_session")
    assert life.done("status").state is State.PENDING
    life.sandbox.control("POST", f"adyen/pay/{opened.provider_id}", {"holderName": "DECLINED"})
    assert life.done("status").raw_state == "active"
    life.sandbox.control("POST", f"adyen/pay/{opened.provider_id}")
    assert (life.done("status").state, life.done("status").raw_state) == (State.PENDING, "completed")
    assert [event.result.state for event in told(life)] == [State.DECLINED, State.AUTHORIZED]
    assert isinstance(life.call("cancel").error, Rejected)
    life.known = replace(life.known, provider_id=told(life)[-1].provider_id)
    assert life.done("capture", authorized=ALL).state is State.PENDING


def test_payment_link_that_is_given_up(life: Life) -> None:
    opened = life.done("create_session")
    assert life.done("cancel").state is State.CANCELLED
    assert life.done("cancel").state is State.CANCELLED
    assert life.done("status").state is State.EXPIRED
    with pytest.raises(ValueError, match="expired"):
        life.sandbox.control("POST", f"adyen/pay/{opened.provider_id}")


def test_an_authorisation_that_lapses(life: Life) -> None:
    opened = life.done("authorize", token=token())
    life.sandbox.control("POST", f"adyen/lapse/{opened.provider_id}")
    event = told(life)[-1]
    assert (event.result.state, event.provider_id) == (State.EXPIRED, opened.provider_id)


def test_an_account_that_does_not_exist(life: Life) -> None:
    life.options = with_values({**COLUMNS, "merchant_id": "UnknownStore"})
    assert isinstance(life.call("authorize", token=token()).error, Misconfigured)


def prepared_for(life: Life, operation: str) -> dict[str, Any]:
    """The payment as it is when this operation is due."""
    if operation == "authorize":
        return {"token": token()}
    life.done("authorize", token=token())
    if operation == "refund":
        life.done("capture", authorized=ALL)
        return {"captured": ALL}
    return {"authorized": ALL}


@pytest.mark.parametrize("operation", ["authorize", "capture", "cancel", "refund"])
@pytest.mark.parametrize(
    "fault",
    [
        {"drop_before": True},
        {"drop_after": True},
        {"status": 429},
        {"status": 500},
        {"status_after_effect": 500},
        {"status_after_effect": 502},
        {"malformed": True},
        {"html": True},
    ],
    ids=lambda fault: "-".join(map(str, *fault.items())),
)
def test_whatever_becomes_of_an_answer_there_is_one_effect(
    life: Life, operation: str, fault: dict[str, Any]
) -> None:
    """Repeating the key is the only way to ask, and it is enough."""
    request = prepared_for(life, operation)
    life.sandbox.faults(vendor="adyen", method="POST", **fault)

    outcome = life.again(life.call(operation, **request))

    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    assert [name for name, _ in life.effects()].count(operation) == 1


def test_once_the_key_is_forgotten_a_person_decides(life: Life) -> None:
    request = prepared_for(life, "capture")
    life.sandbox.faults(vendor="adyen", method="POST", drop_after=True, times=None)
    first = life.call("capture", **request)
    life.sandbox.control("POST", "adyen/forget_keys")
    before = len(life.sandbox.calls("adyen"))

    late = life.again(first, forgotten=True)

    assert (late.ending, late.needs_person) == (Ending.UNKNOWN, True)
    assert len(life.sandbox.calls("adyen")) == before
    assert [name for name, _ in life.effects()].count("capture") == 1
