"""Forms that were opened a while ago: in another tenant, or before somebody else changed the row."""

from __future__ import annotations

import re

import pytest

from tenants.models import ApiKey, Market, Role
from tenants.scoping import platform_scope
from tests.factories.tenants import MembershipFactory, UserFactory
from tests.tenants.conftest import logged_in

pytestmark = pytest.mark.django_db

NORWAY = {"code": "NOR", "name": "Norway", "currency": "NOK", "country": "NO", "language": "nb"}


def hidden(answer) -> dict[str, str]:
    """What the page's hidden fields send along."""
    fields = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', answer.content.decode())
    return dict(fields)


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("/admin/tenants/apikey/add/", {"name": "Web shop", "scopes": "orders:write"}),
        ("/admin/tenants/market/add/", NORWAY),
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
