"""AuthorizePayment."""

import pytest

from connectors.contracts.payment import State
from connectors.errors import Misconfigured, NotSupported, Rejected, RetryLater, Unknown
from connectors.publishing import publish
from payments import ledger
from payments.models import Payment, PaymentState
from payments.news import from_event
from tests.factories.payments import PaymentFactory
from tests.payments.stories import event, result
from workflows.steps.base import ResultState

AUTHORIZED = result(State.AUTHORIZED, authorized=39800)


def test_reserves_the_amount_at_the_connector_of_the_payment(stage):
    payment = stage.pay("card")
    payment.seal_token("pm_card_visa")
    payment.save()

    done = stage.run("AuthorizePayment", AUTHORIZED)

    assert (done.state, done.message) == (ResultState.SUCCESS, "card 398.00 NOK is authorised")
    (call,) = stage.calls
    assert (call.operation, call.subject, call.write) == ("authorize", f"payment:{payment.reference}", True)
    assert call.connector.id == payment.connector_id
    assert (call.request.token, str(call.request.amount)) == ("pm_card_visa", "398.00 NOK")
    payment.refresh_from_db()
    assert (payment.state, payment.provider_id) == (PaymentState.AUTHORIZED, "pi_2")
    assert str(payment.capturable) == "398.00 NOK"
    entry = payment.entries.get()
    assert (entry.kind, entry.amount_minor, entry.source) == ("authorization", 39800, "step:1")
    assert entry.effect_id is not None


def test_a_second_run_has_nothing_to_do(stage):
    stage.pay("card")
    stage.run("AuthorizePayment", AUTHORIZED)
    again = stage.run("AuthorizePayment", step_run_id=2)
    assert (again.state, len(stage.calls)) == (ResultState.SUCCESS, 1)


def test_payments_are_taken_in_their_order(stage):
    stage.pay("gift", 10000)
    stage.pay("card", 29800)
    first, second = (
        result(State.AUTHORIZED, "pi_g", authorized=10000),
        result(State.AUTHORIZED, "pi_c", authorized=29800),
    )
    done = stage.run("AuthorizePayment", first, second)
    assert done.message == "gift 100.00 NOK is authorised; card 298.00 NOK is authorised"
    assert [str(call.request.amount) for call in stage.calls] == ["100.00 NOK", "298.00 NOK"]
    assert list(stage.order.payments.values_list("provider_id", flat=True)) == ["pi_g", "pi_c"]


@pytest.mark.parametrize(
    "answer",
    [
        Rejected("insufficient funds", code="card_declined", status=402),
        Rejected("insufficient funds", code="card_declined " * 20, status=402),
        result(State.DECLINED, reason="insufficient funds"),
    ],
)
def test_a_decline_is_an_error_with_its_reason(stage, answer):
    payment = stage.pay("card")
    done = stage.run("AuthorizePayment", answer)
    assert (done.state, done.message) == (
        ResultState.ERROR,
        "card 398.00 NOK was declined: insufficient funds",
    )
    payment.refresh_from_db()
    assert (payment.state, payment.reason, payment.authorized_minor) == (
        PaymentState.DECLINED,
        "insufficient funds",
        0,
    )


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (Misconfigured("the key is wrong"), PaymentState.PENDING),
        (RetryLater("too many requests"), PaymentState.PENDING),
        (Unknown("no answer"), PaymentState.PENDING),
        (NotSupported("does not offer an authorisation"), PaymentState.PENDING),
    ],
)
def test_a_failure_that_is_no_decline_leaves_the_payment_open(stage, failure, state):
    payment = stage.pay("card")
    done = stage.run("AuthorizePayment", failure)
    assert (done.state, done.message) == (ResultState.ERROR, f"card 398.00 NOK: {failure.message}")
    payment.refresh_from_db()
    assert payment.state == state
    assert not payment.entries.exists()


def test_a_retry_of_the_same_run_does_not_present_a_declined_card_again(stage):
    stage.pay("card", 29800)
    stage.pay("gift", 10000)
    stage.run("AuthorizePayment", Rejected("stolen card"), RetryLater("busy"))
    retried = stage.run("AuthorizePayment", result(State.AUTHORIZED, "pi_g", authorized=10000))
    assert [call.request.amount.minor for call in stage.calls] == [29800, 10000, 10000]
    assert retried.state is ResultState.ERROR
    assert "card 298.00 NOK was declined: stolen card" in retried.message


def test_a_new_run_tries_again_and_late_news_of_the_old_attempt_changes_nothing(stage):
    payment = stage.pay("card")
    stage.run("AuthorizePayment", result(State.DECLINED, "pi_1", reason="expired card"))
    done = stage.run("AuthorizePayment", AUTHORIZED, step_run_id=2)
    assert done.state is ResultState.SUCCESS

    for late in (
        event("e1", State.DECLINED, provider_id="pi_1"),
        event("e2", State.EXPIRED, provider_id="pi_1"),
    ):
        ledger.apply(Payment.objects.get(), from_event(late, "NOK"))

    payment.refresh_from_db()
    assert (payment.state, payment.provider_id, payment.reason) == (PaymentState.AUTHORIZED, "pi_2", "")
    assert payment.authorized_minor == 39800


def test_a_pending_authorisation_is_a_warning_and_the_next_run_asks_for_its_state(stage):
    payment = stage.pay("card")
    waiting = stage.run("AuthorizePayment", result(State.PENDING))
    assert waiting.state is ResultState.WARNING
    assert stage.run("AuthorizePayment", AUTHORIZED, step_run_id=2).state is ResultState.SUCCESS
    assert [(call.operation, call.write) for call in stage.calls] == [("authorize", True), ("status", False)]
    payment.refresh_from_db()
    assert payment.state == PaymentState.AUTHORIZED


def test_a_declined_object_that_is_taken_up_again_waits_and_may_then_succeed(stage):
    payment = stage.pay("card")
    stage.run("AuthorizePayment", result(State.DECLINED, reason="3-D Secure failed"))
    waiting = stage.run("AuthorizePayment", result(State.PENDING), step_run_id=2)
    payment.refresh_from_db()
    assert (waiting.state, payment.state, payment.reason) == (ResultState.WARNING, PaymentState.PENDING, "")
    assert stage.run("AuthorizePayment", AUTHORIZED, step_run_id=3).state is ResultState.SUCCESS


def test_an_unknown_state_is_an_error_and_counts_for_nothing(stage):
    payment = stage.pay("card")
    done = stage.run("AuthorizePayment", result(State.UNKNOWN, authorized=39800, captured=39800))
    assert done.state is ResultState.ERROR
    assert "raw-unknown" in done.message
    payment.refresh_from_db()
    assert (payment.state, payment.authorized_minor, payment.captured_minor) == (PaymentState.UNKNOWN, 0, 0)


@pytest.mark.parametrize("told", [{"provider_id": "p" * 256}, {"operation_id": "o" * 256}])
def test_an_id_that_cannot_be_kept_leaves_open_what_became_of_it(told):
    with pytest.raises(Unknown, match="256 characters"):
        result(State.AUTHORIZED, **told)


def test_less_than_asked_is_a_warning(stage):
    payment = stage.pay("card")
    done = stage.run("AuthorizePayment", result(State.AUTHORIZED, authorized=20000))
    assert (done.state, done.message) == (
        ResultState.WARNING,
        "card 398.00 NOK: only 200.00 NOK is authorised",
    )
    payment.refresh_from_db()
    assert payment.authorized_minor == 20000


def test_another_currency_in_the_answer_moves_nothing(stage):
    payment = stage.pay("card")
    dollars = result(State.AUTHORIZED)
    object.__setattr__(dollars, "authorized", payment.amount.from_minor(39800, "USD"))
    done = stage.run("AuthorizePayment", dollars)
    assert done.state is ResultState.ERROR
    assert "USD" in done.message
    payment.refresh_from_db()
    assert payment.authorized_minor == 0


def test_captured_at_once(stage):
    payment = stage.pay("card")
    assert stage.run("AuthorizePayment", result(State.CAPTURED)).state is ResultState.SUCCESS
    payment.refresh_from_db()
    assert (payment.state, payment.authorized_minor, payment.captured_minor) == ("captured", 39800, 39800)


def test_a_webhook_that_comes_before_the_answer_counts_once(stage):
    payment = stage.pay("card")
    early = event("e1", State.AUTHORIZED, authorized=39800)
    ledger.apply(Payment.objects.get(), from_event(early, "NOK"))
    payment.refresh_from_db()
    assert payment.provider_id == "pi_2"
    assert stage.run("AuthorizePayment").state is ResultState.SUCCESS
    assert stage.calls == []


def test_an_order_without_payments_is_a_warning(stage):
    done = stage.run("AuthorizePayment")
    assert (done.state, done.message) == (ResultState.WARNING, "The order has no active payment")


def test_a_payment_stays_with_its_connector_when_the_method_moves_to_another(stage):
    payment = stage.pay("card")
    other = stage.pay("other").connector
    payment.method.connector = other
    payment.method.save()
    publish(payment.method)
    stage.run("AuthorizePayment", AUTHORIZED, result(State.AUTHORIZED, "pi_9", authorized=39800))
    assert stage.calls[0].connector.id == payment.connector_id != other.pk


def test_a_connector_that_is_not_published_is_named(stage):
    PaymentFactory(order=stage.order, tenant=stage.order.tenant)
    with pytest.raises(Misconfigured, match="not published"):
        stage.run("AuthorizePayment")


def test_asked_for_its_status_a_hosted_checkout_becomes_the_order_that_it_led_to(stage):
    payment = stage.pay("card", provider_id="page_1")
    stage.run("AuthorizePayment", result(State.AUTHORIZED, "order_1", authorized=39800, replaces="page_1"))
    payment.refresh_from_db()
    assert (payment.state, payment.provider_id) == (PaymentState.AUTHORIZED, "order_1")
    assert payment.entries.get().provider_id == "order_1"


@pytest.mark.parametrize("state", [State.EXPIRED, State.CANCELLED])
def test_a_payment_that_ended_unauthorised_is_an_error_and_stays_one(stage, state):
    """The shopper has let the page lapse, or turned back: nothing may be shipped on it, also after a resumption."""
    stage.pay("card", provider_id="page_1")
    first = stage.run("AuthorizePayment", result(state, "page_1"))
    again = stage.run("AuthorizePayment", step_run_id=2)
    for done in (first, again):
        assert (done.state, done.message) == (
            ResultState.ERROR,
            f"card 398.00 NOK is {state.value}, and nothing is authorised; have it paid anew",
        )


def test_of_two_payments_the_one_that_ended_now_is_told(stage):
    stage.pay("gift", 10000)
    stage.pay("card", 29800, provider_id="page_1")
    held = result(State.AUTHORIZED, "pi_g", authorized=10000)
    done = stage.run("AuthorizePayment", held, result(State.EXPIRED, "page_1"))
    assert done.state is ResultState.ERROR
    assert "card 298.00 NOK is expired" in done.message


def test_a_payment_that_ended_before_another_one_took_its_place_is_not_spoken_of(stage):
    stage.pay("old", provider_id="page_1")
    stage.run("AuthorizePayment", result(State.EXPIRED, "page_1"))
    stage.pay("card")
    done = stage.run("AuthorizePayment", AUTHORIZED, step_run_id=2)
    assert (done.state, done.message) == (ResultState.SUCCESS, "card 398.00 NOK is authorised")
