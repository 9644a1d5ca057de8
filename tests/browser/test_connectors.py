"""Setting systems up in the admin: from the gallery to what runs, changed in one click, and rolled back."""

import re

import pytest
from playwright.sync_api import Page, expect

from connectors.models import Connector
from connectors.runtime import runtime
from payments.methods import methods_of
from tenants.models import Role
from tenants.scoping import tenant_scope
from tests.factories.connectors import publish_connector
from tests.factories.tenants import MembershipFactory, StoreFactory, TenantFactory
from tests.factories.workflows import publish_order_type

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = "/admin/connectors/connector/"


@pytest.fixture
def tenant(live_server):
    found = TenantFactory(slug="north", name="North")
    with tenant_scope(found):
        yield found


@pytest.fixture
def publisher(page, login, tenant):
    login(page, MembershipFactory(tenant=tenant, role=Role.TENANT_ADMIN).user)
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def confirm(page: Page, comment: str) -> None:
    expect(page.locator("[data-warnings]")).to_be_visible()
    page.get_by_label("I have looked at these").check()
    page.get_by_label("Comment").fill(comment)
    press(page, "Publish")


def value_of(page: Page, key: str):
    return page.get_by_label(f"Value of {key}", exact=True)


def test_a_stripe_payment_method_from_the_gallery_to_published(publisher, tenant):
    page = publisher
    page.goto("/admin/payments/paymentmethod/")
    page.get_by_role("link", name="New from gallery").first.click()
    page.get_by_role("searchbox").fill("stri")
    expect(page.get_by_role("link", name="Klarna")).to_be_hidden()
    page.get_by_role("link", name="Stripe").click()
    expect(page.get_by_text("Setting up Stripe")).to_be_visible()
    expect(page.get_by_label("Name", exact=False).first).to_have_value("Stripe")

    page.locator("[name=payment_method_name]").fill("Card")
    page.locator("[name=api_token]").fill("sk_test_canary0123456789abcd4f2a")
    press(page, "Add property")
    page.locator("[name=options-0-key]").fill("ReturnUrl")
    page.locator(".cd-typed").fill("https://shop.example/thanks")
    press(page, "Save as draft")
    expect(page.get_by_text("set, ends …4f2a")).to_be_visible()
    assert methods_of(runtime(tenant.pk)) == []

    press(page, "Publish")
    confirm(page, "first")
    expect(page.get_by_text("is live.")).to_be_visible()
    method = methods_of(runtime(tenant.pk))[0]
    assert (method.payment_method_name, method.options) == (
        "Card",
        {"ReturnUrl": "https://shop.example/thanks"},
    )
    assert runtime(tenant.pk).connectors[method.connector].values.api_token.reveal().endswith("4f2a")


def test_a_shopify_connector_from_the_gallery_to_published(publisher, tenant):
    page = publisher
    StoreFactory(tenant=tenant, code="OSL")
    page.goto(LIST)
    page.get_by_role("link", name="New from gallery").first.click()
    page.get_by_role("searchbox").fill("shopify")
    page.get_by_role("searchbox").press("Enter")
    press(page, "Save as draft")
    press(page, "Publish")
    expect(page.locator("[data-errors='2']")).to_be_visible()

    page.get_by_role("link", name="Go there").first.click()
    expect(value_of(page, "ShopifyUrl")).to_be_focused()
    value_of(page, "ShopifyUrl").fill("north.myshopify.com")
    value_of(page, "AccessToken").fill("shpat_canary0123456789")
    value_of(page, "NotifyCustomer").select_option("true")
    value_of(page, "ImportOrdersFrom").fill("2026-05-31")
    press(page, "Publish")
    confirm(page, "open the shop")
    expect(page.get_by_text("Version 1 of Shopify is live.")).to_be_visible()

    connector = runtime(tenant.pk).connectors[Connector.objects.get().pk]
    assert connector.host == "https://north.myshopify.com" or "shopify" in connector.host
    assert (connector.values.notify_customer, str(connector.values.import_orders_from)) == (
        True,
        "2026-05-31",
    )
    assert sorted(connector.properties) == ["AccessToken", "ImportOrdersFrom", "NotifyCustomer", "ShopifyUrl"]
    page.goto(LIST)
    expect(page.locator("#result_list")).to_contain_text("Version 1 live", ignore_case=True)


def test_a_property_is_edited_and_published_in_one_click_and_rolled_back(publisher, tenant):
    page = publisher
    config = publish_connector(
        tenant, "webhook", connector_id="erp", host="https://erp.example", properties={"Limit": "5"}
    )
    steps = [{"name": "ExportOrder", "connector": "Webhook", "connector_id": "erp"}]
    publish_order_type(tenant, "Online", {"New": {"steps": steps}})
    page.goto(f"{LIST}{config.id}/change/#properties")
    value_of(page, "Limit").fill("7")
    press(page, "Publish")
    expect(page.get_by_text(re.compile("Version 2 of .* is live"))).to_be_visible()
    assert runtime(tenant.pk).connectors[config.id].properties["Limit"] == "7"

    page.goto(f"{LIST}{config.id}/versions/")
    page.locator("[data-version='1']").get_by_role("button").click()
    expect(page.get_by_text("The draft is as version 1 was")).to_be_visible()
    assert runtime(tenant.pk).connectors[config.id].properties["Limit"] == "7", (
        "only publishing changes what runs"
    )
    press(page, "Publish")
    expect(page.get_by_text(re.compile("Version 3 of .* is live"))).to_be_visible()
    assert runtime(tenant.pk).connectors[config.id].properties["Limit"] == "5"


def test_each_type_of_property_has_a_control_of_its_own(publisher, tenant):
    page = publisher
    StoreFactory(tenant=tenant, code="OSL")
    config = publish_connector(tenant, "webhook", host="https://erp.example", properties={"Any": "x"})
    page.goto(f"{LIST}{config.id}/change/#properties")
    kind = page.locator("[name=properties-0-value_type]")
    controls = {
        "String": "input[type=text]",
        "Number": "input[inputmode=decimal]",
        "Boolean": "select:has(option[value=true])",
        "Date": "input[type=date], textarea",
        "DateTime": "input[type=datetime-local], textarea",
        "Store": "select:has(option[value=OSL])",
        "OrderStatus": "select",
        "Textarea": "textarea",
        "JSON": "textarea.cd-code",
        "File": "input[type=file]",
    }
    cell = page.locator("td:has(> [name=properties-0-value]), div:has(> [name=properties-0-value])").first
    for name, selector in controls.items():
        kind.select_option(name)
        expect(cell.locator(f":is({selector}):visible").first).to_be_visible()
    kind.select_option("Boolean")
    value_of(page, "Any").select_option("true")
    press(page, "Save as draft")
    expect(page.get_by_text("is saved as a draft")).to_be_visible()
    row = Connector.objects.get(pk=config.id).properties.get(key="Any")
    assert (row.value_type, row.value) == ("Boolean", "true")
