"""Several processes that hear of one message at the same moment."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from connectors.contracts.common import WebhookEvent
from eventlog.models import Event
from tenants.scoping import tenant_scope
from tests.factories.notifications import SentMessageFactory
from tests.faults.processes import wait_for
from tests.shop import Shop, running_vendors, vendors
from tests.workflows.notifications.test_fallbacks import begin, mails, publish_link, report, result, write
from workflows.models import OrderError, SentMessage
from workflows.notifications.deliveries import take

__all__ = ["running_vendors", "vendors"]

STATES = ["deferred", "failed", "delivered", "failed", "opened", "failed"]


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_news_told_at_once_moves_the_message_forward_and_alerts_once():
    message = SentMessageFactory()
    start, failures = Barrier(len(STATES)), []

    def hear(number, state):
        event = WebhookEvent(id=f"e{number}", type=state, reference=message.reference, data={"state": state})
        try:
            with tenant_scope(message.tenant_id):
                start.wait()
                take(message.connector, event)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [Thread(target=hear, args=pair) for pair in enumerate(STATES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with tenant_scope(message.tenant_id):
        assert SentMessage.objects.get().state == "failed"
        assert Event.objects.filter(message__endswith="Not delivered (failed)").count() == 1
        assert OrderError.objects.count() == 1


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_a_report_that_is_quicker_than_the_answer_brings_the_fallback(vendors):
    """The vendor tells by webhook that the message did not arrive while the call that handed it over is on the wire."""
    shop = Shop(vendors)
    with tenant_scope(shop.tenant):
        publish_link(shop)
        write(shop, when="not_delivered")
        vendors.latency(1500, "linkmobility")
        heard = Thread(target=hear_of_the_first, args=(shop.tenant,))
        heard.start()
        order = begin(shop)
        heard.join()
        vendors.latency(0, "linkmobility")
        shop.pump()
        assert [message.state for message in SentMessage.objects.order_by("pk")] == ["failed", "sent"]
        assert len(mails(shop)) == 1
        assert result(order) == ("warning", "Sent with template Mail, in place of Text")


def hear_of_the_first(tenant):
    try:
        with tenant_scope(tenant):
            wait_for(SentMessage.objects.exists, "the message to be on its way")
            report(SentMessage.objects.get())
    finally:
        connection.close()
