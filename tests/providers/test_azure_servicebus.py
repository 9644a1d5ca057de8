"""Azure Service Bus over simulated queues: nothing doubled on the way out, nothing lost on the way in."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import quote_plus

import pytest

from connectors.providers.azure_servicebus import AzureServiceBus
from connectors.providers.azure_servicebus.connection import Connection
from connectors.schema import SettingsError
from connectors.trial import run_trial
from tests.factories.connectors import make_connector, publish_connector
from tests.shop import Shop, running_vendors, shop, vendors
from workflows.models import ImportedObject, Order, ScheduledRun, ScheduledTask
from workflows.schedules.slice import work_off
from workflows.schedules.ticker import run_now

__all__ = ["running_vendors", "shop", "vendors"]

KEY = "bm9yZHN0b3JlLXNlcnZpY2VidXMta2V5LTAxMjM0NTY3ODk="
STRING = f"Endpoint=sb://nordstore.servicebus.windows.net/;SharedAccessKeyName=orders;SharedAccessKey={KEY}"
CHART = {"New": [{"name": "ExportOrder", "connector": "AzureServiceBus", "stop_on_error": True}]}


def settings(**given: str) -> dict[str, str]:
    return {"ServiceBusConnectionString": STRING, "OrderQueueName": "orders", **given}


def connector(shop: Shop, **properties: str) -> Any:
    host = f"{shop.vendors.url}/azure-servicebus"
    return publish_connector(shop.tenant, "azure-servicebus", host=host, properties=settings(**properties))


def queue(shop: Shop, name: str = "orders") -> dict[str, Any]:
    found: dict[str, Any] = shop.vendors.control("GET", f"azure-servicebus/queues/{name}")
    return found


def order(number: int, **values: Any) -> dict[str, Any]:
    return {
        "id": f"Q-{number}",
        "number": f"Q{number}",
        "placed_at": "2026-11-20T09:00:00Z",
        "currency": "NOK",
        "shipping": {"name": "Kari", "line1": "Storgata 12", "city": "Oslo", "country": "NO"},
        "lines": [
            {"sku": "WOOL-M", "name": "Wool sweater", "quantity": 2, "unit_price": "499.00", "tax_rate": 25}
        ],
        "total": 998,
        **values,
    }


def put(shop: Shop, *bodies: Any) -> None:
    for number, body in enumerate(bodies):
        told = {"text": body} if isinstance(body, str) else {"body": body}
        shop.vendors.control("POST", "azure-servicebus/queues/orders/messages", {"id": f"m-{number}", **told})


def importing(config: Any) -> Any:
    return ScheduledTask.objects.create(
        name="Queue", type="ImportOrders", cron="* * * * *", active=False, connector_id=config.id
    )


def run(task: Any) -> ScheduledRun:
    made = run_now(task, "kari")
    work_off(20)
    made.refresh_from_db()
    return made


def test_the_token_is_the_documented_one() -> None:
    token = Connection.read(STRING).token("orders", 1_764_000_000)
    assert token == (
        "SharedAccessSignature sr=https%3A%2F%2Fnordstore.servicebus.windows.net%2Forders"
        "&sig=SIGNATURE&se=1764000900&skn=orders"
    ).replace("SIGNATURE", _signature("https%3A%2F%2Fnordstore.servicebus.windows.net%2Forders\n1764000900"))


def _signature(text: str) -> str:
    return quote_plus(base64.b64encode(hmac.digest(KEY.encode(), text.encode(), hashlib.sha256)).decode())


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"ServiceBusConnectionString": "nonsense"},
            "must be the connection string of a shared access policy",
        ),
        ({"ServiceBusConnectionString": f"{STRING};EntityPath=other"}, "good for the queue other only"),
        ({"OrderQueueName": "or ders?"}, "must be the name of a queue"),
        ({"BatchSize": "0"}, "use 1 to 100"),
        ({"DuplicateDetectionMinutes": "99999"}, "use 0 to 10080"),
    ],
)
def test_settings_that_cannot_be_used(given: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told) as refused:
        AzureServiceBus.settings.compile({}, settings(**given))
    assert KEY not in str(refused.value)


@pytest.mark.thorough
@pytest.mark.django_db
def test_a_lost_answer_leads_to_the_same_message_again_and_the_queue_drops_it(shop: Shop) -> None:
    connector(shop, DuplicateDetectionMinutes="10")
    shop.chart(CHART)
    shop.vendors.faults(vendor="azure-servicebus", drop_after=True, times=1)
    made = shop.order()
    shop.pump()
    assert shop.steps(made.runs.get()) == {"ExportOrder": "success"}
    [message] = queue(shop)["active"]
    made.refresh_from_db()
    assert made.external_ids["AzureServiceBus"] == message["MessageId"]
    assert shop.vendors.doubles() == []


@pytest.mark.thorough
@pytest.mark.django_db
def test_without_duplicate_detection_a_lost_answer_waits_for_a_person(shop: Shop) -> None:
    connector(shop)
    shop.vendors.control("POST", "azure-servicebus/queues/orders", {"window_s": 0})
    shop.chart(CHART)
    shop.vendors.faults(vendor="azure-servicebus", drop_after=True, times=1)
    made = shop.order()
    shop.pump()
    shop.later(hours=1)
    shop.pump()
    assert len(queue(shop)["active"]) == 1
    assert "cannot be asked" in " ".join(shop.active_errors(made))


@pytest.mark.thorough
@pytest.mark.django_db
def test_orders_of_a_queue_come_in_once_and_what_cannot_be_read_ends_as_dead_letter(shop: Shop) -> None:
    config = connector(shop, BatchSize="2")
    shop.vendors.control("POST", "azure-servicebus/queues/orders", {"max_deliveries": 2})
    put(shop, order(1), "no JSON", order(2), {"Value": order(3)}, order(1))
    first = run(importing(config))
    assert first.state == ScheduledRun.State.SUCCEEDED, first.message
    assert (first.counts["new"], first.counts["unread"]) == (3, 1)
    assert "Message m-1 cannot be read (it is no JSON" in first.message
    assert len(queue(shop)["completed"]) == 4
    assert set(Order.objects.values_list("number", flat=True)) == {"Q1", "Q2", "Q3"}
    for _ in range(2):
        run(ScheduledTask.objects.get())
    state = queue(shop)
    assert (state["active"], state["locked"]) == ([], [])
    assert [message["MessageId"] for message in state["dead"]] == ["m-1"]


@pytest.mark.thorough
@pytest.mark.django_db
def test_a_message_whose_lock_is_over_comes_again_and_is_known_by_then(shop: Shop) -> None:
    """As after a worker that died once the orders were stored: what it had locked is nobody's."""
    config = connector(shop)
    put(shop, order(1), order(2))
    shop.vendors.faults(vendor="azure-servicebus", method="DELETE", status=503, times=50)
    task = importing(config)
    assert run(task).state != ScheduledRun.State.SUCCEEDED
    assert Order.objects.count() == 2
    assert queue(shop)["completed"] == []
    shop.vendors.clear_faults()
    shop.vendors.control("POST", "azure-servicebus/queues/orders/expire", {})
    ScheduledRun.objects.filter(state__in=ScheduledRun.OPEN).update(state="failed")
    again = run(task)
    assert again.state == ScheduledRun.State.SUCCEEDED, again.message
    assert again.counts["unchanged"] == 2
    assert sorted(queue(shop)["completed"]) == ["m-0", "m-1"]
    assert Order.objects.count() == ImportedObject.objects.count() == 2


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_the_test_of_the_connection_changes_nothing(shop: Shop) -> None:
    host = f"{shop.vendors.url}/azure-servicebus"
    draft = make_connector(shop.tenant, "azure-servicebus", host=host, properties=settings())
    put(shop, order(1))
    assert run_trial(draft).passed
    assert queue(shop)["active"][0]["DeliveryCount"] == 0
    shop.vendors.control(
        "POST", "azure-servicebus/policies", {"name": "orders", "key": KEY, "claims": ["Send"]}
    )
    assert "lacks Send or Listen" in run_trial(draft).message
