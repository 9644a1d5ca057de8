"""What the admin's first page draws of orders, runs, connectors and scheduled tasks."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from eventlog.events import Outcome
from tenants.charts import Bar, Stack, bars, columns
from tenants.scoping import tenant_scope
from tests.factories.connectors import publish_connector
from tests.factories.events import record_event
from tests.factories.tenants import MembershipFactory, TenantFactory
from tests.factories.workflows import OrderFactory, make_shop
from workflows import figures
from workflows.models import RunState, ScheduledTask, WorkflowRun


def first_page(tenant, query=""):
    client = Client()
    client.force_login(MembershipFactory(tenant=tenant).user)
    answer = client.get(f"/admin/{query}")
    assert answer.status_code == 200
    sections = {section["title"]: section["data"] for section in answer.context["sections"]}
    return client, answer, sections


def run(order, state, hours=0, message=""):
    made = WorkflowRun.objects.create(
        tenant=order.tenant,
        order=order,
        order_type="Online",
        status="Ship",
        generation=1,
        state=state,
        message=message,
    )
    WorkflowRun.objects.filter(pk=made.pk).update(created_at=timezone.now() - timedelta(hours=hours))
    return made


@pytest.mark.django_db
def test_a_new_tenant_is_told_what_to_do_first():
    _, answer, sections = first_page(TenantFactory())
    steps = answer.context["first_steps"]
    assert [step["done"] for step in steps] == [False] * len(steps) and len(steps) == 5
    assert "markets" in steps[0]["words"] and list(sections) == ["Runs"]
    _, answer, _ = first_page(make_shop().tenant)
    assert [step["done"] for step in answer.context["first_steps"]] == [True, False, True, False, False]


@pytest.mark.django_db
def test_it_counts_what_its_links_list():
    shop = make_shop()
    connector = publish_connector(shop.tenant, display_name="ERP")
    with tenant_scope(shop.tenant):
        first, second = (OrderFactory(tenant=shop.tenant, market=shop.market) for _ in range(2))
        OrderFactory(tenant=shop.tenant, market=shop.market, status="Completed")
        stopped = run(first, RunState.STOPPED)
        run(second, RunState.STOPPED, hours=3)
        run(second, RunState.COMPLETED, hours=2)
        run(second, RunState.COMPLETED, hours=50, message="one step failed")
        task = ScheduledTask(tenant=shop.tenant, name="Stock", type="CleanUp", cron="0 * * * *")
        task.save()
        ScheduledTask.objects.update(
            succeeded_at=timezone.now() - timedelta(hours=2), next_due_at=timezone.now()
        )
    for milliseconds, outcome in ((100, Outcome.SUCCESS), (300, Outcome.RETRY)):
        record_event(shop.tenant, connector_id=connector.id, duration_ms=milliseconds, outcome=outcome)
    client, answer, sections = first_page(shop.tenant)
    assert answer.context["first_steps"] == []
    orders = {row["label"]: row for row in sections["Orders by status"]}
    assert (orders["New"]["words"], orders["Completed"]["words"], orders["Ship"]["length"]) == ("2", "1", 0)
    assert len(client.get(orders["New"]["link"]).context["cl"].result_list) == 2
    now = sections["Runs"]["chart"]["columns"][-1]
    assert now["words"].endswith("1 stopped")
    assert [item.pk for item in client.get(now["link"]).context["cl"].result_list] == [stopped.pk]
    waiting = [line for line in answer.context["waiting"] if "stopped" in line["words"]]
    assert waiting[0]["words"] == "1 run has stopped and waits for somebody", "the other order went on since"
    assert [item.pk for item in client.get(waiting[0]["link"]).context["cl"].result_list] == [stopped.pk]
    slow, failing = sections["Connectors"]
    assert (slow["rows"][0]["label"], slow["rows"][0]["words"]) == ("ERP", "200 ms")
    assert failing["rows"][0]["words"] == "1 of 2"
    assert len(client.get(failing["rows"][0]["link"]).context["cl"].result_list) == 1
    assert sections["Scheduled tasks"][0]["words"].startswith("2\xa0hours")
    week = first_page(shop.tenant, "?span=7d")[2]["Runs"]["chart"]
    assert sum("completed with errors" in column["words"] for column in week["columns"]) == 1


@pytest.mark.django_db
def test_orders_beyond_what_is_counted_are_said_to_be_more(monkeypatch):
    monkeypatch.setattr(figures, "MOST_ORDERS", 1)
    shop = make_shop()
    with tenant_scope(shop.tenant):
        for _ in range(3):
            OrderFactory(tenant=shop.tenant, market=shop.market)
        assert figures.orders_by_status(shop.tenant.pk, ["New", "Ship"]) == {"New": 2, "Ship": 0}
    assert first_page(shop.tenant)[2]["Orders by status"][0]["words"] == "more than 1"


def test_shapes_fill_their_drawing_and_no_more():
    drawn = bars([Bar("a", 50, "50", "/a"), Bar("b", 0.1, "0.1", "/b"), Bar("c", 0, "0", "/c")])
    assert [row["length"] for row in drawn] == [100, 1.5, 0]
    chart = columns(
        [Stack("1", "/1", {"good": 3, "bad": 1}), Stack("2", "/2", {"good": 0})], {"good": "g", "bad": "b"}
    )
    tall = chart["columns"][0]["parts"]
    assert [(part["tone"], part["y"], part["height"]) for part in tall] == [
        ("g", "25.0", "75.0"),
        ("b", "0.0", "25.0"),
    ]
    assert chart["columns"][1]["parts"] == [] and chart["columns"][1]["words"] == "2: none"
