"""Several processes that hear of one payment at the same moment."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from connectors.contracts.payment import State
from payments.models import Payment
from payments.webhooks import take
from tenants.scoping import tenant_scope
from tests.factories.payments import PaymentFactory
from tests.payments.stories import event

CAPTURES = [
    event(f"e{number}", State.CAPTURED, operation="capture", amount=1000, operation_id=f"cap_{number}")
    for number in range(8)
]


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_captures_told_of_at_once_and_twice_each_count_once():
    payment = PaymentFactory(provider_id="pi_2")
    start, failures = Barrier(2 * len(CAPTURES)), []

    def hear(item):
        try:
            with tenant_scope(payment.tenant_id):
                start.wait()
                take(payment.connector, item)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [Thread(target=hear, args=(item,)) for item in CAPTURES * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with tenant_scope(payment.tenant_id):
        found = Payment.objects.get()
        assert (found.captured_minor, found.entries.count()) == (8000, 8)
