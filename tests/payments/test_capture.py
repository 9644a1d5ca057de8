"""CapturePayments, and what all payment steps have in common."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connectors.calls import CallContext
from connectors.contracts.payment import State
from connectors.effects import open_effects
from connectors.errors import Rejected, RetryLater, Unknown
from payments.models import PaymentState
from tests.payments.stage import captured, hear, outcome, the_payment
from tests.payments.stories import event, result
from workflows.steps import registry
from workflows.steps.base import ResultState
from workflows.steps.registry import all_steps


def test_captures_what_is_ordered(paid):
    done = paid.run("CapturePayments", captured(39800), step_run_id=2)
    assert (done.state, done.message) == (ResultState.SUCCESS, "Captured 398.00 NOK (card)")
    (call,) = paid.calls
    assert (call.operation, call.request.amount.minor, call.request.provider_id) == ("capture", 39800, "pi_2")
    payment = the_payment()
    assert (payment.state, payment.captured_minor) == (PaymentState.CAPTURED, 39800)

    again = paid.run("CapturePayments", step_run_id=3)
    assert (again.state, again.message, len(paid.calls)) == (ResultState.SUCCESS, "Nothing to capture", 1)


def test_each_payment_gives_what_is_authorised_until_the_order_is_covered(stage):
    for name, amount in (("gift", 10000), ("voucher", 20000), ("card", 29800)):
        stage.pay(name, amount)
    answers = [
        result(State.AUTHORIZED, f"pi_{name}", authorized=amount)
        for name, amount in (("g", 10000), ("v", 20000), ("c", 29800))
    ]
    stage.run("AuthorizePayment", *answers)
    stage.calls.clear()
    done = stage.run(
        "CapturePayments",
        result(State.CAPTURED, "pi_g", captured=10000),
        result(State.CAPTURED, "pi_v", captured=20000),
        result(State.CAPTURED, "pi_c", captured=9800),
        step_run_id=2,
    )
    assert done.state is ResultState.SUCCESS
    assert [call.request.amount.minor for call in stage.calls] == [10000, 20000, 9800]


def test_an_answer_without_totals_counts_what_was_asked_for(paid):
    paid.run("CapturePayments", result(State.CAPTURED), step_run_id=2)
    assert the_payment().captured_minor == 39800


def test_a_webhook_about_our_own_capture_does_not_count_it_again(paid):
    paid.run("CapturePayments", result(State.CAPTURED, operation_id="cap_1"), step_run_id=2)
    hear(event("e1", State.CAPTURED, operation="capture", amount=39800, operation_id="cap_1"))
    assert (the_payment().captured_minor, the_payment().entries.filter(kind="capture").count()) == (39800, 1)


EARLY = {
    "by operation": event("e1", State.CAPTURED, operation="capture", amount=39800, operation_id="cap_1"),
    "by total": event("e1", State.CAPTURED, captured=39800),
    "by total and operation": event("e1", State.CAPTURED, captured=39800, operation_id="cap_1"),
    "without the operation's id": event("e1", State.CAPTURED, operation="capture", amount=39800),
}


@pytest.mark.parametrize("told", EARLY)
@pytest.mark.parametrize("operation_id", ["cap_1", ""])
@pytest.mark.parametrize("total", [None, 39800])
def test_a_webhook_that_overtakes_the_answer_does_not_count_twice(paid, told, operation_id, total):
    answer = result(State.CAPTURED, operation_id=operation_id, captured=total)
    done = paid.run("CapturePayments", answer, step_run_id=2, meanwhile=lambda: hear(EARLY[told]))
    assert done.state is ResultState.SUCCESS
    hear(EARLY[told])
    assert the_payment().captured_minor == 39800


def test_a_partial_capture_that_ends_the_authorisation_is_told(paid):
    done = paid.run("CapturePayments", captured(20000, cancelled=19800), step_run_id=2)
    assert done.state is ResultState.WARNING
    assert "Captured only 200.00 NOK of 398.00 NOK" in done.message
    assert "198.00 NOK of the order is not covered" in done.message
    payment = the_payment()
    assert (payment.captured_minor, payment.cancelled_minor, bool(payment.capturable)) == (
        20000,
        19800,
        False,
    )


def test_a_capture_that_is_only_taken_on_is_not_asked_for_again(paid):
    taken_on = paid.run("CapturePayments", result(State.PENDING, operation_id="cap_1"), step_run_id=2)
    assert taken_on.state is ResultState.SUCCESS
    assert "will confirm" in taken_on.message
    assert (the_payment().captured_minor, the_payment().capturing_minor) == (0, 39800)

    assert paid.run("CapturePayments", step_run_id=3).state is ResultState.SUCCESS
    assert len(paid.calls) == 1

    hear(event("e1", State.CAPTURED, operation="capture", amount=39800, operation_id="cap_1"))
    assert (the_payment().captured_minor, the_payment().capturing_minor) == (39800, 0)


def test_a_capture_that_fails_later_may_be_asked_for_again(paid):
    paid.run("CapturePayments", result(State.PENDING, operation_id="cap_1"), step_run_id=2)
    hear(event("e1", State.DECLINED, operation="capture", amount=39800, operation_id="cap_1"))
    payment = the_payment()
    assert (payment.state, payment.capturing_minor) == (PaymentState.AUTHORIZED, 0)
    paid.run("CapturePayments", result(State.CAPTURED, operation_id="cap_2"), step_run_id=3)
    assert the_payment().captured_minor == 39800


def test_an_unknown_state_is_an_error_and_is_not_captured_twice(paid):
    done = paid.run("CapturePayments", result(State.UNKNOWN), step_run_id=2)
    assert done.state is ResultState.ERROR
    assert the_payment().captured_minor == 0
    paid.run("CapturePayments", step_run_id=3)
    assert len(paid.calls) == 1


@pytest.mark.parametrize(
    "failure", [Unknown("no answer"), RetryLater("busy"), Rejected("capture not allowed")]
)
def test_a_failed_capture_moves_nothing(paid, failure):
    done = paid.run("CapturePayments", failure, step_run_id=2)
    assert (done.state, done.message) == (ResultState.ERROR, f"card 398.00 NOK: {failure.message}")
    assert (the_payment().captured_minor, the_payment().state) == (0, PaymentState.AUTHORIZED)


def test_a_capture_of_an_unauthorised_payment_is_an_error(stage):
    stage.pay("card")
    done = stage.run("CapturePayments")
    assert (done.state, done.message) == (
        ResultState.ERROR,
        "398.00 NOK is not captured: card 398.00 NOK is not authorised",
    )


@pytest.mark.parametrize("step", ["CancelPayments", "RefundPayments"])
def test_no_active_payment_is_a_warning(stage, step):
    stage.pay("card")
    stage.run("AuthorizePayment", Rejected("no money"))
    done = stage.run(step, step_run_id=2)
    assert (done.state, done.message) == (ResultState.WARNING, "The order has no active payment")


def test_an_order_without_payments_of_its_own_is_a_warning(stage):
    done = stage.run("CapturePayments")
    assert (done.state, done.message) == (ResultState.WARNING, "The order has no active payment")


@pytest.mark.parametrize(
    ("gone", "why"),
    [
        (event("e1", State.DECLINED, operation="authorize", amount=39800), "declined"),
        (event("e2", State.EXPIRED), "expired"),
        (event("e3", State.CANCELLED), "cancelled"),
    ],
)
def test_what_is_due_and_was_declined_or_has_expired_is_an_error(paid, gone, why):
    """Nobody may ship on it: neither at once nor when the step is taken up again."""
    if why == "declined":
        the_payment().entries.all().delete()
    hear(gone)
    for step_run_id in (2, 3):
        done = paid.run("CapturePayments", step_run_id=step_run_id)
        assert (done.state, done.message) == (
            ResultState.ERROR,
            f"398.00 NOK is not captured: card 398.00 NOK is {why}; have it paid anew, or lower what is ordered",
        )


def test_what_we_have_taken_back_ourselves_is_a_warning(paid):
    paid.run("CancelPayments", result(State.CANCELLED), step_run_id=2)
    done = paid.run("CapturePayments", step_run_id=3)
    assert (done.state, done.message) == (ResultState.WARNING, "The order has no active payment")


def test_a_declined_payment_that_another_one_has_made_up_for_is_no_error(stage):
    stage.pay("card")
    stage.run("AuthorizePayment", Rejected("no money"))
    stage.pay("other")
    stage.run(
        "AuthorizePayment",
        Rejected("no money"),
        result(State.AUTHORIZED, "pi_3", authorized=39800),
        step_run_id=2,
    )
    done = stage.run("CapturePayments", captured(39800, provider_id="pi_3"), step_run_id=3)
    assert done.state is ResultState.SUCCESS


def test_the_part_of_a_declined_payment_is_an_error(stage):
    stage.pay("gift", 10000)
    stage.pay("card", 29800)
    stage.run("AuthorizePayment", result(State.AUTHORIZED, "pi_g", authorized=10000), Rejected("no money"))
    done = stage.run("CapturePayments", result(State.CAPTURED, "pi_g", captured=10000), step_run_id=2)
    assert done.state is ResultState.ERROR
    assert "298.00 NOK is not captured: card 298.00 NOK is declined" in done.message


def test_a_step_costs_few_statements(paid):
    step, context = registry.get("CapturePayments"), paid.context("CapturePayments", 2)
    with CaptureQueriesContext(connection) as planning:
        plan = step.plan(context)
    (prepared,) = open_effects([(plan.calls[0], CallContext(), "step:2")], owner="test")
    with CaptureQueriesContext(connection) as settling:
        step.settle(context, [outcome(prepared, captured(39800))])
    assert (len(planning), len(settling)) == (1, 4)


def test_every_step_is_registered():
    assert {"AuthorizePayment", "CapturePayments", "CancelPayments", "RefundPayments"} <= all_steps().keys()
