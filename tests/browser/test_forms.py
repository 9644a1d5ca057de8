"""Forms of the admin in a browser: what is sent in a hurry is done once."""

import pytest
from playwright.sync_api import Page, expect

from tenants.models import ApiKey, Role
from tenants.scoping import platform_scope
from tests.factories.tenants import MembershipFactory, TenantFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_key_is_issued_once_however_often_save_is_pressed(page: Page, login) -> None:
    login(page, MembershipFactory(tenant=TenantFactory(), role=Role.TENANT_ADMIN).user)
    page.goto("/admin/tenants/apikey/add/")
    page.locator("[name=name]").fill("Web shop")
    page.locator("[name=scopes]").fill("orders:write")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Save", exact=True).evaluate(
        "button => { button.click(); setTimeout(() => button.click(), 5); }"
    )
    expect(page.locator("body")).to_contain_text("Copy the key now")
    page.wait_for_load_state("networkidle")
    with platform_scope("the test looks"):
        assert (len(sent), ApiKey._base_manager.count()) == (1, 1)
    page.go_back()
    page.locator("[name=scopes]").fill("orders")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("body")).to_contain_text("is no scope")
