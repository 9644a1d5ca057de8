"""Messages that wait for delay and opening hours, and what becomes of them meanwhile, through the engine."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tenants.models import Role
from tests.factories.notifications import NotificationTemplateFactory
from tests.factories.tenants import MembershipFactory
from tests.shop import Shop, running_vendors, shop, vendors
from tests.tenants.conftest import logged_in
from workflows.models import Order, SentMessage
from workflows.notifications import step as step_module
from workflows.notifications import waiting
from workflows.orders import change_status

__all__ = ["running_vendors", "shop", "vendors"]

MAIL = "Notification@mail"
#: A Thursday, 22:30 in Oslo, so far off that the database's clock is never past it.
NIGHT = datetime(2037, 11, 26, 21, 30, tzinfo=UTC)
#: Days after which all of it is past.
LATER = 12 * 366


@pytest.fixture
def night(monkeypatch):
    """What clocks show to messages; `night.at` may be moved."""

    class Clock:
        at = NIGHT

        @classmethod
        def now(cls):
            return cls.at

    for module in (waiting, step_module):
        monkeypatch.setattr(module, "timezone", Clock)
    return Clock


def write(shop: Shop, name="Received", **values):
    return NotificationTemplateFactory(tenant=shop.tenant, name=name, **values)


def sent(shop: Shop) -> list[dict]:
    received = shop.vendors.vendor("webhook").received.values()
    return [item["body"]["Value"] for item in received if item["name"] == "mail"]


def begin(shop: Shop, **statuses):
    shop.chart(statuses or {"New": [MAIL, "ExportOrder@erp"], "Ship": [], "OrderCanceled": []})
    order = shop.order()
    shop.pump()
    return order


def result(order):
    found = order.runs.order_by("id").first().steps.get(name="Notification")
    return found.state, found.message


def morning(shop: Shop, night) -> None:
    night.at = datetime(2037, 11, 27, 7, 1, tzinfo=UTC)
    shop.later(days=LATER)
    shop.pump()


def test_a_message_at_night_waits_for_the_opening_and_holds_nothing_up(shop, night):
    write(shop, opens="08:00", closes="20:00", text="Hello {customer.first_name}")
    order = begin(shop)
    assert result(order) == (
        "postponed",
        "Goes out on Friday 27 November at 08:00 (Europe/Oslo): open every day 08:00-20:00",
    )
    run = order.runs.get()
    assert (run.state, shop.steps(run)["ExportOrder"]) == ("completed", "success")
    assert sent(shop) == [] and shop.active_errors(order) == []
    message = SentMessage.objects.get()
    assert (message.state, message.due_at) == ("waiting", datetime(2037, 11, 27, 7, tzinfo=UTC))
    assert shop.due(order) == message.due_at

    Order.objects.filter(pk=order.pk).update(customer_data={"first_name": "Ola", "email": "ola@shop.example"})
    morning(shop, night)
    assert result(order) == ("success", "Sent with template Received")
    assert [(mail["to"], mail["text"]) for mail in sent(shop)] == [("ola@shop.example", "Hello Ola")]
    assert shop.vendors.doubles() == [] and len(shop.effects("message")) <= 1
    assert SentMessage.objects.get().due_at is None


@pytest.mark.thorough
def test_a_worker_that_comes_too_late_waits_for_the_next_opening(shop, night):
    write(shop, opens="08:00", closes="20:00", open_days=[1, 2, 3, 4, 5])
    order = begin(shop)
    night.at = datetime(2037, 11, 27, 19, 0, tzinfo=UTC)
    shop.later(days=LATER)
    shop.pump()
    state, told = result(order)
    assert state == "postponed" and "on Monday 30 November at 08:00" in told
    assert sent(shop) == []


@pytest.mark.thorough
def test_a_delay_counts_from_the_step(shop, night):
    night.at = datetime(2037, 11, 26, 10, 0, tzinfo=UTC)
    write(shop, delay_minutes=90)
    order = begin(shop)
    assert "at 12:30 (Europe/Oslo): delay 1 h 30 min" in result(order)[1]
    night.at += timedelta(minutes=91)
    shop.later(days=LATER)
    shop.pump()
    assert len(sent(shop)) == 1


@pytest.mark.thorough
@pytest.mark.parametrize("steps", [["ExportOrder@erp"], []], ids=["with steps", "without steps"])
def test_what_a_cancelled_order_would_have_been_told_is_called_off_at_once(shop, night, steps):
    write(shop, opens="08:00", closes="20:00")
    order = begin(shop, New=[MAIL], OrderCanceled=steps)
    shop.move(order, "OrderCanceled")
    shop.pump()
    assert is_dropped(shop, order, "a later status change took its place")


@pytest.mark.thorough
def test_what_an_order_that_was_cancelled_without_its_workflow_would_have_been_told_is_called_off(
    shop, night
):
    write(shop, opens="08:00", closes="20:00")
    order = begin(shop, New=[MAIL], OrderCanceled=[])
    change_status(order, "OrderCanceled", run_workflow=False)
    shop.pump()
    assert is_dropped(shop, order, "a later status change took its place")


def is_dropped(shop: Shop, order: Order, why: str) -> bool:
    assert result(order) == ("skipped", f"Not sent: {why}")
    assert sent(shop) == [] and shop.active_errors(order) == []
    return SentMessage.objects.get().state == "dropped"


@pytest.mark.thorough
@pytest.mark.parametrize(("only", "mails"), [(False, 1), (True, 0)])
def test_a_message_may_be_dropped_once_the_order_has_moved_on(shop, night, only, mails):
    write(shop, opens="08:00", closes="20:00", only_in_status=only)
    order = begin(shop)
    shop.move(order, "Ship")
    shop.pump()
    morning(shop, night)
    assert len(sent(shop)) == mails
    assert only is (result(order) == ("skipped", "Not sent: the order has moved on to Ship"))


@pytest.mark.thorough
def test_a_template_that_was_switched_off_meanwhile_is_not_sent(shop, night):
    template = write(shop, opens="08:00", closes="20:00")
    order = begin(shop)
    template.is_active = False
    template.save()
    morning(shop, night)
    assert sent(shop) == [] and "Received was switched off" in result(order)[1]


@pytest.mark.thorough
def test_staff_may_send_at_once(shop, night):
    write(shop, opens="08:00", closes="20:00")
    step = {"name": "Notification", "connector": "Webhook", "connector_id": "mail"}
    begin(shop, New=[{**step, "properties": {"Immediately": "true"}}])
    assert len(sent(shop)) == 1


@pytest.mark.thorough
def test_a_lost_answer_in_the_morning_is_retried_as_ever(shop, night):
    write(shop, opens="08:00", closes="20:00")
    order = begin(shop)
    shop.vendors.faults(vendor="webhook", path="^/mail", status=503, times=3)
    morning(shop, night)
    assert result(order)[0] == "error" and shop.active_errors(order)
    shop.later(minutes=10)
    shop.pump()
    assert result(order)[0] == "success" and len(sent(shop)) == 1
    assert shop.active_errors(order) == [] and shop.vendors.doubles() == []


@pytest.mark.thorough
def test_without_hours_nothing_waits(shop):
    write(shop)
    order = begin(shop)
    assert result(order)[0] == "success"
    assert SentMessage.objects.get().sent_at <= timezone.now()


@pytest.mark.thorough
@pytest.mark.parametrize(("act", "mails", "state"), [("send", 1, "success"), ("drop", 0, "skipped")])
def test_staff_decide_about_a_message_that_waits(shop, night, act, mails, state):
    write(shop, opens="08:00", closes="20:00")
    order = begin(shop)
    message = SentMessage.objects.get()
    page = f"/admin/workflows/sentmessage/{message.pk}/waiting/"
    viewer = logged_in(MembershipFactory(tenant=shop.tenant, role=Role.VIEWER).user)
    assert viewer.post(page, {act: "1"}).status_code in {302, 403} and sent(shop) == []
    client = logged_in(MembershipFactory(tenant=shop.tenant, role=Role.OPERATOR).user)
    assert "pays no heed to delay" in client.get(page).content.decode()
    for _ in range(2):
        assert client.post(page, {act: "1"}).status_code in {302, 403}
    shop.pump()
    assert (len(sent(shop)), result(order)[0]) == (mails, state)
