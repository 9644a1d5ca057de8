"""Whatever order Klarna's callbacks come in, and whenever Klarna is asked about them, the books end the same."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from connectors.client import Ports, open_door
from connectors.contracts.common import WebhookEvent
from connectors.contracts.payment import PaymentEvent
from connectors.providers.klarna import Klarna
from payments import ledger
from payments.models import Payment, PaymentState
from payments.news import from_event
from tests.contract.bench import Bench
from tests.contract.fixtures import fixture
from tests.contract.scenarios import payment as scenarios
from tests.payments.stories import books
from tests.providers.asking import Says

PAGE, FIRST_ORDER = "hpp:page-2", "order-1"


pytestmark = pytest.mark.thorough


def confirmed(number: int, provider_id: str, *answers: dict[str, Any]) -> PaymentEvent:
    """What comes of a callback about a page or an order that stands at this when Klarna is asked."""
    with Says(*((200, answer) for answer in answers)) as server:
        bench = Bench("klarna", server)
        prepared = bench.prepare(next(item for item in scenarios.SCENARIOS if item.name == "status"))
        door = open_door(bench.config, Ports(events=[].append, egress=bench.ports.egress), prepared, None)
        [event] = Klarna(bench.config, door).confirm(
            WebhookEvent(id=f"e{number}", type="session", provider_id=provider_id)
        )
    assert isinstance(event, PaymentEvent)
    return event


def order(**fields: Any) -> dict[str, Any]:
    body: dict[str, Any] = fixture("klarna")["scenarios"]["status"]["exchanges"][0]["answer"]["body"]
    return {**body, "order_id": "order-2", **fields}


def page(status: str, **fields: str) -> dict[str, Any]:
    return {"session_id": "page-2", "status": status, **fields}


def test_every_permutation_with_duplicates_ends_the_same() -> None:
    completed = page("COMPLETED", order_id="order-2")
    taken = {"captured_amount": 125000, "remaining_authorized_amount": 0}
    refused = order(order_id=FIRST_ORDER, status="CANCELLED", fraud_status="REJECTED")
    events = [
        confirmed(0, PAGE, page("FAILED")),
        confirmed(1, PAGE, completed, order()),
        confirmed(2, "order-2", order(status="CAPTURED", **taken)),
        confirmed(3, "order-2", order(status="CAPTURED", refunded_amount=125000, **taken)),
        confirmed(4, FIRST_ORDER, refused),
    ]
    for turn in permutations(events):
        payment: Payment = Payment(currency="NOK", amount_minor=125000, provider_id=PAGE)
        rows: list[Any] = []
        for event in (*turn, *turn):
            ledger.reckon(payment, rows, from_event(event, "NOK"))
        assert books(payment) == {
            "state": PaymentState.REFUNDED,
            "provider_id": "order-2",
            "authorized": 125000,
            "captured": 125000,
            "refunded": 125000,
            "cancelled": 0,
            "capturing": 0,
            "refunding": 0,
        }
