"""Adyen's webhooks in the books: whatever order they come in, however often, they end the same."""

import json
from itertools import permutations

import pytest

from connectors.contracts.base import Inbound
from connectors.contracts.payment import PaymentResult, State
from payments import ledger
from payments.models import Payment, PaymentState
from payments.news import from_event
from tests.contract.test_webhooks import reader
from tests.payments.stage import hear, the_payment
from tests.payments.stories import books, nok

PSP, OLD, CAPTURE, REFUND, CANCEL = (f"{name}QFQTPCQ8HXSKGK" for name in ("P1", "P0", "C1", "R1", "X1"))


pytestmark = pytest.mark.thorough


def told(code, amount=10000, psp=PSP, original="", success=True, reason=""):
    """One webhook item about a payment of ours, as the provider reads it."""
    item = {
        "amount": {"currency": "NOK", "value": amount},
        "eventCode": code,
        "eventDate": "2026-11-20T11:00:05+01:00",
        "merchantAccountCode": "NordStoreNO",
        "merchantReference": "",
        "originalReference": original,
        "pspReference": psp,
        "reason": reason,
        "success": "true" if success else "false",
    }
    body = json.dumps({"live": "false", "notificationItems": [{"NotificationRequestItem": item}]}).encode()
    inbound = Inbound(method="POST", url="https://hub.example/", headers={}, body=body, received_at=0)
    [event] = reader("adyen").read_webhook(inbound)
    return event


AUTHORISED = told("AUTHORISATION")
REFUSED_BEFORE = told("AUTHORISATION", psp=OLD, success=False)
CAPTURED = told("CAPTURE", psp=CAPTURE, original=PSP)
FAILED = told("CAPTURE_FAILED", psp=CAPTURE, original=PSP)
REPAIRED = told("CAPTURE", psp=CAPTURE, original=PSP, reason="Transaction Auto-recaptured")
PART = told("CAPTURE", 4000, psp=CAPTURE, original=PSP)
REST = told("CANCELLATION", psp=CANCEL, original=PSP)
REFUNDED = told("REFUND", 4000, psp=REFUND, original=PSP)
RETURNED = told("REFUND_FAILED", 4000, psp=REFUND, original=PSP)

STORIES = {
    "refunded": ([AUTHORISED, REFUSED_BEFORE, told("CAPTURE", 4000, CAPTURE, PSP), REFUNDED], 4000, 4000, 0),
    "capture failed": ([AUTHORISED, CAPTURED, FAILED], 0, 0, 0),
    "capture repaired": ([AUTHORISED, CAPTURED, FAILED, REPAIRED], 10000, 0, 0),
    "rest released": ([AUTHORISED, PART, REST], 4000, 0, 6000),
    "refund returned": ([AUTHORISED, CAPTURED, REFUNDED, RETURNED], 10000, 0, 0),
    "expired": ([AUTHORISED, PART, told("EXPIRE")], 4000, 0, 6000),
}


@pytest.mark.parametrize("story", STORIES)
def test_every_permutation_with_duplicates_ends_the_same(story):
    events, captured, refunded, cancelled = STORIES[story]
    for order in permutations(events):
        payment, rows = Payment(currency="NOK", amount_minor=10000), []
        for event in (*order, *order):
            ledger.reckon(payment, rows, from_event(event, "NOK"))
        found = books(payment)
        assert (found["provider_id"], found["authorized"]) == (PSP, 10000)
        assert (found["captured"], found["refunded"], found["cancelled"]) == (captured, refunded, cancelled)
        assert (found["capturing"], found["refunding"]) == (0, 0)


@pytest.mark.parametrize("heard_first", [False, True])
def test_an_answer_and_its_webhook_are_one_capture(paid, heard_first):
    """Also when the webhook is quicker than the answer."""
    psp = the_payment().provider_id
    event = told("CAPTURE", 39800, CAPTURE, psp)
    taken_on = PaymentResult(
        provider_id=psp, state=State.PENDING, raw_state="received", operation_id=CAPTURE, cancelled=nok(0)
    )
    done = paid.run(
        "CapturePayments", taken_on, meanwhile=(lambda: hear(event)) if heard_first else lambda: None
    )
    assert done.state == "success"
    if not heard_first:
        payment = the_payment()
        assert "will confirm it" in done.message
        assert (payment.state, payment.capturing_minor) == (PaymentState.AUTHORIZED, 39800)
        assert paid.run("CapturePayments", step_run_id=2).message == "Nothing to capture"
        hear(event)
    payment = the_payment()
    assert (payment.captured_minor, payment.capturing_minor) == (39800, 0)
    assert payment.entries.filter(kind="capture").count() == 1


def test_a_capture_that_failed_can_be_asked_for_again(paid):
    psp = the_payment().provider_id
    for number, success in ((1, False), (2, True)):
        change = f"C{number}QFQTPCQ8HXSKGK"
        taken_on = PaymentResult(provider_id=psp, state=State.PENDING, operation_id=change)
        paid.run("CapturePayments", taken_on, step_run_id=number)
        hear(told("CAPTURE", 39800, change, psp, success=success))
    assert (the_payment().captured_minor, the_payment().state) == (39800, PaymentState.CAPTURED)
