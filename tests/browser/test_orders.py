"""The order's page in a browser: what went wrong is seen, mended and gone on with; nothing is done twice."""

import pytest
from playwright.sync_api import Page, expect

from tenants.models import Role
from tests.factories.tenants import MembershipFactory
from tests.lost_call import lost, made, till
from tests.shop import Shop, running_vendors, shop, vendors

__all__ = ["running_vendors", "shop", "vendors"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def operator(page: Page, login, shop: Shop) -> Page:
    login(page, MembershipFactory(tenant=shop.tenant, role=Role.OPERATOR).user)
    return page


def test_a_declined_card_is_seen_fixed_resumed_and_captured_once(operator: Page, shop: Shop) -> None:
    page = operator
    shop.chart({"New": ["AuthorizePayment!", "CapturePayments!"]})
    order = shop.order(amount="100.00", token="pm_card_chargeDeclined")
    shop.pump()
    page.goto(f"/admin/workflows/order/{order.pk}/change/")
    expect(page.locator("[data-error]")).to_contain_text("declined")
    page.locator(".journey-call summary").first.click()
    expect(page.locator("[data-exchange]")).to_contain_text("/v1/payment_intents")

    payment = order.payments.get()
    payment.seal_token("pm_card_visa")
    payment.save()
    page.locator("#order-acts").get_by_text("Resume from failed step").click()
    dialog = page.locator("#order-dialog")
    expect(dialog).to_contain_text("runs AuthorizePayment, CapturePayments")
    dialog.get_by_label("Reason").fill("Another card")
    dialog.get_by_role("button", name="Resume from failed step").dblclick()
    asked = page.locator("[data-asked]")
    expect(asked).to_have_attribute("data-asked", "queued")

    shop.pump()
    expect(asked).to_have_attribute("data-asked", "completed")
    expect(page.locator("[data-tile=Captured]")).to_contain_text("100.00 NOK")
    expect(page.locator("[data-error]")).to_have_count(0)
    expect(page.locator("#order-journey")).to_contain_text("Another card")
    assert [entry["amount_minor"] for entry in shop.effects("capture")] == [10000]
    assert order.runs.count() == 2


def test_a_call_in_doubt_is_decided_about_and_the_order_goes_on(operator: Page, shop: Shop) -> None:
    page = operator
    till(shop)
    order = lost(shop, drop_after=True)
    page.goto(f"/admin/workflows/order/{order.pk}/change/")
    expect(page.locator("[data-error]")).to_contain_text("decide here")
    page.locator("#order-acts").get_by_text("Decide what happened").click()
    dialog = page.locator("#order-dialog")
    expect(dialog).to_contain_text("It is not known whether ExportOrder (Rest)")
    dialog.get_by_label("Reason").fill("Seen in the till")
    dialog.get_by_role("button", name="Decide what happened").click()
    expect(page.get_by_text("Look at the vendor whether it was carried out")).to_be_visible()
    page.get_by_label("What you saw at the vendor").select_option("It was carried out")
    page.get_by_label("Number at the vendor").fill("T-17")
    page.get_by_role("button", name="Decide what happened").dblclick()
    expect(page.locator("#order-journey")).to_contain_text("Seen in the till")
    expect(page.locator("#order-acts")).to_contain_text("Resume from failed step")

    page.locator("#order-acts").get_by_text("Resume from failed step").click()
    dialog.get_by_label("Reason").fill("Go on")
    dialog.get_by_role("button", name="Resume from failed step").click()
    expect(page.locator("[data-asked]")).to_have_attribute("data-asked", "queued")
    shop.pump()
    expect(page.locator("[data-asked]")).to_have_attribute("data-asked", "completed")
    expect(page.locator("[data-error]")).to_have_count(0)
    assert made(shop) == 1
