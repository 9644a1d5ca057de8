"""PowerOffice Go from the steps and tasks: an order is exported, invoiced, paid and credited, and what comes back."""

from __future__ import annotations

from typing import Any

import pytest

from tenants.scoping import platform_scope
from tests.factories.connectors import publish_connector
from tests.factories.tenants import StoreFactory
from tests.providers.poweroffice_desk import CLIENT
from tests.shop import Shop, running_vendors, shop, vendors
from workflows.models import InventoryLevel, Order, ScheduledRun, ScheduledTask
from workflows.schedules.slice import Slice
from workflows.schedules.ticker import run_now

__all__ = ["running_vendors", "shop", "vendors"]
pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


def _step(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "connector": "PowerOffice", **more}


CHART: dict[str, Any] = {
    "New": ["AuthorizePayment!", _step("ExportOrder", stop_on_error=True)],
    "Ship": ["CapturePayments!", _step("ExportInvoices"), _step("ExportPayments")],
    "Again": [_step("ExportOrder"), _step("ExportInvoices"), _step("ExportPayments")],
    "Back": ["RefundPayments", _step("CreateCreditNote"), _step("ExportPayments")],
}


def connect(shop: Shop, *methods: str) -> Any:
    return publish_connector(
        shop.tenant,
        "poweroffice",
        is_test=True,
        client_app_secret=CLIENT,
        host=f"{shop.vendors.url}/poweroffice/v2",
        properties={
            "ApplicationKey": "po-application-0123456789",
            "SubscriptionKey": "po-subscription-0123456789",
            "PowerOfficePaymentMethods": dict.fromkeys(methods, "1920"),
        },
    )


def moved(shop: Shop, order: Order, status: str) -> dict[str, str]:
    run = shop.move(order, status)
    shop.pump()
    return {step.name: f"{step.state}: {step.message}" for step in run.steps.all()}


def books(shop: Shop) -> dict[str, list[dict[str, Any]]]:
    return shop.vendors.control("GET", "poweroffice/books")  # type: ignore[no-any-return]


def test_an_orders_whole_life_in_the_books(shop: Shop) -> None:
    config = connect(shop, "Stripe")
    shop.chart(CHART)
    order = shop.order(amount="100.00")
    shop.pump()
    order.refresh_from_db()
    [made] = books(shop)["orders"]
    assert order.external_ids["PowerOffice"] == made["Id"]

    told = moved(shop, order, "Ship")
    assert told["ExportInvoices"] == "success: Invoiced by PowerOffice as 15001: made of sales order 6001"
    assert told["ExportPayments"] == "success: PowerOffice was told: 100.00 NOK captured (Stripe)"
    again = moved(shop, order, "Again")
    assert again["ExportOrder"].endswith("there before, so nothing was changed")
    assert again["ExportInvoices"] == "success: Was invoiced before"
    assert _run("ImportPaidInvoices", config.id, {}).counts["updated"] == 1
    order.refresh_from_db()
    assert (order.properties["Invoice"], order.properties["InvoiceOutstanding"]) == ("15001", "0.00")
    assert order.properties["InvoicePaid"]

    back = moved(shop, order, "Back")
    assert back["CreateCreditNote"] == "success: Credited by PowerOffice: 100.00 NOK as 15002"
    assert back["ExportPayments"] == "success: PowerOffice was told: 100.00 NOK refunded (Stripe)"
    found = books(shop)
    assert [invoice["TotalAmount"] for invoice in found["invoices"]] == [100, -100]
    assert [entry["Amount"] for entry in found["entries"]] == [-100, 100]
    assert found["orders"] == []
    assert shop.vendors.doubles() == []
    assert shop.active_errors(order) == []


def test_stock_comes_back_and_a_payment_of_another_kind_is_left_alone(shop: Shop) -> None:
    config = connect(shop, "Klarna")
    shop.chart(CHART)
    order = shop.order(amount="100.00")
    shop.pump()
    told = moved(shop, order, "Ship")
    assert told["ExportPayments"].startswith("skipped: Not exported to PowerOffice Go: Stripe is not among")
    assert shop.active_errors(order) == []
    StoreFactory(tenant=shop.tenant, code="OSLO-2")
    sku = order.lines.get().sku
    shop.vendors.control("POST", "poweroffice/products", {"products": [{"Code": sku, "StockOnHand": 7}]})
    ran = _run("ImportInventory", config.id, {"Store": "OSLO-2"})
    assert (ran.counts["updated"], ran.state) == (1, ScheduledRun.State.SUCCEEDED), ran.message
    assert InventoryLevel.objects.get(product__sku=sku, store__code="OSLO-2").on_hand == 7


def _run(name: str, connector: int, properties: dict[str, str]) -> ScheduledRun:
    task = ScheduledTask.objects.create(
        name=name, type=name, cron="0 7 * * *", active=False, connector_id=connector, properties=properties
    )
    run = run_now(task, "kari")
    with platform_scope("a slice serves all tenants"):
        Slice().run(20)
    run.refresh_from_db()
    return run
