"""The chart of an order type: drawn from the draft, edited where it is drawn."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from connectors.runtime import runtime
from tenants.models import Role
from tenants.scoping import tenant_scope
from tests.factories.connectors import publish_connector
from tests.factories.tenants import MembershipFactory
from tests.factories.workflows import make_shop
from tests.pages import told
from workflows import orders
from workflows.arrows import COLUMN, GAP, draw
from workflows.chart import chart_of
from workflows.models import OrderStatus, OrderType, StepGroup, WorkflowStep
from workflows.problems import InvalidData, StatusNotAllowed

pytestmark = pytest.mark.thorough

STATUSES = {
    "New": {"next": ["Ship", "Gone"], "steps": ["AuthorizePayment", "CapturePayments"]},
    "Ship": {"next": ["New"], "steps": [{"name": "ExportOrder", "connector": "Webhook"}]},
    "Gone": {"is_canceled": True},
}


@pytest.fixture
def tenant(db):
    tenant = make_shop(statuses=STATUSES).tenant
    publish_connector(tenant)
    with tenant_scope(tenant):
        yield tenant


def person(tenant, role=Role.PUBLISHER):
    client = Client()
    client.force_login(MembershipFactory(tenant=tenant, role=role).user)
    return client


def url() -> str:
    return reverse("admin:workflows_ordertype_chart", args=[OrderType.objects.get().pk])


def edit(client, operation, **more):
    seen = client.get(url()).context["seen"]
    return client.post(url(), {"seen": seen, "op": operation, **more}, follow=True)


def layout():
    statuses = OrderStatus.objects.order_by("position")
    return {status.name: [step.name for step in status.steps.order_by("position")] for status in statuses}


def step(name) -> int:
    return WorkflowStep.objects.get(name=name).pk


def status(name) -> int:
    return OrderStatus.objects.get(name=name).pk


def test_it_draws_statuses_steps_and_the_allowed_transitions(tenant):
    answer = person(tenant, Role.VIEWER).get(url())
    shown = answer.content.decode()
    assert [column["status"].name for column in answer.context["columns"]] == list(STATUSES)
    assert sorted(re.findall(r"<title>(\w+ → \w+)</title>", shown)) == [
        "New → Gone",
        "New → Ship",
        "Ship → New",
    ]
    assert "then any status" in shown and "cd-arrow-cancels" in shown and "cd-arrow-back" in shown
    assert 'name="op"' not in shown and "workflows/chart.js" not in shown, "a viewer edits nothing"


def test_arrows_end_at_their_columns_and_share_no_lane():
    pairs = [(0, 1), (1, 2), (0, 2), (2, 0), (0, 3), (3, 1)]
    found = draw(4, pairs)
    assert [(arrow.source, arrow.target) for arrow in found.arrows] == pairs
    spans = []
    for arrow in found.arrows:
        start, lane, end = map(int, re.match(r"M(\d+) .*? (\d+)H.* (\d+) \d+V", arrow.line).groups())
        spans.append((lane, *sorted((start, end))))
        assert start // (COLUMN + GAP) == arrow.source and end // (COLUMN + GAP) == arrow.target
    for lane, low, high in spans:
        others = [span for span in spans if span != (lane, low, high) and span[0] == lane]
        assert all(high < a or b < low for _, a, b in others)


def test_steps_and_statuses_move_and_nothing_is_live_before_it_is_published(tenant):
    client = person(tenant)
    edit(client, f"step:{step('CapturePayments')}:up")
    assert layout()["New"] == ["CapturePayments", "AuthorizePayment"]
    edit(client, f"step:{step('AuthorizePayment')}:right")
    edit(client, f"step:{step('CapturePayments')}:to:{status('Ship')}:1")
    edit(client, f"status:{status('Gone')}:left")
    assert layout() == {"New": [], "Gone": [], "Ship": ["ExportOrder", "CapturePayments", "AuthorizePayment"]}
    live = chart_of(runtime(tenant.pk), "Online")
    assert list(live.statuses) == list(STATUSES) and len(live.status("New").steps) == 2
    first = edit(client, "publish", comment="moved")
    assert "Press Publish again" in told(first)
    edit(client, "publish", comment="moved")
    live = chart_of(runtime(tenant.pk), "Online")
    assert list(live.statuses) == ["New", "Gone", "Ship"]
    assert [item.name for item in live.status("Ship").steps] == layout()["Ship"]
    assert OrderType.objects.get().live.comment == "moved"


def test_a_status_that_is_switched_off_is_entered_by_no_order(tenant):
    client = person(tenant)
    with tenant_scope(tenant):
        order = orders.create_order({**shop_order(), "status": "New"})
    edit(client, f"status:{status('Ship')}:off")
    edit(client, f"step:{step('AuthorizePayment')}:off")
    for _ in range(2):
        edit(client, "publish")
    live = chart_of(runtime(tenant.pk), "Online")
    assert not live.status("Ship").active and not live.status("New").steps[0].active
    with pytest.raises(StatusNotAllowed, match="allowed next: Gone"):
        orders.change_status(order, "Ship")
    with pytest.raises(InvalidData, match="switched off"):
        orders.create_order({**shop_order(), "status": "Ship"})
    edit(client, f"status:{status('New')}:off")
    assert chart_of(runtime(tenant.pk), "Online").first.name == "New", "a draft changes nothing"


def shop_order():
    lines = [{"sku": "A", "quantity": "1", "unit_price": "1.00"}]
    return {"market": "NOR", "customer": {"email": "kari@buyer.example"}, "lines": lines}


def test_what_the_page_never_asks_changes_nothing(tenant):
    before, client = layout(), person(tenant)
    for operation in ("", "step:1", "step:x:up", "step:999999:up", "status:1:to:x", "drop:1:up"):
        assert "Nothing was changed" in told(edit(client, operation)), operation
    assert layout() == before


def test_the_second_of_two_gets_the_difference_and_loses_nothing(tenant):
    first, second = person(tenant), person(tenant)
    stale = second.get(url()).context["seen"]
    edit(first, f"step:{step('CapturePayments')}:off")
    before = layout()
    answer = second.post(url(), {"seen": stale, "op": f"status:{status('New')}:right"}, follow=True)
    assert "changed this order type while you edited it" in told(answer)
    assert "CapturePayments" in told(answer) and layout() == before
    assert "reload the page" in told(second.post(url(), {"op": "publish"}, follow=True))


def test_who_may_edit_and_who_may_publish(tenant):
    rights = {Role.VIEWER: (403, 403), Role.CONNECTOR_EDITOR: (302, 403), Role.PUBLISHER: (302, 302)}
    for role, expected in rights.items():
        client = person(tenant, role)
        data = {"seen": client.get(url()).context["seen"]}
        operations = (f"status:{status('New')}:left", "publish")
        assert tuple(client.post(url(), {**data, "op": item}).status_code for item in operations) == expected
    other = make_shop().tenant
    with tenant_scope(other):
        stranger = person(other)
    assert stranger.get(url()).status_code == 404
    assert stranger.post(url(), {"op": f"status:{status('New')}:right"}).status_code == 404


def test_steps_and_groups_are_added_to_a_status(tenant):
    client, gone = person(tenant), status("Gone")
    group = StepGroup.objects.create(name="Tell all")
    edit(client, f"status:{gone}:add", **{f"new-{gone}": "Notification"})
    edit(client, f"status:{gone}:add", **{f"new-{gone}": f"group:{group.pk}"})
    assert [str(item) for item in WorkflowStep.objects.filter(status=gone).order_by("position")] == [
        "Notification",
        "Group Tell all",
    ]
    assert "Group Tell all" in client.get(url()).content.decode()
    for chosen in ("", "Nothing", "group:99999"):
        edit(client, f"status:{gone}:add", **{f"new-{gone}": chosen})
    assert WorkflowStep.objects.filter(status=gone).count() == 2


def test_the_page_asks_no_more_for_more_steps(tenant):
    client = person(tenant)
    few = _queries(client)
    first = OrderStatus.objects.get(name="New")
    for position in range(9):
        WorkflowStep.objects.create(status=first, position=9 + position, name="Notification")
    assert _queries(client) == few <= 30


def _queries(client):
    client.get(url())
    with CaptureQueriesContext(connection) as seen:
        client.get(url())
    return len(seen)


def test_an_order_type_without_statuses_says_what_to_do(tenant):
    draft = OrderType.objects.create(name="Empty")
    answer = person(tenant).get(reverse("admin:workflows_ordertype_chart", args=[draft.pk]))
    assert "Add the first status" in answer.content.decode()
