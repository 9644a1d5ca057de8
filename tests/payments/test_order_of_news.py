"""Whatever order webhooks come in, and however often, the books end the same."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contracts.payment import State
from payments import ledger
from payments.models import Payment, PaymentEntry, PaymentState
from payments.news import from_event
from tests.payments.stories import books, event, hear

pytestmark = pytest.mark.thorough

OLD_FAILURE = event("e0", State.DECLINED, provider_id="pi_1", reason="card expired")
SAME_OBJECT_FAILURE = event("e0", State.DECLINED, reason="card expired")

#: A provider whose events carry its running totals.
TOTALS = [
    event("e1", State.AUTHORIZED, authorized=10000),
    event("e2", State.CAPTURED, captured=10000),
    event("e3", State.REFUNDED, captured=10000, refunded=10000, operation_id="re_1"),
]
#: A provider whose events tell only what one operation moved.
OPERATIONS = [
    event("e1", State.AUTHORIZED, operation="authorize", amount=10000, operation_id="auth_1"),
    event("e2", State.CAPTURED, operation="capture", amount=10000, operation_id="cap_1"),
    event("e3", State.REFUNDED, operation="refund", amount=10000, operation_id="re_1"),
]
#: One whose refunds do not say which object they belong to.
ANONYMOUS = [
    *OPERATIONS[:2],
    event("e3", State.REFUNDED, provider_id="", operation="refund", amount=10000, operation_id="re_1"),
]
STORIES = {
    "totals, old attempt failed": [*TOTALS, OLD_FAILURE],
    "totals, an earlier card failed": [*TOTALS, SAME_OBJECT_FAILURE],
    "operations, old attempt failed": [*OPERATIONS, OLD_FAILURE],
    "operations, an earlier card failed": [*OPERATIONS, SAME_OBJECT_FAILURE],
    "refunds without their object, old attempt failed": [*ANONYMOUS, OLD_FAILURE],
}
REFUNDED = {
    "state": PaymentState.REFUNDED,
    "provider_id": "pi_2",
    "authorized": 10000,
    "captured": 10000,
    "refunded": 10000,
    "cancelled": 0,
    "capturing": 0,
    "refunding": 0,
}
PARTS = [
    event("p1", State.AUTHORIZED, operation="authorize", amount=10000),
    event("p2", State.CAPTURED, operation="capture", amount=4000, operation_id="cap_1"),
    event("p3", State.CAPTURED, operation="capture", amount=3000, operation_id="cap_2"),
    event("p4", State.REFUNDED, operation="refund", amount=1000, operation_id="re_1"),
    event("p5", State.DECLINED, operation="refund", amount=2000, operation_id="re_2"),
    event("p6", State.PENDING, operation="refund", amount=2000, operation_id="re_2"),
    event("p7", State.CANCELLED, provider_id="pi_2"),
]
IN_PARTS = {
    **REFUNDED,
    "state": PaymentState.CAPTURED,
    "captured": 7000,
    "refunded": 1000,
    "cancelled": 3000,
}


def reckoned(events) -> dict:
    """The books after these events, without a database."""
    payment, rows = Payment(currency="NOK", amount_minor=10000), []
    for item in events:
        ledger.reckon(payment, rows, from_event(item, "NOK"))
    return books(payment)


@pytest.mark.parametrize(
    "story",
    [
        "totals, old attempt failed",
        "operations, an earlier card failed",
        "refunds without their object, old attempt failed",
    ],
)
def test_every_permutation_with_duplicates_ends_the_same(story):
    orders = set(permutations([0, 0, 1, 1, 2, 2, 3, 3]))
    assert len(orders) == 2520
    events = STORIES[story]
    assert all(reckoned(events[index] for index in order) == REFUNDED for order in orders)


@pytest.mark.parametrize("story", ["totals, an earlier card failed", "operations, old attempt failed"])
def test_every_permutation_ends_the_same_in_the_database(payment, story):
    for order in permutations(STORIES[story]):
        PaymentEntry.objects.all().delete()
        Payment.objects.update(
            state="pending", provider_id="", **{f"{name}_minor": 0 for name in list(REFUNDED)[2:]}
        )
        assert books(hear(payment, [*order, *order])) == REFUNDED


@settings(max_examples=200, deadline=None)
@given(st.permutations(PARTS * 2))
def test_partial_and_failed_operations_end_the_same_in_any_order(events):
    assert reckoned(events) == IN_PARTS


def test_the_ledger_has_one_entry_for_each_fact_however_often_it_is_told(payment):
    hear(payment, OPERATIONS * 5)
    assert list(payment.entries.values_list("kind", "amount_minor", "total_minor", "reference")) == [
        ("authorization", None, 10000, ""),
        ("capture", 10000, None, "cap_1"),
        ("refund", 10000, None, "re_1"),
    ]
