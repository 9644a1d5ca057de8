"""Forms that were opened a while ago: in another tenant, or before somebody else changed the row."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from tenants.models import ApiKey, Market, Role
from tenants.scoping import platform_scope, tenant_scope
from tests.factories.notifications import NotificationTemplateFactory
from tests.factories.tenants import MembershipFactory, UserFactory
from tests.factories.workflows import InventoryLevelFactory
from tests.tenants.conftest import logged_in
from workflows.models import InventoryLevel, NotificationTemplate, ScheduledTask

pytestmark = pytest.mark.django_db

NORWAY = {"code": "NOR", "name": "Norway", "currency": "NOK", "country": "NO", "language": "nb"}


def hidden(answer) -> dict[str, str]:
    """What the page's hidden fields send along."""
    fields = re.findall(r'<input type="hidden" name="([\w-]+)"(?: value="([^"]*)")?', answer.content.decode())
    return dict(fields)


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("/admin/tenants/apikey/add/", {"name": "Web shop", "scopes": "orders:write"}),
        pytest.param("/admin/tenants/market/add/", NORWAY, marks=pytest.mark.thorough),
    ],
)
def test_a_form_of_one_tenant_is_not_saved_in_another_to_which_somebody_switched(ours, theirs, address, sent):
    anna = UserFactory()
    for tenant in (ours, theirs):
        MembershipFactory(tenant=tenant, user=anna, role=Role.TENANT_ADMIN)
    client = logged_in(anna)
    client.post("/admin/switch-tenant/", {"tenant": ours.pk})
    opened = hidden(client.get(address))
    client.post("/admin/switch-tenant/", {"tenant": theirs.pk})
    answer = client.post(address, {**opened, **sent}, follow=True)
    assert "opened in another tenant" in answer.content.decode()
    with platform_scope("the test looks at both tenants"):
        assert not ApiKey._base_manager.exists() and not Market._base_manager.exists()
    opened = hidden(client.get(address))
    assert client.post(address, {**opened, **sent}).status_code in {200, 302}
    with platform_scope("the test looks at both tenants"):
        rows = [*ApiKey._base_manager.all(), *Market._base_manager.all()]
        assert [row.tenant for row in rows] == [theirs]


def test_what_steps_reserved_while_a_level_was_edited_stays_reserved(ours, staff):
    with tenant_scope(ours):
        level = InventoryLevelFactory(tenant=ours, reserved=2)
        page = reverse("admin:workflows_inventorylevel_change", args=[level.pk])
        sent = {"product": level.product_id, "store": level.store_id, "on_hand": "25", "reserved": "2.000"}
    client = staff()
    opened = hidden(client.get(page))
    InventoryLevel._base_manager.update(reserved=5, on_hand=9)
    assert client.post(page, {**opened, **sent}).status_code == 302
    with tenant_scope(ours):
        found = InventoryLevel.objects.get()
    assert (found.on_hand, found.reserved) == (Decimal(25), Decimal(5))
    remove = reverse("admin:workflows_inventorylevel_delete", args=[level.pk])
    assert "reserved for orders" in client.post(remove, {"post": "yes"}).content.decode()
    assert InventoryLevel._base_manager.exists()


def test_a_cursor_that_a_run_moved_while_the_task_was_edited_is_not_put_back(ours, staff):
    with tenant_scope(ours):
        task = ScheduledTask.objects.create(name="Tidy", type="CleanUp", cron="0 3 * * *", cursor="7")
        page = reverse("admin:workflows_scheduledtask_change", args=[task.pk])
    client, sent = staff(), {"name": "Tidy up", "type": "CleanUp", "cron": "0 3 * * *", "time_zone": "UTC"}
    opened = hidden(client.get(page))
    ScheduledTask._base_manager.update(cursor="9")
    answer = client.post(page, {**opened, **sent, "properties": "{}", "cursor": "7"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    with tenant_scope(ours):
        found = ScheduledTask.objects.get()
    assert (found.name, found.cursor) == ("Tidy up", "9")


@pytest.mark.thorough
def test_the_second_of_two_editors_overwrites_nothing_unseen(ours, staff):
    with tenant_scope(ours):
        template = NotificationTemplateFactory(tenant=ours, subject="Hello")
        page = reverse("admin:workflows_notificationtemplate_change", args=[template.pk])
    first, second = staff(), staff()
    values = {
        "name": template.name,
        "channel": template.channel,
        "text": "Text",
        "fallback_when": template.fallback_when,
    }
    values |= {"delay_minutes": "0", "subject": "Mine"}
    opened = hidden(first.get(page))
    told = second.post(page, {**opened, **values, "subject": "Theirs"})
    assert told.status_code == 302, told.context["adminform"].form.errors
    refused = first.post(page, {**opened, **values})
    assert "changed this notification template while you edited it" in refused.content.decode()
    with tenant_scope(ours):
        assert NotificationTemplate.objects.get().subject == "Theirs"
    assert first.post(page, {**hidden(refused), **values}).status_code == 302
    with tenant_scope(ours):
        assert NotificationTemplate.objects.get().subject == "Mine"
