"""Two orders that name one payment at the provider at the same moment: one gets it, and the other is told."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from payments.models import Payment
from tenants.scoping import tenant_scope
from tests.factories.payments import PaymentFactory

pytestmark = [pytest.mark.pg, pytest.mark.django_db(transaction=True)]


def test_the_database_lets_one_of_two_have_it() -> None:
    first = PaymentFactory()
    second = PaymentFactory(tenant=first.tenant, connector=first.connector, method=first.method)
    ready, ended = Barrier(2), list[Any]()

    def take(payment: Payment) -> None:
        try:
            with tenant_scope(payment.tenant_id), transaction.atomic():
                ready.wait(10)
                Payment.objects.filter(pk=payment.pk).update(provider_id="shared-1")
            ended.append("got")
        except IntegrityError:
            ended.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=take, args=[payment]) for payment in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(ended) == ["got", "refused"]
