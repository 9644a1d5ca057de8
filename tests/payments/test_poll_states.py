"""The scheduled look at payments of which no webhook has told the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from connectors.contracts.payment import State
from connectors.runtime import runtime
from payments.models import EntryKind, Payment, PaymentEntry, PaymentState, Standing
from payments.scheduled_tasks import PollPaymentStates
from tests.payments.stage import Stage
from tests.payments.stories import event, hear, result
from tests.shop import PAID, Shop, running_vendors, shop, vendors
from workflows.models import ScheduledRun, ScheduledTask
from workflows.schedules.slice import work_off
from workflows.schedules.ticker import run_now
from workflows.schedules.types import TaskContext

__all__ = ["running_vendors", "shop", "vendors"]


@pytest.fixture
def waiting(shop: Shop) -> Payment:
    """A payment that the provider has authorised; the news of it never came."""
    shop.chart(PAID)
    shop.order()
    shop.pump()
    payment = Payment.objects.get()
    payment.entries.all().delete()
    Payment.objects.update(
        state=PaymentState.PENDING, authorized_minor=0, modified_at=timezone.now() - timedelta(minutes=30)
    )
    return payment


def poll(payment: Payment) -> ScheduledRun:
    task, _ = ScheduledTask.objects.get_or_create(
        name="Payments", type="PollPaymentStates", cron="*/10 * * * *", connector=payment.connector
    )
    run = run_now(task)
    work_off(10)
    run.refresh_from_db()
    return run


def test_what_the_provider_knows_is_taken_in_once(waiting: Payment) -> None:
    run = poll(waiting)
    assert (run.state, run.counts) == ("succeeded", {"asked": 1, "changed": 1}), run.message
    waiting.refresh_from_db()
    assert (waiting.state, waiting.authorized_minor) == (PaymentState.AUTHORIZED, waiting.amount_minor)
    assert poll(waiting).counts == {}


def test_young_old_and_unsent_payments_are_left_alone(waiting: Payment) -> None:
    now = timezone.now()
    for changes in (
        {"modified_at": now},
        {"modified_at": now - timedelta(minutes=30), "created_at": now - timedelta(days=8)},
        {"created_at": now, "provider_id": ""},
    ):
        Payment.objects.update(**changes)
        assert poll(waiting).counts == {}


def test_a_payment_that_always_fails_holds_up_no_other(waiting: Payment, shop: Shop) -> None:
    """Neither those behind it, nor, once they were asked for, those before it."""
    shop.order("A-2")
    shop.pump()
    other = Payment.objects.exclude(pk=waiting.pk).get()
    other.entries.all().delete()
    Payment.objects.filter(pk=other.pk).update(state=PaymentState.PENDING, authorized_minor=0)
    Payment.objects.update(modified_at=timezone.now() - timedelta(minutes=30))
    Payment.objects.filter(pk=waiting.pk).update(currency="SEK")
    assert poll(waiting).state == "failed"
    run = poll(waiting)
    assert (run.state, run.counts) == ("succeeded", {"asked": 1, "changed": 1}), run.message
    assert poll(waiting).state == "failed"
    Payment.objects.filter(pk=waiting.pk).update(currency="NOK")
    assert poll(waiting).counts == {"asked": 1, "changed": 1}


def test_a_refund_of_an_old_payment_is_asked_about_until_it_is_confirmed(waiting: Payment) -> None:
    """Goods come back weeks after they were paid; the payment's own age says nothing of the refund's."""
    PaymentEntry.objects.create(
        tenant=waiting.tenant,
        payment=waiting,
        kind=EntryKind.REFUND,
        standing=Standing.PENDING,
        amount_minor=5000,
        provider_id=waiting.provider_id,
        reference="re_1",
    )
    now = timezone.now()
    old = {"state": PaymentState.CAPTURED, "authorized_minor": 10000, "captured_minor": 10000}
    Payment.objects.update(
        **old,
        refunding_minor=5000,
        created_at=now - timedelta(days=30),
        modified_at=now - timedelta(minutes=30),
    )
    assert poll(waiting).counts["asked"] == 1
    Payment.objects.update(refunding_minor=5000, modified_at=now - timedelta(minutes=30))
    PaymentEntry.objects.update(created_at=now - timedelta(days=8))
    assert poll(waiting).counts == {}


def test_the_end_of_a_page_is_not_that_of_the_payment_which_took_its_place(stage: Stage) -> None:
    """The shopper pays at the last moment, and a webhook tells of it while the page is asked about."""
    payment = stage.pay("card")
    Payment.objects.update(provider_id="page_1", modified_at=timezone.now() - timedelta(minutes=30))
    live, task = runtime(payment.tenant_id), PollPaymentStates()
    context = TaskContext(
        task_id=1,
        run_id=1,
        name="Payments",
        properties=task.properties.compile({}, {}),
        runtime=live,
        connector=live.connectors[payment.connector_id],
        cursor="",
        pages=0,
    )
    leg = task.plan(context)
    assert leg is not None
    hear(payment, [event("e1", State.AUTHORIZED, authorized=39800, provider_id="pay_1", replaces="page_1")])
    task.store(replace(context, pending=leg.pending), result(State.EXPIRED, "page_1"))
    payment.refresh_from_db()
    assert (payment.provider_id, payment.state) == ("pay_1", PaymentState.AUTHORIZED)
    assert payment.capturable == payment.amount
