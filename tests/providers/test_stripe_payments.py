"""Stripe: its own minor units, authorising, what it counts as refunded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.contracts.payment import State
from connectors.errors import Rejected
from tenants.money import Money
from tests.contract.scenarios.base import LINES, nok
from tests.providers.stripe_shapes import PATH, charge, intent, payment, session, stripe


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("1250.00", "NOK", 125000),
        ("1250", "JPY", 1250),
        ("1250", "ISK", 125000),
        ("1250", "UGX", 125000),
        ("1250.00", "MGA", 1250),
        ("1.230", "KWD", 1230),
        ("12.34", "HUF", 1234),
        ("12.34", "TWD", 1234),
    ],
)
def test_minor_units_both_ways(amount: str, currency: str, units: int) -> None:
    money = Money.of(amount, currency)
    answer = intent(currency=currency.lower(), amount=units, amount_capturable=units)
    asked = stripe("authorize", payment(provider_id="", token="pm_1", amount=money), answer)
    assert asked.bodies[0]["amount"] == str(units)
    assert asked.result.authorized == money


@pytest.mark.parametrize(("amount", "currency"), [("1.234", "KWD"), ("0.001", "TND"), ("12.50", "MGA")])
def test_amounts_between_two_steps_are_not_rounded(amount: str, currency: str) -> None:
    asked = stripe("authorize", payment(provider_id="", amount=Money.of(amount, currency)), intent())
    assert isinstance(asked.error, Rejected)
    assert amount in asked.error.message
    assert asked.sent == []


def test_lines_that_stripe_cannot_express_are_shown_as_one() -> None:
    """They add up to what it takes: only the whole is charged."""
    shares = [replace(LINES[0], total=Money.of(total, "KWD")) for total in ("0.333", "0.667")]
    request = payment(provider_id="", amount=Money.of("1.000", "KWD"), lines=tuple(shares))
    asked = stripe("create_session", request, session())
    items = asked.bodies[0]["line_items"]
    assert (list(items), items["0"]["price_data"]["unit_amount"]) == (["0"], "1000")


def test_an_intent_of_the_shops_own_page_is_confirmed() -> None:
    asked = stripe("authorize", payment(token="pm_1"), intent())
    assert asked.sent == [("POST", f"{PATH}/confirm")]
    assert asked.bodies == [{"payment_method": "pm_1", "return_url": "https://shop.example/thanks"}]


def test_without_a_payment_method_the_shop_gets_a_secret_to_finish_with() -> None:
    answer = intent(status="requires_payment_method", amount_capturable=0)
    asked = stripe("authorize", payment(provider_id="", return_url=""), answer)
    assert asked.result.state is State.PENDING
    assert asked.result.client_secret.reveal() == answer[1]["client_secret"]
    assert not {"confirm", "payment_method", "automatic_payment_methods", "return_url"} & set(asked.bodies[0])


def test_a_declined_intent_that_is_read_says_why() -> None:
    failed = {"type": "card_error", "code": "card_declined", "decline_code": "expired_card"}
    asked = stripe("status", payment(), intent(status="requires_payment_method", last_payment_error=failed))
    assert asked.result.state is State.DECLINED
    assert "has expired" in asked.result.reason


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"status": "requires_capture", "amount_capturable": 0}, State.UNKNOWN),
        ({"status": "canceled", "cancellation_reason": "automatic"}, State.EXPIRED),
        ({"status": "canceled", "cancellation_reason": "abandoned"}, State.CANCELLED),
        ({"status": "processing"}, State.PENDING),
        ({"status": "requires_confirmation"}, State.PENDING),
    ],
)
def test_states(fields: dict[str, Any], state: State) -> None:
    assert stripe("status", payment(), intent(**fields)).result.state is state


def test_an_id_cannot_lead_elsewhere() -> None:
    asked = stripe("status", payment(provider_id="pi_1/../../refunds?x=1"), intent())
    assert all(path.startswith("/v1/payment_intents/pi_1%2F") for _, path in asked.sent)


@pytest.mark.parametrize(
    ("captured", "counted", "refunded", "state"),
    [
        (125000, 0, "0.00", State.CAPTURED),
        (125000, 40000, "400.00", State.CAPTURED),
        (125000, 125000, "1250.00", State.REFUNDED),
        (40000, 85000, "0.00", State.CAPTURED),
        (40000, 95000, "100.00", State.CAPTURED),
        (40000, 125000, "400.00", State.REFUNDED),
    ],
)
def test_what_a_partial_capture_released_is_no_refund(
    captured: int, counted: int, refunded: str, state: State
) -> None:
    asked = stripe(
        "status",
        payment(),
        intent(status="succeeded", amount_capturable=0, amount_received=captured),
        charge(amount_captured=captured, amount_refunded=counted, refunded=counted == 125000),
    )
    assert (asked.result.refunded, asked.result.state) == (nok(refunded), state)
