"""Fortnox from the steps and tasks: an order is exported, invoiced, paid and credited, and how it stands comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.access_token import Token
from connectors.consents import credential_for
from connectors.models import OAuthToken
from connectors.ports import OrmTokens
from connectors.providers.fortnox import Fortnox
from tenants.scoping import platform_scope
from tenants.secret_value import SecretValue
from tests.factories.connectors import publish_connector
from tests.factories.tenants import StoreFactory
from tests.providers.fortnox_desk import CLIENT
from tests.shop import Shop, running_vendors, shop, vendors
from workflows.models import InventoryLevel, Order, ScheduledRun, ScheduledTask
from workflows.schedules.slice import Slice
from workflows.schedules.ticker import run_now

__all__ = ["running_vendors", "shop", "vendors"]
pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


def _step(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "connector": "Fortnox", **more}


CHART: dict[str, Any] = {
    "New": ["AuthorizePayment!", _step("ExportOrder", stop_on_error=True)],
    "Ship": ["CapturePayments!", _step("ExportInvoices"), _step("ExportPayments")],
    "Again": [_step("ExportOrder"), _step("ExportInvoices"), _step("ExportPayments")],
    "Back": ["RefundPayments", _step("CreateCreditNote"), _step("ExportPayments")],
}


def connect(shop: Shop, *methods: str, company: str = "1204867") -> Any:
    return publish_connector(
        shop.tenant,
        "fortnox",
        is_test=True,
        client_app_id=CLIENT,
        client_app_secret="fortnox-secret-0123456789",
        tenant_url=f"{shop.vendors.url}/fortnox",
        oauth_tenant=company,
        properties={"FortnoxPaymentMethods": dict.fromkeys(methods, "KORT")},
    )


def moved(shop: Shop, order: Order, status: str) -> dict[str, str]:
    run = shop.move(order, status)
    shop.pump()
    return {step.name: f"{step.state}: {step.message}" for step in run.steps.all()}


def books(shop: Shop) -> dict[str, list[dict[str, Any]]]:
    return shop.vendors.control("GET", "fortnox/books")  # type: ignore[no-any-return]


def test_an_orders_whole_life_in_the_books(shop: Shop) -> None:
    connect(shop, "Stripe")
    shop.chart(CHART)
    order = shop.order(amount="100.00")
    shop.pump()
    order.refresh_from_db()
    assert order.external_ids["Fortnox"] == "301"

    told = moved(shop, order, "Ship")
    assert told["ExportInvoices"] == "success: Invoiced by Fortnox as 5001: made of order 301"
    assert told["ExportPayments"] == "success: Fortnox was told: 100.00 NOK captured (Stripe)"
    again = moved(shop, order, "Again")
    assert again["ExportOrder"].endswith("there before, so nothing was changed")
    assert again["ExportInvoices"] == "success: Was invoiced before"

    back = moved(shop, order, "Back")
    assert back["CreateCreditNote"] == "success: Credited by Fortnox: 100.00 NOK as 5002"
    assert back["ExportPayments"].startswith("skipped: Not exported to Fortnox: it settles a refund")
    found = books(shop)
    assert [invoice["Total"] for invoice in found["invoices"]] == [100, -100]
    assert [payment["Amount"] for payment in found["payments"]] == [100]
    assert len(found["orders"]) == 1
    assert shop.vendors.doubles() == []
    assert shop.active_errors(order) == []


def test_an_order_paid_in_another_way_is_skipped_and_says_so(shop: Shop) -> None:
    connect(shop, "Klarna")
    shop.chart(CHART)
    order = shop.order(amount="100.00")
    shop.pump()
    told = {step.name: f"{step.state}: {step.message}" for step in order.runs.get().steps.all()}
    assert told["ExportOrder"].startswith("skipped: Not exported to Fortnox: Stripe is not among")
    assert shop.active_errors(order) == []
    assert books(shop)["orders"] == []


def test_stock_and_paid_invoices_come_back(shop: Shop) -> None:
    config = connect(shop, "Stripe")
    shop.chart(CHART)
    order = shop.order(amount="100.00")
    shop.pump()
    moved(shop, order, "Ship")
    StoreFactory(tenant=shop.tenant, code="OSLO-2")
    sku = order.lines.get().sku
    stock = {"articles": [{"ArticleNumber": sku, "QuantityInStock": 7}]}
    shop.vendors.control("POST", "fortnox/articles", stock)

    ran = _run("ImportInventory", config.id, {"Store": "OSLO-2"})
    assert (ran.counts["updated"], ran.state) == (1, ScheduledRun.State.SUCCEEDED), ran.message
    assert InventoryLevel.objects.get(product__sku=sku, store__code="OSLO-2").on_hand == 7
    assert _run("ImportPaidInvoices", config.id, {}).counts["updated"] == 1
    order.refresh_from_db()
    assert (order.properties["Invoice"], order.properties["InvoiceOutstanding"]) == ("5001", "0.00")
    assert order.properties["InvoicePaid"]


def test_a_login_that_was_taken_back_becomes_an_error_that_names_the_cure(shop: Shop) -> None:
    config, now = connect(shop, "Stripe", company=""), timezone.now()
    OrmTokens().save(
        config.id,
        Token(
            access=SecretValue("fx-access-of-a-while-ago"),
            obtained_at=now - timedelta(hours=2),
            expires_at=now - timedelta(hours=1),
            credential=credential_for(config, Fortnox.auth),
            refresh=SecretValue("fx-refresh-used-elsewhere"),
        ),
    )
    shop.chart(CHART)
    orders = [shop.order(number, amount="100.00") for number in ("A-1", "A-2")]
    shop.pump()
    for order in orders:
        [error] = shop.active_errors(order)
        assert "has to be connected again" in error
        assert "Press Connect" in error
    asked = [call["path"] for call in shop.vendors.calls("fortnox")]
    assert asked == ["/oauth-v1/token"]
    assert OAuthToken.objects.get(connector_id=config.id).refused_at is not None


def _run(name: str, connector: int, properties: dict[str, str]) -> ScheduledRun:
    task = ScheduledTask.objects.create(
        name=name, type=name, cron="0 7 * * *", active=False, connector_id=connector, properties=properties
    )
    run = run_now(task, "kari")
    with platform_scope("a slice serves all tenants"):
        Slice().run(20)
    run.refresh_from_db()
    return run
