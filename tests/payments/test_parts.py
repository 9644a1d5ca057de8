"""Amounts in steps: parts are asked for once each, two equal ones twice, and never more than there is."""

import pytest

from connectors.contracts.payment import State
from connectors.errors import Rejected, RetryLater, Unknown
from connectors.models import Effect
from payments.models import PaymentAct
from tests.payments.stage import hear, the_payment
from tests.payments.stories import event, result
from workflows.steps.base import ResultState


@pytest.fixture
def held(stage, monkeypatch):
    """398.00 NOK held by a provider that takes several captures."""
    monkeypatch.setattr("connectors.providers.stripe.Stripe.multiple_captures", True)
    stage.pay("card")
    stage.run("AuthorizePayment", result(State.AUTHORIZED, authorized=39800))
    stage.calls.clear()
    return stage


def took(total: int, name: str, **values):
    return result(State.CAPTURED, captured=total, operation_id=name, **values)


def test_two_equal_parts_are_two_effects_and_a_repeated_act_is_one(held):
    first = held.run("CapturePayments", took(10000, "c1"), step_run_id=2, Amount="100.00")
    assert (first.state, first.message) == (ResultState.SUCCESS, "Captured 100.00 NOK (card)")
    held.run("CapturePayments", took(20000, "c2"), step_run_id=3, Amount="100.00")
    assert [call.request.amount.minor for call in held.calls] == [10000, 10000]
    assert [call.request.captured.minor for call in held.calls] == [0, 10000]
    assert the_payment().captured_minor == 20000
    captures = Effect.objects.filter(operation="capture").order_by("ordinal")
    assert list(captures.values_list("ordinal", flat=True)) == [1, 2]

    again = held.context("CapturePayments", 3, Amount="100.00")
    (spec,) = held.plan("CapturePayments", again)
    assert held.open(spec, 3).effect_id == Effect.objects.get(operation="capture", ordinal=2).pk


def test_a_part_whose_answer_was_lost_is_not_asked_for_again_on_top(held):
    """The webhook has told of it before the step looks again: the same 100.00 and not another."""
    held.run("CapturePayments", Unknown("no answer"), step_run_id=2, Amount="100.00")
    hear(event("e1", State.CAPTURED, operation="capture", amount=10000, operation_id="c1", captured=10000))
    assert the_payment().captured_minor == 10000
    done = held.run("CapturePayments", took(10000, "c1"), step_run_id=2, Amount="100.00")
    assert done.state is ResultState.SUCCESS
    asked = held.calls[-1].request
    assert (asked.amount.minor, asked.captured.minor) == (10000, 0)
    assert (the_payment().captured_minor, the_payment().entries.filter(kind="capture").count()) == (10000, 1)


def test_while_a_part_is_undecided_only_the_same_part_may_be_asked_for(held):
    held.run("CapturePayments", Unknown("no answer"), step_run_id=2, Amount="100.00")
    for properties in ({"Amount": "50.00"}, {}):
        refused = held.run("CapturePayments", step_run_id=3, **properties)
        assert refused.state is ResultState.ERROR
        assert "not known yet whether 100.00 NOK was captured" in refused.message
    held.run("CapturePayments", took(10000, "c1"), step_run_id=4, Amount="100.00")
    assert (Effect.objects.filter(operation="capture").count(), the_payment().captured_minor) == (1, 10000)


@pytest.mark.parametrize(
    ("step", "properties", "text"),
    [
        ("CapturePayments", {"Amount": "398.01"}, "398.01 NOK cannot be captured; 398.00 NOK can"),
        ("CapturePayments", {"Amount": "1.001"}, "too many decimals; NOK takes 2"),
        ("CapturePayments", {"Amount": "0"}, "use more than 0"),
        ("CapturePayments", {"Payment": "nobody"}, "the order has no payment nobody; it has"),
        ("RefundPayments", {"Amount": "1"}, "1.00 NOK cannot be refunded; 0.00 NOK can"),
        ("CancelPayments", {"Amount": "100"}, "100.00 NOK cannot be released by itself; 398.00 NOK"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_called(held, step, properties, text):
    done = held.run(step, step_run_id=2, **properties)
    assert (done.state, text in done.message) == (ResultState.ERROR, True), done.message
    assert (held.calls, PaymentAct.objects.count()) == ([], 0)


def test_a_part_is_shared_out_and_the_rest_released(stage, monkeypatch):
    monkeypatch.setattr("connectors.providers.stripe.Stripe.multiple_captures", True)
    stage.pay("voucher", 10000)
    card = stage.pay("card", 29800)
    held = [result(State.AUTHORIZED, f"pi_{n}", authorized=n) for n in (10000, 29800)]
    stage.run("AuthorizePayment", *held)
    stage.calls.clear()
    answers = (took(10000, "a", provider_id="pi_10000"), took(5000, "b", provider_id="pi_29800"))
    stage.run("CapturePayments", *answers, step_run_id=2, Amount="150.00")
    assert [call.request.amount.minor for call in stage.calls] == [10000, 5000]
    gone = result(State.CAPTURED, "pi_29800", captured=5000, cancelled=24800)
    done = stage.run("TryReleaseRemainingAuth", gone, step_run_id=3)
    assert done.message == "Released 248.00 NOK (card)"
    back = result(State.CAPTURED, "pi_29800", captured=5000, refunded=2000, operation_id="r")
    stage.run("RefundPayments", back, step_run_id=4, Amount="20.00", Payment=card.reference)
    card.refresh_from_db()
    assert (card.captured_minor, card.cancelled_minor, card.refunded_minor) == (5000, 24800, 2000)
    assert stage.run("TryReleaseRemainingAuth", step_run_id=5).message == "Nothing is left to release"


@pytest.mark.parametrize("failure", [Unknown("no answer"), RetryLater("busy")])
def test_a_part_that_a_later_act_has_gone_on_with_is_not_asked_for_once_more(held, failure):
    """The first act is tried again by itself, or resumed, after staff have asked for the same part anew."""
    held.run("CapturePayments", failure, step_run_id=2, Amount="100.00")
    held.run("CapturePayments", took(10000, "c1"), step_run_id=3, Amount="100.00")
    for step_run_id, act_id in ((2, 0), (4, 2)):
        late = held.run("CapturePayments", step_run_id=step_run_id, act_id=act_id, Amount="100.00")
        assert (late.state, "a later act has gone on with" in late.message) == (ResultState.ERROR, True)
    assert (Effect.objects.filter(operation="capture").count(), the_payment().captured_minor) == (1, 10000)


def test_a_resumed_act_goes_on_with_its_own_parts_and_asks_for_no_more(stage):
    """The voucher has given its share; the rest is asked of the card, and not the whole amount."""
    stage.pay("voucher", 10000)
    stage.pay("card", 29800)
    taken = [result(State.CAPTURED, f"pi_{n}", authorized=n, captured=n) for n in (10000, 29800)]
    stage.run("AuthorizePayment", *taken)
    stage.calls.clear()
    given = result(State.REFUNDED, "pi_10000", refunded=10000, operation_id="r1")
    stage.run("RefundPayments", given, Rejected("too late"), step_run_id=2, Amount="150.00")
    rest = result(State.CAPTURED, "pi_29800", refunded=5000, operation_id="r2")
    done = stage.run("RefundPayments", rest, step_run_id=3, act_id=2, Amount="150.00")
    assert (done.state, done.message) == (ResultState.SUCCESS, "Refunded 50.00 NOK (card)")
    assert [call.request.amount.minor for call in stage.calls] == [10000, 5000, 10000, 5000]
    assert sum(payment.refunded_minor for payment in stage.order.payments.all()) == 15000


def test_an_act_that_waited_begins_where_another_one_has_ended_meanwhile(held):
    """It was surely not carried out: were its own capture lost next, the other's would be taken for it."""
    held.run("CapturePayments", RetryLater("busy"), step_run_id=2, Amount="100.00")
    held.run("CapturePayments", took(15000, "c1"), step_run_id=3, Amount="150.00")
    done = held.run("CapturePayments", took(25000, "c2"), step_run_id=2, Amount="100.00")
    assert held.calls[-1].request.captured.minor == 15000
    assert (done.state, done.message) == (ResultState.SUCCESS, "Captured 100.00 NOK (card)")
    assert the_payment().captured_minor == 25000


def test_an_act_that_may_have_been_carried_out_stays_where_it_began(held):
    held.run("CapturePayments", Unknown("no answer"), step_run_id=2, Amount="100.00")
    hear(event("e1", State.CAPTURED, captured=10000))
    held.run("CapturePayments", took(10000, "c1"), step_run_id=2, Amount="100.00")
    assert [call.request.captured.minor for call in held.calls] == [0, 0]
