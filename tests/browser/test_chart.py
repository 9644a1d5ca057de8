"""The chart, explain and what each role sees, in a browser; and every page without an error in its console."""

import pytest
from django.contrib import admin
from django.urls import reverse

from connectors.runtime import runtime
from tenants.models import Membership, Role
from tenants.scoping import TenantModel, platform_scope, tenant_scope
from tests.config.world import make_world
from tests.factories.connectors import publish_connector
from tests.factories.tenants import MembershipFactory
from tests.factories.workflows import make_shop
from workflows.chart import chart_of
from workflows.models import OrderType

pytestmark = pytest.mark.django_db(transaction=True)

STATUSES = {
    "New": {"next": ["Ship"], "steps": ["AuthorizePayment", "CapturePayments"]},
    "Ship": {"steps": [{"name": "ExportOrder", "connector": "Webhook"}]},
}


@pytest.fixture
def tenant():
    tenant = make_shop(statuses=STATUSES).tenant
    publish_connector(tenant, connector_id="erp")
    return tenant


def person(tenant, role=Role.TENANT_ADMIN):
    return MembershipFactory(tenant=tenant, role=role).user


def chart(tenant):
    with tenant_scope(tenant):
        return reverse("admin:workflows_ordertype_chart", args=[OrderType.objects.get().pk])


def cards(page, status):
    return page.locator(f'[data-name="{status}"] [data-step] h3').all_inner_texts()


def drag(page, card, to):
    """By the handle of a card to the middle of another one's lower half."""
    page.locator("[data-step]", has_text=card).locator("[data-handle]").hover()
    page.mouse.down()
    box = page.locator("[data-step]", has_text=to).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.3, steps=5)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.8, steps=5)
    with page.expect_navigation():
        page.mouse.up()


def test_a_step_is_dragged_moved_by_keys_and_published(page, login, tenant):
    login(page, person(tenant))
    page.goto(chart(tenant))
    drag(page, "CapturePayments", "ExportOrder")
    assert cards(page, "Ship") == ["ExportOrder", "CapturePayments"] and cards(page, "New") == [
        "AuthorizePayment"
    ]
    with page.expect_navigation():
        page.get_by_role("button", name="Move CapturePayments up").press("Enter")
    assert cards(page, "Ship") == ["CapturePayments", "ExportOrder"]
    assert page.evaluate("document.activeElement.closest('[data-step] , body').textContent").count(
        "CapturePayments"
    )
    for _ in range(2):
        with page.expect_navigation():
            page.get_by_role("button", name="Publish").click()
    live = chart_of(runtime(tenant.pk), "Online")
    assert [step.name for step in live.status("Ship").steps] == ["CapturePayments", "ExportOrder"]


def test_explain_tells_which_connector_and_why(page, login, tenant):
    login(page, person(tenant, Role.VIEWER))
    page.goto(reverse("admin:workflows-resolution"))
    page.get_by_label("Step").select_option("Online/Ship/1")
    page.get_by_label("Market").select_option("NOR")
    page.get_by_role("button", name="Explain").click()
    page.locator("[data-answer]", has_text="(erp) serves the step ExportOrder in market NOR").wait_for()
    page.locator("[data-candidates]", has_text="serves every market").wait_for()


def test_roles_see_what_they_may(page, login, tenant):
    expected = {
        Role.VIEWER: (0, 0, 0),
        Role.CONNECTOR_EDITOR: (1, 0, 0),
        Role.TENANT_ADMIN: (1, 1, 1),
    }
    for role, (edits, publishes, people) in expected.items():
        login(page, person(tenant, role))
        page.goto(chart(tenant))
        if edits:
            with page.expect_navigation():
                page.locator('button[value$=":off"]').first.click()
        found = page.get_by_role("button", name="Publish").count()
        assert (page.locator("[data-handle]").count() > 0, found) == (bool(edits), publishes), role
        assert page.get_by_role("link", name="Customers").count() >= people
        assert people or not page.get_by_role("link", name="Customers").count()


def test_no_page_has_an_error_in_its_console(page, login):
    tenant = make_world("Minelle")
    with tenant_scope(tenant):
        login(page, Membership.objects.get().user)
    for url in _pages(tenant):
        answer = page.goto(url, timeout=60_000)
        assert answer.status == 200, url


def _pages(tenant):
    yield from ("/admin/", "/admin/?span=7d", reverse("admin:workflows-resolution"), chart(tenant))
    for model in admin.site._registry:
        if not issubclass(model, TenantModel):
            continue
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"admin:{name}_changelist")
        with platform_scope("the test looks for a row"):
            yield reverse(f"admin:{name}_change", args=[model._base_manager.filter(tenant=tenant).first().pk])
