"""Orders that a shop sends by itself come in as those of an import do."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from django.test import Client
from django_q.models import OrmQ

from connectors import inbox
from connectors.compiled import ConnectorConfig
from connectors.models import Connector, InboundWebhook
from connectors.publishing import retire
from tests.workflows.shopstall import WEBHOOK_KEY, Market, order
from workflows.models import ImportedObject, Order, WorkflowRun


def connector(market: Market, **values: Any) -> ConnectorConfig:
    return market.connector(properties={"WebhookKey": WEBHOOK_KEY}, **values)


def send(config: ConnectorConfig, event: str, data: dict[str, Any]) -> None:
    raw = json.dumps({"event": event, "order": data}).encode()
    signature = hmac.new(WEBHOOK_KEY.encode(), raw, hashlib.sha256).hexdigest()
    path = config.public_url.removeprefix("http://testserver")
    sent = Client().post(path, raw, content_type="application/json", headers={"X-Stall-Signature": signature})
    assert sent.status_code == 200
    inbox.work_off_due()
    assert InboundWebhook.objects.get(event_id=event).state == "done"


def test_an_order_by_webhook_is_placed_once_with_the_rules_of_the_import(market: Market) -> None:
    config = connector(market)
    task = market.task(connector=config, properties={"NumberPrefix": "S-"})
    send(config, "e1", order(1))
    assert Order.objects.get().number == "S-1"
    assert WorkflowRun.objects.get().trigger == "webhook"
    market.server.orders = [order(1)]
    assert market.run(task).counts["unchanged"] == 1
    send(config, "e2", order(1, minutes=1, tags=["new"]))
    send(config, "e3", order(1, minutes=-1, tags=["old"]))
    assert Order.objects.get().tags == ["new"]


def test_a_bad_order_is_recorded_and_the_webhook_is_done(market: Market) -> None:
    send(connector(market), "e1", order(1, total="1.00"))
    assert "comes to 249.00" in ImportedObject.objects.get().reason


def test_a_retired_shop_changes_what_it_brought_and_brings_nothing_new(market: Market) -> None:
    config = connector(market)
    send(config, "e1", order(1))
    retire(Connector.objects.get(pk=config.id))
    send(config, "e2", order(2))
    send(config, "e3", order(1, minutes=1, tags=["late"]))
    assert Order.objects.get().tags == ["late"]
    assert (
        ImportedObject.objects.get(external_id="gid-2").reason
        == "The connector is retired and takes nothing new"
    )


def test_a_stored_webhook_that_is_read_otherwise_by_now_is_not_passed_over(market: Market) -> None:
    """As after an upgrade that makes its id of other parts."""
    send(connector(market), "e1", order(1))
    rows = InboundWebhook.objects.all()
    rows.update(event_id="formerly-e1")
    inbox.try_again(rows)
    inbox.work_off_due()
    assert rows.get().state == "received"
    assert "holds no event formerly-e1" in rows.get().error


def test_wake_ups_do_not_pile_up_while_no_worker_is_there(market: Market) -> None:
    for _ in range(3 * inbox.ENOUGH_QUEUED):
        inbox._ring()
    assert OrmQ.objects.count() == inbox.ENOUGH_QUEUED
