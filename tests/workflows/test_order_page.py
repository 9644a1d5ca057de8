"""The order's page: bounded whatever an order has been through, its acts asked for once, and by those who may."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from eventlog.models import Event, EventPayload
from tenants.models import Role
from tenants.scoping import tenant_scope
from tests.factories.payments import PaymentFactory
from tests.factories.tenants import MembershipFactory
from tests.factories.workflows import make_shop
from workflows.admin.order_page.journey import PAGE
from workflows.models import Order, StepRun, WorkflowRun
from workflows.orders import add_error, create_order

STEPS = {"New": {"next": ["Ship"], "steps": ["AuthorizePayment", "CapturePayments"]}, "Ship": {}}


@pytest.fixture
def shop(db):
    shop = make_shop(statuses=STEPS)
    with tenant_scope(shop.tenant):
        order = create_order(shop.order_data(number="N-1"))
        PaymentFactory(
            tenant=shop.tenant, order=order, amount_minor=30000, authorized_minor=30000, state="authorized"
        )
    return shop


@pytest.fixture
def order(shop):
    with tenant_scope(shop.tenant):
        return Order.objects.get()


@pytest.fixture
def staff(shop):
    def log_in(role=Role.OPERATOR, tenant=shop.tenant):
        client = Client()
        client.force_login(MembershipFactory(tenant=tenant, role=role).user)
        return client

    return log_in


def page(order):
    return reverse("admin:workflows_order_change", args=[order.pk])


def act(order, name):
    return reverse("admin:workflows-order-act", args=[order.pk, name])


def token(answer) -> str:
    return re.search(r'name="token" value="(\w+)"', answer.content.decode())[1]


def runs(shop, **wanted):
    with tenant_scope(shop.tenant):
        return list(WorkflowRun.objects.filter(**wanted).order_by("pk"))


def record_calls(order, number):
    run = order.runs.first()
    about = {"order_id": order.pk, "order_number": order.number, "run_id": run.pk, "method": "POST"}
    step = run.steps.first()
    rows = [
        Event(tenant=order.tenant, category="Connector", outcome="success", message=f"call {index}", **about)
        for index in range(number)
    ]
    for row in rows:
        row.step_run_id, row.step = step.pk, step.name
    return Event.objects.bulk_create(rows)


def test_a_long_life_costs_no_more_and_is_shown_by_and_by(shop, order, staff, django_assert_max_num_queries):
    client = staff()
    client.get(page(order))
    with tenant_scope(shop.tenant):
        last = record_calls(order, 300)[-1]
        for index in range(30):
            add_error(order.pk, f"key {index}", "down")
    with django_assert_max_num_queries(30):
        shown = client.get(page(order)).content.decode()
    assert shown.count("data-src=") == PAGE and last.message in shown
    older = re.search(r'data-older="([^"]+)"', shown)[1].replace("&amp;", "&")
    following = client.get(older).content.decode()
    assert "call 239" in following and "call 240<" not in following


def test_a_call_is_opened_in_place_by_those_who_may_see_people(shop, order, staff):
    with tenant_scope(shop.tenant):
        (event,) = record_calls(order, 1)
        EventPayload.objects.create(event=event, request={"headers": {"X-A": "1"}, "body": {"name": "Kari"}})
    where = reverse("admin:workflows-order-call", args=[order.pk, event.pk])
    assert "Kari" in staff().get(where).content.decode()
    assert "Kari" not in staff(Role.VIEWER).get(where).content.decode()


def test_money_is_shown_and_captured_once_however_often_the_form_is_sent(shop, order, staff):
    client = staff()
    assert "300.00 NOK can be captured" in client.get(page(order)).content.decode()
    asking = client.get(act(order, "capture"))
    assert "Takes up to 300.00 NOK" in asking.content.decode()
    form = {"token": token(asking), "reason": ""}
    assert "Say why" in client.post(act(order, "capture"), form).content.decode()
    form["reason"] = "Sent by hand"
    answers = [client.post(act(order, "capture"), form) for _ in range(2)]
    (run,) = runs(shop, kind="manual")
    assert {answer.url for answer in answers} == {f"{page(order)}?run={run.pk}"}
    assert (run.label, run.reason) == ("Capture 300.00 NOK", "Sent by hand")
    assert run.actor in client.get(answers[0].url).content.decode()


def test_a_form_sent_twice_tells_what_came_of_it_whatever_it_said_the_second_time(shop, order, staff):
    client, bulk = staff(), reverse("admin:workflows-orders-act", args=["capture"])
    form = {"token": token(client.get(act(order, "capture"))), "reason": "A part", "amount": "100.00"}
    client.post(act(order, "capture"), form)
    (run,) = runs(shop, kind="manual")
    again = client.post(act(order, "capture"), {**form, "amount": "120.00"}, follow=True)
    assert "sent before, and is not done twice" in again.content.decode()
    with tenant_scope(shop.tenant):
        order.payments.update(captured_minor=30000, state="captured")
    again = client.post(act(order, "capture"), form, follow=True)
    assert again.redirect_chain == [(f"{page(order)}?run={run.pk}", 302)]
    several = client.post(bulk, {**form, "ids": str(order.pk)}, follow=True).content.decode()
    assert "is not done twice" in several and "Capture 100.00 NOK" in several and "left out" not in several
    assert runs(shop, kind="manual") == [run]


def test_a_part_is_passed_on_as_amount(shop, order, staff):
    client = staff()
    form = {"reason": "A part", "amount": "400.00"}
    assert "at most 300.00 NOK" in client.post(act(order, "capture"), form).content.decode()
    client.post(act(order, "capture"), {**form, "amount": "120.50"})
    (run,) = runs(shop, kind="manual")
    with tenant_scope(shop.tenant):
        assert StepRun.objects.get(run=run).settings == {"properties": {"Amount": "120.50"}}


def test_who_only_looks_is_offered_nothing_and_may_do_nothing(shop, order, staff):
    client = staff(Role.VIEWER)
    assert act(order, "capture") not in client.get(page(order)).content.decode()
    for name in ("capture", "status", "resume"):
        assert client.get(act(order, name)).status_code == 403
        assert client.post(act(order, name), {"reason": "x"}).status_code == 403


def test_nothing_of_another_tenants_order_answers(shop, order, staff):
    client = staff(Role.TENANT_ADMIN, tenant=make_shop().tenant)
    (run,) = runs(shop)
    with tenant_scope(shop.tenant):
        step = run.steps.first()
    for name, *more in (
        ("act", "capture"),
        ("run", run.pk, "resume"),
        ("rerun", step.pk),
        ("call", 1),
        ("solve", 1),
    ):
        where = reverse(f"admin:workflows-order-{name}", args=[order.pk, *more])
        assert client.post(where, {"reason": "x"}).status_code == 404, where
    bulk = reverse("admin:workflows-orders-act", args=["capture"])
    assert client.post(bulk, {"ids": str(order.pk), "reason": "x"}).status_code == 404
    assert (
        order.number
        not in client.get(reverse("admin:workflows-orders-started"), {"runs": str(run.pk)}).content.decode()
    )


def test_one_act_on_several_orders_leaves_out_what_cannot(shop, order, staff):
    with tenant_scope(shop.tenant):
        other = create_order(shop.order_data(number="N-2"))
    client = staff()
    listing = reverse("admin:workflows_order_changelist")
    chosen = {"action": "act_capture", "_selected_action": [order.pk, other.pk]}
    asking = client.post(listing, chosen, follow=True)
    shown = asking.content.decode()
    assert "1 of 2 chosen orders" in shown and "300.00 NOK" in shown and "Left out" in shown
    form = {"token": token(asking), "ids": f"{order.pk},{other.pk}", "reason": "Month's end"}
    for _ in range(2):
        ended = client.post(reverse("admin:workflows-orders-act", args=["capture"]), form, follow=True)
    assert "Capture 300.00 NOK" in ended.content.decode()
    assert [run.order_id for run in runs(shop, kind="manual")] == [order.pk]


def test_status_with_and_without_workflow(shop, order, staff):
    client = staff()
    asking = client.get(act(order, "status")).content.decode()
    assert "Ship" in asking
    client.post(act(order, "status"), {"status": "Ship", "flags": "run_workflow", "reason": "by hand"})
    with tenant_scope(shop.tenant):
        assert Order.objects.get(pk=order.pk).status == "Ship"
    assert len(runs(shop)) == 1
