"""What a webhook does once it is verified and stored."""

import pytest

from connectors.contracts.common import WebhookEvent
from connectors.contracts.payment import State
from eventlog.models import Event
from payments.facts import CurrencyMismatch
from payments.models import Payment
from payments.webhooks import UnknownPayment, take
from tests.factories.payments import PaymentFactory
from tests.payments.stories import event
from workflows.models import OrderError


def named(reference: str, item):
    object.__setattr__(item, "reference", reference)
    return item


def test_an_event_is_matched_by_our_reference_and_moves_the_ledger(payment):
    take(payment.connector, named(payment.reference, event("e1", State.AUTHORIZED, authorized=39800)))
    payment.refresh_from_db()
    assert (payment.state, payment.provider_id, payment.authorized_minor) == ("authorized", "pi_2", 39800)
    told = Event.objects.get(order_number=payment.order.number)
    assert "Pending → Authorised (test.authorized)" in told.message
    assert told.connector_id == payment.connector_id


def test_an_event_is_matched_by_the_providers_id(payment):
    Payment.objects.update(provider_id="pi_2")
    take(payment.connector, event("e1", State.CAPTURED, captured=39800))
    payment.refresh_from_db()
    assert payment.captured_minor == 39800


def test_an_event_of_an_earlier_attempt_finds_its_payment_and_changes_nothing(payment):
    take(payment.connector, named(payment.reference, event("e1", State.DECLINED, provider_id="pi_1")))
    take(payment.connector, named(payment.reference, event("e2", State.AUTHORIZED, authorized=39800)))
    events = Event.objects.count()
    take(payment.connector, event("e3", State.CANCELLED, provider_id="pi_1"))
    payment.refresh_from_db()
    assert (payment.state, payment.provider_id) == ("authorized", "pi_2")
    assert Event.objects.count() == events


def test_a_duplicate_tells_nothing_twice(payment):
    item = named(payment.reference, event("e1", State.AUTHORIZED, authorized=39800))
    take(payment.connector, item)
    take(payment.connector, item)
    assert (payment.entries.count(), Event.objects.filter(order_id=payment.order_id).count()) == (1, 1)


def test_the_payments_of_another_connector_are_out_of_reach(payment):
    other = PaymentFactory(tenant=payment.tenant)
    with pytest.raises(UnknownPayment, match=payment.reference):
        take(other.connector, named(payment.reference, event("e1", State.CAPTURED, captured=39800)))
    payment.refresh_from_db()
    assert payment.captured_minor == 0


def test_an_unknown_payment_is_told_so_that_the_event_is_tried_again(payment):
    with pytest.raises(UnknownPayment, match="pi_2"):
        take(payment.connector, event("e1", State.CAPTURED, captured=39800))


def test_another_currency_is_refused(payment):
    item = named(payment.reference, event("e1", State.CAPTURED))
    object.__setattr__(item, "amount", payment.amount.from_minor(39800, "SEK"))
    with pytest.raises(CurrencyMismatch, match="SEK"):
        take(payment.connector, item)
    assert not payment.entries.exists()


def test_a_failed_refund_is_raised_as_an_order_error(payment):
    take(payment.connector, named(payment.reference, event("e1", State.CAPTURED, captured=39800)))
    failed = event(
        "e2", State.DECLINED, operation="refund", amount=39800, operation_id="re_1", reason="closed"
    )
    take(payment.connector, failed)
    error = OrderError.objects.get(order=payment.order)
    assert (error.reference, error.status) == (payment.reference, "Active")
    assert "Refund failed: closed" in error.message


def test_an_alert_is_raised_as_an_order_error(payment):
    alert = WebhookEvent(
        id="e9",
        type="dispute",
        reference=payment.reference,
        data={"alert": "The shopper disputes 398.00 NOK"},
    )
    take(payment.connector, alert)
    assert "disputes" in OrderError.objects.get(order=payment.order).message


def test_an_event_that_is_not_about_money_needs_no_payment(payment):
    take(payment.connector, WebhookEvent(id="e9", type="customer.updated"))
    assert not OrderError.objects.exists()


@pytest.mark.parametrize("word", [State.PENDING, State.DECLINED, State.AUTHORIZED])
def test_a_hosted_checkout_becomes_the_order_that_it_led_to(payment, word):
    """Also while that holds no money, and only from the checkout that is in force."""
    Payment.objects.update(provider_id="page_1")
    held = {"authorized": 39800} if word is State.AUTHORIZED else {}
    take(payment.connector, event("e1", word, provider_id="order_1", replaces="page_1", **held))
    payment.refresh_from_db()
    assert (payment.state, payment.provider_id) == (word.value, "order_1")
    take(payment.connector, event("e2", State.PENDING, provider_id="order_1", replaces="page_0"))
    payment.refresh_from_db()
    assert (payment.state, payment.provider_id) == (word.value, "order_1")
