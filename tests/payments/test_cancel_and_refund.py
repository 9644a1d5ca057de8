"""CancelPayments and RefundPayments."""

import pytest

from connectors.contracts.payment import Part, State
from connectors.errors import RetryLater, Unknown
from connectors.models import Effect
from payments.models import PaymentState
from tests.payments.stage import captured, hear, the_payment
from tests.payments.stories import event, nok, result
from workflows.steps.base import ResultState


def test_cancelling_releases_what_is_held(paid):
    done = paid.run("CancelPayments", result(State.CANCELLED), step_run_id=2)
    assert (done.state, done.message) == (ResultState.SUCCESS, "Released 398.00 NOK (card)")
    payment = the_payment()
    assert (payment.state, payment.cancelled_minor) == (PaymentState.CANCELLED, 39800)

    assert paid.run("CancelPayments", step_run_id=3).message == "Nothing to cancel"
    hear(event("e1", State.AUTHORIZED, authorized=39800), event("e2", State.CANCELLED))
    assert (the_payment().state, the_payment().cancelled_minor) == (PaymentState.CANCELLED, 39800)


def test_cancelling_after_a_partial_capture_releases_the_rest_and_points_to_the_refund(paid):
    hear(event("e1", State.AUTHORIZED, authorized=39800, captured=10000))
    done = paid.run("CancelPayments", result(State.CAPTURED, captured=10000, cancelled=29800), step_run_id=2)
    assert done.state is ResultState.WARNING
    assert "Released 298.00 NOK (card)" in done.message
    assert "100.00 NOK is captured; give it back with RefundPayments" in done.message
    assert (the_payment().captured_minor, the_payment().cancelled_minor) == (10000, 29800)


def test_a_payment_that_was_never_sent_is_withdrawn_without_a_call(stage):
    payment = stage.pay("card")
    done = stage.run("CancelPayments")
    payment.refresh_from_db()
    assert (done.message, payment.state, stage.calls) == ("Nothing to cancel", PaymentState.CANCELLED, [])
    assert stage.run("AuthorizePayment", step_run_id=2).state is ResultState.WARNING


def test_a_payment_that_may_have_been_authorised_is_not_withdrawn(stage):
    payment = stage.pay("card")
    stage.run("AuthorizePayment", Unknown("no answer"))
    assert Effect.objects.get().state == Effect.State.UNKNOWN
    done = stage.run("CancelPayments", step_run_id=2)
    payment.refresh_from_db()
    assert (done.state, payment.state) == (ResultState.ERROR, PaymentState.PENDING)
    assert "not known yet whether it was authorised" in done.message


def test_money_that_turns_up_on_a_withdrawn_payment_is_seen(stage):
    payment = stage.pay("card")
    stage.run("CancelPayments")
    hear(event("e1", State.AUTHORIZED, authorized=39800))
    payment.refresh_from_db()
    assert (payment.state, payment.capturable.minor) == (PaymentState.AUTHORIZED, 39800)


def test_refunding_gives_back_what_was_captured(paid):
    paid.run("CapturePayments", captured(39800), step_run_id=2)
    paid.calls.clear()
    answer = result(State.REFUNDED, refunded=39800, operation_id="re_1")
    done = paid.run("RefundPayments", answer, step_run_id=3)
    assert (done.state, done.message) == (ResultState.SUCCESS, "Refunded 398.00 NOK (card)")
    assert [(call.operation, call.request.amount.minor) for call in paid.calls] == [("refund", 39800)]
    assert (the_payment().state, the_payment().refunded_minor) == (PaymentState.REFUNDED, 39800)
    assert paid.run("RefundPayments", step_run_id=4).message == "Nothing to refund"
    assert paid.run("CapturePayments", step_run_id=5).message == "Nothing to capture"


def test_only_what_is_left_is_refunded(paid):
    paid.run("CapturePayments", captured(39800), step_run_id=2)
    hear(event("e1", State.REFUNDED, operation="refund", amount=9800, operation_id="re_0"))
    paid.calls.clear()
    paid.run("RefundPayments", result(State.REFUNDED, operation_id="re_1"), step_run_id=3)
    assert paid.calls[0].request.amount.minor == 30000
    assert the_payment().refunded_minor == 39800


def test_a_refund_that_fails_after_it_had_succeeded_is_owed_again(paid):
    paid.run("CapturePayments", captured(39800), step_run_id=2)
    paid.run("RefundPayments", result(State.REFUNDED, operation_id="re_1"), step_run_id=3)
    hear(event("e1", State.DECLINED, operation="refund", amount=39800, operation_id="re_1"))
    payment = the_payment()
    assert (payment.state, payment.refunded_minor) == (PaymentState.CAPTURED, 0)


@pytest.mark.parametrize("told_before", [False, True])
def test_a_refund_in_parts_counts_each_part_once(paid, told_before):
    paid.run("CapturePayments", captured(39800), step_run_id=2)
    webhooks = [
        event("e1", State.REFUNDED, operation="refund", amount=30000, operation_id="re_1"),
        event("e2", State.REFUNDED, operation="refund", amount=9800, operation_id="re_2"),
    ]
    parts = tuple(
        Part(operation_id=name, amount=nok(amount), state=State.REFUNDED)
        for name, amount in (("re_1", 30000), ("re_2", 9800))
    )
    if told_before:
        hear(webhooks[1])
    answer = result(State.REFUNDED, parts=parts)
    done = paid.run(
        "RefundPayments", answer, step_run_id=3, meanwhile=lambda: hear(webhooks[0]) if told_before else None
    )
    hear(*webhooks, *webhooks)
    payment = the_payment()
    assert (payment.state, payment.refunded_minor) == (PaymentState.REFUNDED, 39800)
    assert "Refunded" in done.message
    refunds = payment.entries.filter(kind="refund").values_list("reference", "amount_minor")
    assert sorted(refunds) == [("re_1", 30000), ("re_2", 9800)]


def test_what_is_still_being_captured_is_neither_released_nor_given_back_in_silence(paid):
    """As at PayPal, which answers the cancellation of a capture that it has not confirmed with that capture."""
    paid.run("CapturePayments", result(State.PENDING, operation_id="cap_1"), step_run_id=2)
    released = paid.run("CancelPayments", result(State.PENDING), step_run_id=3)
    assert (released.state, "398.00 NOK is being captured" in released.message) == (ResultState.ERROR, True)
    refunded = paid.run("RefundPayments", step_run_id=4)
    assert (refunded.state, "398.00 NOK is still being captured" in refunded.message) == (
        ResultState.ERROR,
        True,
    )


def test_what_is_left_beside_a_refund_that_waits_is_not_forgotten(paid):
    paid.run("CapturePayments", captured(39800), step_run_id=2)
    taken_on = result(State.PENDING, operation_id="re_1")
    paid.run("RefundPayments", taken_on, step_run_id=3, Amount="100.00")
    everything = paid.run("RefundPayments", step_run_id=4)
    assert (everything.state, "298.00 NOK is not given back" in everything.message) == (
        ResultState.ERROR,
        True,
    )
    hear(event("e1", State.REFUNDED, operation="refund", amount=10000, operation_id="re_1"))
    rest = result(State.REFUNDED, operation_id="re_2")
    assert paid.run("RefundPayments", rest, step_run_id=5).state is ResultState.SUCCESS
    assert the_payment().refunded_minor == 39800


def test_a_part_that_fails_is_no_money(paid):
    paid.run("CapturePayments", captured(39800), step_run_id=2)
    parts = (
        Part(operation_id="re_1", amount=nok(30000), state=State.REFUNDED),
        Part(operation_id="re_2", amount=nok(9800), state=State.DECLINED),
    )
    done = paid.run("RefundPayments", result(State.REFUNDED, parts=parts), step_run_id=3)
    assert (done.state, the_payment().refunded_minor) == (ResultState.WARNING, 30000)
    assert "Refunded only 300.00 NOK of 398.00 NOK" in done.message


@pytest.mark.parametrize("failure", [RetryLater("busy"), Unknown("no answer")])
def test_what_a_capture_is_still_to_take_is_not_released(paid, monkeypatch, failure):
    """The next step of the same run comes while the capture of the second parcel is tried again."""
    monkeypatch.setattr("connectors.providers.stripe.Stripe.multiple_captures", True)
    paid.run("CapturePayments", captured(10000), step_run_id=2, Amount="100.00")
    paid.run("CapturePayments", failure, step_run_id=3, Amount="200.00")
    paid.calls.clear()
    done = paid.run("TryReleaseRemainingAuth", step_run_id=4)
    assert (done.state, paid.calls) == (ResultState.ERROR, [])
    assert "a capture of it is still under way" in done.message
    taken = result(State.CAPTURED, captured=30000, operation_id="ch_2")
    paid.run("CapturePayments", taken, step_run_id=3, Amount="200.00")
    assert the_payment().captured_minor == 30000
    paid.run("TryReleaseRemainingAuth", result(State.CAPTURED, captured=30000, cancelled=9800), step_run_id=5)
    assert [call.operation for call in paid.calls] == ["capture", "cancel"]
