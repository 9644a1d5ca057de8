"""What Vipps' events add up to, with the answers to our own calls among them, in whatever order they are heard."""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import pytest

from connectors.contracts.base import Inbound
from connectors.contracts.payment import PaymentEvent, PaymentResult, State
from payments import ledger
from payments.facts import of_answer
from payments.models import Payment
from payments.news import News, from_event
from tests.contract.scenarios.payment import paid
from tests.contract.test_webhooks import reader
from tests.payments.stories import books, nok

pytestmark = pytest.mark.thorough

REFERENCE = "5f0c1d7a9b2e4c63a1f08d4be2713f55"
SECOND = f"{REFERENCE}-try2"


def told(name: str, amount: int, act: str, reference: str = SECOND) -> News:
    body = {
        "msn": "884021",
        "reference": reference,
        "pspReference": act,
        "name": name,
        "amount": {"currency": "NOK", "value": amount},
        "timestamp": "2026-11-20T10:02:11.318Z",
        "success": True,
    }
    inbound = Inbound(method="POST", url="", headers={}, body=json.dumps(body).encode(), received_at=0)
    [event] = reader("vipps").read_webhook(inbound)  # type: ignore[attr-defined]
    assert isinstance(event, PaymentEvent)
    assert event.reference == REFERENCE
    return from_event(event, "NOK")


def answered(operation: str, amount: int, effect: str, **totals: int) -> News:
    """The answer to our own call of that amount; `totals` are those of the payment after it."""
    before = {name: nok(value - amount) for name, value in totals.items() if name == f"{operation}d"}
    request = paid(nok(amount), **before)({"provider_id": SECOND})  # type: ignore[arg-type]
    amounts: Any = {name: nok(value) for name, value in {"authorized": 10000, **totals}.items()}
    result = PaymentResult(provider_id=SECOND, state=State.CAPTURED, raw_state="AUTHORIZED", **amounts)
    facts = of_answer(operation, request, result, effect_id=effect)  # type: ignore[arg-type]
    return News(facts=facts, word=result.state, provider_id=SECOND, source="step:1")


AUTHORIZED = told("AUTHORIZED", 10000, "1300")
OLD_FAILURE = told("ABORTED", 10000, "1200", REFERENCE)
REFUNDED = {
    "state": "refunded",
    "provider_id": SECOND,
    "authorized": 10000,
    "captured": 10000,
    "refunded": 10000,
    "cancelled": 0,
    "capturing": 0,
    "refunding": 0,
}
IN_PARTS = {**REFUNDED, "state": "captured", "captured": 7000, "refunded": 1000, "cancelled": 3000}
STORIES = {
    "one capture, old attempt given up": (
        [AUTHORIZED, told("CAPTURED", 10000, "2000"), told("REFUNDED", 10000, "3000"), OLD_FAILURE],
        REFUNDED,
    ),
    "parts of one size, the rest released, by events alone": (
        [
            AUTHORIZED,
            told("CAPTURED", 3500, "2000"),
            told("CAPTURED", 3500, "2001"),
            told("CANCELLED", 3000, "4000"),
            told("REFUNDED", 1000, "3000"),
            OLD_FAILURE,
        ],
        IN_PARTS,
    ),
    "parts of one size, answered and heard of": (
        [
            answered("capture", 3500, "e1", captured=3500),
            answered("capture", 3500, "e2", captured=7000),
            told("CAPTURED", 3500, "2000"),
            told("CAPTURED", 3500, "2001"),
            answered("cancel", 3000, "e3", captured=7000, cancelled=3000),
            told("CANCELLED", 3000, "4000"),
        ],
        {**IN_PARTS, "refunded": 0},
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_every_order_ends_the_same(story: str) -> None:
    news, ending = STORIES[story]
    for order in permutations(news):
        payment, rows = Payment(currency="NOK", amount_minor=10000, provider_id=REFERENCE), []  # type: ignore[var-annotated]
        for item in (*order, *order[:2]):
            ledger.reckon(payment, rows, item)
        assert books(payment) == ending, [item.source for item in order]
