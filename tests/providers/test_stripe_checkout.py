"""Stripe: hosted checkouts, and looking payments up without a search."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest

from connectors.calls import Ending
from connectors.contracts.payment import State
from connectors.errors import Rejected, Unknown
from connectors.proof import CALL_S, WORKS_ON_S
from connectors.providers.stripe import CLOCK_SLACK, PAGES
from connectors.providers.stripe.words import locale
from tests.contract.scenarios.base import LINES, PLACED_AT
from tests.providers.stripe_shapes import (
    CAPTURED,
    INTENT,
    PATH,
    SESSION,
    STRANGER,
    intent,
    page,
    payment,
    recorded,
    session,
    stripe,
)


def test_lines_that_do_not_add_up_are_one_line() -> None:
    for lines in ((), LINES[:1], LINES * 60):
        asked = stripe("create_session", payment(provider_id="", lines=lines), session())
        price = {"currency": "nok", "unit_amount": "125000", "product_data": {"name": "Order 100234"}}
        assert asked.bodies[0]["line_items"] == {"0": {"quantity": "1", "price_data": price}}


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("nb-NO", "nb"),
        ("no", "nb"),
        ("sv", "sv"),
        ("en-GB", "en-GB"),
        ("pt-BR", "pt-BR"),
        ("", "auto"),
        ("tlh", "auto"),
    ],
)
def test_locale(language: str, wanted: str) -> None:
    assert locale(language) == wanted


def test_an_open_checkout_is_pending_and_a_paid_one_is_its_intent() -> None:
    at = payment(provider_id=SESSION)
    assert stripe("status", at, session()).result.provider_id == SESSION
    asked = stripe("status", at, session(status="complete", payment_intent=INTENT), intent())
    assert (asked.result.provider_id, asked.result.state) == (INTENT, State.AUTHORIZED)
    assert stripe("status", at, session(status="expired")).result.state is State.EXPIRED


def test_a_checkout_that_nobody_paid_is_not_captured() -> None:
    asked = stripe("capture", payment(provider_id=SESSION), session())
    assert isinstance(asked.error, Rejected)
    assert asked.sent == [("GET", f"/v1/checkout/sessions/{SESSION}")]


def test_a_paid_checkout_is_captured_and_refunded_by_its_intent() -> None:
    done = session(status="complete", payment_intent=INTENT)
    asked = stripe("capture", payment(provider_id=SESSION), done, intent(**CAPTURED))
    assert asked.sent[1] == ("POST", f"{PATH}/capture")
    asked = stripe("refund", payment(provider_id=SESSION), done, (200, recorded("refund")))
    assert asked.bodies[1]["payment_intent"] == INTENT
    assert asked.result.provider_id == INTENT


def test_an_open_checkout_is_expired_and_a_paid_one_cancelled() -> None:
    at = payment(provider_id=SESSION)
    asked = stripe("cancel", at, session(payment_intent=INTENT), session(status="expired"))
    assert asked.sent[1] == ("POST", f"/v1/checkout/sessions/{SESSION}/expire")
    assert asked.result.state is State.CANCELLED
    asked = stripe("cancel", at, session(status="complete", payment_intent=INTENT), intent(status="canceled"))
    assert asked.sent[1] == ("POST", f"{PATH}/cancel")


def test_a_look_up_that_finds_no_end_is_no_answer() -> None:
    asked = stripe("find", payment(provider_id=""), page(STRANGER, more=True))
    assert isinstance(asked.error, Unknown)
    assert len(asked.sent) == PAGES


def test_a_lost_authorisation_is_not_repeated_while_the_look_up_is_open() -> None:
    lost = payment(provider_id="", token="pm_1")
    asked = stripe("authorize", lost, page(STRANGER, more=True), uncertain=True)
    assert asked.outcome.ending is Ending.UNKNOWN
    assert {method for method, _ in asked.sent} == {"GET"}


def test_a_lost_authorisation_is_found_by_our_reference() -> None:
    asked = stripe(
        "authorize", payment(provider_id="", token="pm_1"), page(recorded("status")), uncertain=True
    )
    assert asked.result.provider_id == INTENT
    assert len(asked.sent) == 1


def test_a_lost_authorisation_is_looked_for_among_those_of_its_time() -> None:
    asked = stripe(
        "authorize", payment(provider_id="", token="pm_1"), page(recorded("status")), uncertain=True
    )
    asks = {name: int(value) for name, value in parse_qsl(urlsplit(asked.sent[0][1]).query)}
    assert asks["created[lte]"] < datetime.now(UTC).timestamp() - 29 * 86_400
    assert asks["created[lte]"] - asks["created[gte]"] == 2 * CLOCK_SLACK + CALL_S + WORKS_ON_S


def test_a_lost_authorisation_that_is_nowhere_is_carried_out() -> None:
    asked = stripe(
        "authorize", payment(provider_id="", token="pm_1"), page(STRANGER), page(), intent(), uncertain=True
    )
    assert asked.result.state is State.AUTHORIZED
    assert [method for method, _ in asked.sent] == ["GET", "GET", "POST"]


def test_a_lost_checkout_is_found_among_the_sessions() -> None:
    asked = stripe(
        "create_session", payment(provider_id=""), page(), page(recorded("session")), uncertain=True
    )
    assert asked.result.redirect_url
    assert asked.sent[1] == ("GET", "/v1/checkout/sessions?limit=100")


def test_a_look_up_ends_where_the_payment_began() -> None:
    long_ago = {
        **recorded("session"),
        "created": int(PLACED_AT.timestamp()) - 3600,
        "client_reference_id": "x",
    }
    asked = stripe("find", payment(provider_id=""), page(), page({**long_ago, "metadata": {}}, more=True))
    assert asked.result is None
    assert len(asked.sent) == 2


def test_the_newest_of_two_attempts_counts() -> None:
    newer = {**recorded("status"), "id": "pi_newer"}
    asked = stripe("find", replace(payment(provider_id=""), created_at=None), page(newer, recorded("status")))
    assert asked.result.provider_id == "pi_newer"
    assert asked.sent == [("GET", "/v1/payment_intents?limit=100")]
