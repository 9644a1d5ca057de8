"""Several processes that hear of one message at the same moment."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from connectors.contracts.common import WebhookEvent
from eventlog.models import Event
from tenants.scoping import tenant_scope
from tests.factories.notifications import SentMessageFactory
from workflows.models import OrderError, SentMessage
from workflows.notifications.deliveries import take

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
