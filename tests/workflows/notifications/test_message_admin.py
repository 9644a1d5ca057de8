"""The pages of messages, and what neither they nor those of templates show to others."""

import pytest

from tenants.models import Role
from tests.factories.notifications import NotificationTemplateFactory, SentMessageFactory
from tests.factories.tenants import TenantFactory
from tests.workflows.notifications.pages import GIVEN, MESSAGES, TEMPLATES, html, preview


def test_a_message_is_listed_shown_and_on_its_orders_page(staff, message, order):
    client = staff(Role.OPERATOR)
    for path in (
        MESSAGES,
        f"{MESSAGES}{message.pk}/change/",
        f"/admin/workflows/order/{order.pk}/change/",
    ):
        shown = html(client.get(path))
        for wanted in ("Not delivered", "kari@buyer.example", "Dear Kari", "550"):
            assert wanted in shown, path
    assert client.post(f"{MESSAGES}{message.pk}/change/", {"state": "sent"}).status_code == 403
    assert client.get(f"{MESSAGES}add/").status_code == 403


def test_people_are_shown_to_those_who_may_see_them(staff, message, order):
    client = staff(Role.VIEWER)
    for path in (
        MESSAGES,
        f"{MESSAGES}{message.pk}/change/",
        f"/admin/workflows/order/{order.pk}/change/",
    ):
        shown = html(client.get(path))
        assert "Not delivered" in shown
        assert "kari@buyer" not in shown and "Dear Kari" not in shown, path
    where = f"{MESSAGES}{message.pk}/change/"
    assert where not in html(client.get(MESSAGES, {"q": "kari@buyer.example"}))


@pytest.mark.parametrize("wanted", ["order", "reference", "provider_message_id", "recipient"])
def test_a_message_is_found_by_what_staff_have_at_hand(staff, message, wanted):
    SentMessageFactory(tenant=message.tenant, recipient="other@buyer.example")
    found = html(staff().get(MESSAGES, {"q": f" {getattr(message, wanted)} "}))
    assert found.count("/change/") - html(staff().get(MESSAGES, {"q": "zzz"})).count("/change/") == 1
    assert f"{MESSAGES}{message.pk}/change/" in found


def test_the_lists_cost_the_same_statements_for_any_number(
    staff, template, message, django_assert_max_num_queries
):
    client = staff()
    for _ in range(6):
        NotificationTemplateFactory(tenant=message.tenant)
        SentMessageFactory(tenant=message.tenant, connector=message.connector)
    for path in (TEMPLATES, MESSAGES):
        with django_assert_max_num_queries(12):
            html(client.get(path))


def test_nothing_of_another_tenant_is_shown_or_changed(staff, template, message):
    client = staff(tenant=TenantFactory())
    for path in (TEMPLATES, MESSAGES):
        shown = html(client.get(path))
        assert f">{template.name}</a>" not in shown and "kari@" not in shown
    pages = [preview(template), f"{MESSAGES}{message.pk}/change/"]
    pages += [f"{TEMPLATES}{template.pk}/{view}/" for view in ("change", "delete", "history")]
    for path in pages:
        assert client.get(path).status_code == 404, path
    assert client.post(f"{TEMPLATES}{template.pk}/change/", GIVEN).status_code == 404
    assert client.get(preview(template), {"order": message.order.number}).status_code == 404


def test_strangers_are_sent_to_the_login(client, template, message):
    for path in (TEMPLATES, MESSAGES, preview(template)):
        assert client.get(path).status_code == 302
