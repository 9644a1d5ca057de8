"""The preview of a template: right texts, nothing that runs, and nobody who may not be seen."""

import re

import pytest

from tenants.models import Role
from tenants.scoping import tenant_scope
from tests.factories.notifications import NotificationTemplateFactory
from tests.factories.workflows import make_shop
from tests.workflows.notifications.pages import html, preview
from workflows.models import NotificationTemplate
from workflows.orders import create_order


def test_an_example_is_shown_until_an_order_is_chosen(staff, template, order):
    client = staff()
    shown = html(client.get(preview(template)))
    assert "Order EX-1001" in shown and "Nothing is sent from here" in shown
    shown = html(client.get(preview(template), {"order": " A-1 "}))
    assert "Order A-1" in shown and "Hello Kari" in shown
    assert 'data-chosen="Received"' in shown


def test_html_is_framed_where_nothing_runs(staff, template):
    shown = html(staff().get(preview(template)))
    (frame,) = re.findall("<iframe[^>]*>", shown)
    assert " sandbox " in frame and "allow" not in frame
    assert "&lt;script&gt;x&lt;/script&gt;" in frame and "<script>x" not in shown
    assert "default-src &#x27;none&#x27;" in frame


def test_a_customers_name_cannot_leave_its_place(shop, staff, template):
    evil = '"></iframe><script>alert(1)</script>'
    with tenant_scope(shop.tenant):
        customer = {"email": "e@buyer.example", "first_name": evil, "last_name": ""}
        create_order(shop.order_data(number="E-1", customer=customer))
    shown = html(staff().get(preview(template), {"order": "E-1"}))
    assert "<script>alert" not in shown and "</iframe><" not in shown
    assert "&amp;lt;script&amp;gt;alert(1)" in shown, "escaped for the mail, and again for the frame"


@pytest.mark.parametrize("number", ["nope", "x" * 65, "a\x00b", "<b>", "THEIRS-1"])
def test_a_number_that_is_none_is_refused(staff, template, number):
    other = make_shop()
    with tenant_scope(other.tenant):
        create_order(other.order_data(number="THEIRS-1"))
    shown = html(staff().get(preview(template), {"order": number}))
    assert "data-error" in shown and "data-text" not in shown and "<b>" not in shown


def test_who_may_not_see_people_sees_the_example(staff, template, order):
    shown = html(staff(Role.CONNECTOR_EDITOR).get(preview(template), {"order": "A-1"}))
    assert "Your role does not show personal data" in shown
    assert "EX-1001" in shown and "A-1</" not in shown and 'name="order"' not in shown


def test_a_field_that_vanished_is_told(shop, staff, template):
    with tenant_scope(shop.tenant):
        NotificationTemplate.objects.update(text="{gone}")
    assert "There is no order field {gone}" in html(staff().get(preview(template)))


def test_a_tie_is_told(shop, staff, template, order):
    NotificationTemplateFactory(tenant=shop.tenant, name="Other")
    shown = html(staff().get(preview(template), {"order": "A-1"}))
    assert "The notification templates Other and Received fit status New" in shown


def test_an_sms_is_shown_with_its_length_and_its_time(shop, staff):
    texts = {"channel": "sms", "subject": "", "text": "Cześć {customer.first_name} 🎉"}
    mail = NotificationTemplateFactory(tenant=shop.tenant, name="Mail", statuses=[])
    sms = NotificationTemplateFactory(
        tenant=shop.tenant, name="Text", delay_minutes=60, fallback=mail, connector="LinkMobility", **texts
    )
    shown = html(staff().get(preview(sms)))
    assert "13 characters, 1 part; 57 more fit in" in shown and "ść🎉 are not in the GSM alphabet" in shown
    assert "such as emoji, are left out" in shown and "data-subject" not in shown
    assert "it would go out on" in shown and "(Europe/Oslo) through LinkMobility, by SMS" in shown
    assert preview(mail) in shown
