"""Tripletex from the steps and tasks: an order is exported, invoiced, paid and credited, and how it stands comes back."""

from __future__ import annotations

from typing import Any

import pytest

from connectors import registration
from connectors.models import Connector
from connectors.publishing import publish
from connectors.trial import run_trial
from tenants.scoping import platform_scope, tenant_scope
from tests.factories.connectors import publish_connector
from tests.factories.tenants import StoreFactory
from tests.providers.tripletex_desk import TOKENS
from tests.shop import Shop, running_vendors, shop, vendors
from workflows.models import InventoryLevel, Order, ScheduledRun, ScheduledTask
from workflows.schedules.slice import Slice
from workflows.schedules.ticker import run_now

__all__ = ["running_vendors", "shop", "vendors"]
pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


def _step(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "connector": "Tripletex", **more}


CHART: dict[str, Any] = {
    "New": ["AuthorizePayment!", _step("ExportOrder", stop_on_error=True)],
    "Ship": ["CapturePayments!", _step("ExportInvoices"), _step("ExportPayments")],
    "Again": [_step("ExportOrder"), _step("ExportInvoices"), _step("ExportPayments")],
    "Back": ["RefundPayments", _step("CreateCreditNote"), _step("ExportPayments")],
}


def connect(shop: Shop, method: str = "Stripe") -> Any:
    methods = {"TripletexPaymentMethods": {method: "Kortbetaling"}}
    properties = {**TOKENS, **methods}
    host = f"{shop.vendors.url}/tripletex"
    return publish_connector(shop.tenant, "tripletex", is_test=True, host=host, properties=properties)


def moved(shop: Shop, order: Order, status: str) -> dict[str, str]:
    run = shop.move(order, status)
    shop.pump()
    return {step.name: f"{step.state}: {step.message}" for step in run.steps.all()}


def books(shop: Shop) -> dict[str, list[dict[str, Any]]]:
    return shop.vendors.control("GET", "tripletex/books")  # type: ignore[no-any-return]


def test_an_orders_whole_life_in_the_books(shop: Shop) -> None:
    connect(shop)
    shop.chart(CHART)
    order = shop.order(amount="100.00")
    shop.pump()
    order.refresh_from_db()
    assert order.external_ids["Tripletex"] == order.number

    told = moved(shop, order, "Ship")
    assert told["ExportInvoices"] == f"success: Invoiced by Tripletex as 10001: made of order {order.number}"
    assert told["ExportPayments"] == "success: Tripletex was told: 100.00 NOK captured (Stripe)"
    again = moved(shop, order, "Again")
    assert again["ExportOrder"].endswith("there before, so nothing was changed")
    assert again["ExportInvoices"] == "success: Was invoiced before"

    back = moved(shop, order, "Back")
    assert back["CreateCreditNote"] == "success: Credited by Tripletex: 100.00 NOK as 10002"
    assert back["ExportPayments"] == "success: Tripletex was told: 100.00 NOK refunded (Stripe)"
    found = books(shop)
    assert [invoice["amountCurrency"] for invoice in found["invoices"]] == [100, -100]
    assert [invoice["amountCurrencyOutstanding"] for invoice in found["invoices"]] == [0, 0]
    assert not any(invoice["sent"] for invoice in found["invoices"])
    assert [payment["amount"] for payment in found["payments"]] == [100, -100]
    assert shop.vendors.doubles() == []
    assert shop.active_errors(order) == []


def test_a_payment_of_another_method_is_skipped_and_says_so(shop: Shop) -> None:
    connect(shop, "Klarna")
    shop.chart(CHART)
    order = shop.order(amount="100.00")
    shop.pump()
    told = moved(shop, order, "Ship")
    assert told["ExportPayments"].startswith("skipped: Not exported to Tripletex: Stripe has no value among")
    assert shop.active_errors(order) == []
    assert books(shop)["payments"] == []


def test_stock_and_paid_invoices_come_back(shop: Shop) -> None:
    config = connect(shop)
    shop.chart(CHART)
    order = shop.order(amount="100.00")
    shop.pump()
    moved(shop, order, "Ship")
    StoreFactory(tenant=shop.tenant, code="OSLO-2")
    sku = order.lines.get().sku
    shop.vendors.control("POST", "tripletex/products", {"products": [{"number": sku, "stockOfGoods": 7}]})

    ran = _run("ImportInventory", config.id, {"Store": "OSLO-2"})
    assert (ran.counts["updated"], ran.state) == (1, ScheduledRun.State.SUCCEEDED), ran.message
    assert InventoryLevel.objects.get(product__sku=sku, store__code="OSLO-2").on_hand == 7
    assert _run("ImportPaidInvoices", config.id, {}).counts["updated"] == 1
    order.refresh_from_db()
    assert (order.properties["Invoice"], order.properties["InvoiceOutstanding"]) == ("10001", "0.00")
    assert order.properties["InvoicePaid"]


def test_the_connection_is_tried_and_the_address_for_webhooks_registered(shop: Shop) -> None:
    config = connect(shop)
    connector = Connector.objects.get(pk=config.id)
    trial = run_trial(connector)
    assert trial.passed, trial.message
    told = registration.register(connector)
    assert (told.good, told.stored) == (True, True)
    with tenant_scope(shop.tenant):
        publish(connector)
    assert {row["event"] for row in books(shop)["subscriptions"]} >= {"invoice.charged", "product.update"}


def _run(name: str, connector: int, properties: dict[str, str]) -> ScheduledRun:
    task = ScheduledTask.objects.create(
        name=name, type=name, cron="0 7 * * *", active=False, connector_id=connector, properties=properties
    )
    run = run_now(task, "kari")
    with platform_scope("a slice serves all tenants"):
        Slice().run(20)
    run.refresh_from_db()
    return run
