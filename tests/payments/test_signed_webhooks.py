"""From a provider's signed POST to the books, over the public address."""

import json
import time

import pytest
from django.test import Client

from connectors import inbox, registry
from connectors.models import InboundWebhook
from connectors.publishing import publish
from payments.models import Payment
from tenants.scoping import tenant_scope
from tenants.secret_value import SecretValue
from tests.factories.connectors import make_connector
from tests.factories.payments import PaymentFactory

SECRET = "whsec_test_of_our_own_0001"


@pytest.fixture
def payment(db):
    found = PaymentFactory()
    connector = make_connector(found.tenant, "stripe", properties={"WebhookSecret": SECRET})
    with tenant_scope(found.tenant):
        publish(connector)
        Payment.objects.update(connector=connector)
        found.refresh_from_db()
        yield found


def intent_event(event_id: str, type: str, payment: Payment, **intent) -> bytes:
    """An event of Stripe about the PaymentIntent of a payment of 398.00 NOK."""
    item = {
        "id": "pi_2",
        "object": "payment_intent",
        "amount": 39800,
        "amount_capturable": 0,
        "amount_received": 0,
        "currency": "nok",
        "livemode": False,
        "metadata": {"reference": payment.reference},
        **intent,
    }
    body = {"id": event_id, "object": "event", "type": type, "created": 1_760_000_000, "livemode": False}
    return json.dumps({**body, "data": {"object": item}}).encode()


def post(payment: Payment, body: bytes, secret: str = SECRET) -> int:
    headers = registry.get("stripe").webhook.sign(body, [SecretValue(secret)], now=time.time())
    address = f"/webhooks/{payment.connector.webhook_token}/"
    return Client().post(address, body, content_type="application/json", headers=headers).status_code


def test_signed_events_move_the_payment_in_whatever_order_they_arrive(payment):
    captured = intent_event(
        "evt_2", "payment_intent.succeeded", payment, status="succeeded", amount_received=39800
    )
    authorized = intent_event(
        "evt_1",
        "payment_intent.amount_capturable_updated",
        payment,
        status="requires_capture",
        amount_capturable=39800,
    )
    assert [post(payment, body) for body in (captured, authorized, captured)] == [200, 200, 200]
    assert inbox.work_off_due() == 2

    payment.refresh_from_db()
    assert (payment.state, payment.provider_id) == ("captured", "pi_2")
    assert (payment.authorized_minor, payment.captured_minor) == (39800, 39800)
    assert set(InboundWebhook.objects.values_list("state", flat=True)) == {"done"}


def test_an_event_with_another_signature_changes_nothing(payment):
    body = intent_event(
        "evt_1", "payment_intent.succeeded", payment, status="succeeded", amount_received=39800
    )
    assert post(payment, body, secret="whsec_of_somebody_else") == 401
    assert inbox.work_off_due() == 0
    payment.refresh_from_db()
    assert payment.captured_minor == 0


def test_an_event_of_a_payment_that_is_not_known_yet_is_kept_for_later(payment):
    stranger = Payment(reference="0" * 32)
    body = intent_event(
        "evt_1", "payment_intent.succeeded", stranger, status="succeeded", amount_received=39800, id="pi_9"
    )
    assert post(payment, body) == 200
    inbox.work_off_due()
    row = InboundWebhook.objects.get()
    assert (row.state, row.attempts) == ("received", 1)
    assert "UnknownPayment" in row.error
