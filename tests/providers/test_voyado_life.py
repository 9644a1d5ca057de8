"""Voyado from steps and tasks: a purchase and its return as receipts, customers both ways, a webhook with news."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.contracts.base import Inbound
from connectors.signing import StandardWebhook
from tenants.scoping import platform_scope
from tenants.secret_value import SecretValue
from tests.contract.test_webhooks import NOW, reader
from tests.factories.connectors import publish_connector
from tests.shop import Shop, running_vendors, shop, vendors
from tests.workflows.syncing.conftest import settle
from workflows.imports.waking import wake
from workflows.models import Customer, Order, ScheduledRun, ScheduledTask
from workflows.schedules.slice import Slice
from workflows.schedules.ticker import run_now

__all__ = ["running_vendors", "shop", "vendors"]
pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

RECEIPTS = {"name": "ExportReceipts", "connector": "Voyado"}


@pytest.fixture
def club(shop: Shop) -> Any:
    return publish_connector(
        shop.tenant,
        "voyado",
        connector_id="club",
        is_test=True,
        host=f"{shop.vendors.url}/voyado",
        bearer_token="engage-5d1f77aa09",
        properties={"StoreExternalId": "900"},
    )


def moved(shop: Shop, order: Order, status: str) -> dict[str, str]:
    run = shop.move(order, status)
    shop.pump()
    return {step.name: f"{step.state}: {step.message}" for step in run.steps.all()}


def run(task: ScheduledTask) -> ScheduledRun:
    found = run_now(task, "kari")
    with platform_scope("a slice serves all tenants"):
        Slice().run(20)
    found.refresh_from_db()
    return found


def task(club: Any, kind: str) -> ScheduledTask:
    return ScheduledTask.objects.create(
        type=kind, name=kind, cron="0 3 * * *", active=True, connector_id=club.id, properties={}
    )


def test_a_purchase_and_what_came_back_of_it(shop: Shop, club: Any) -> None:
    half = {"name": "RefundPayments", "properties": {"Amount": "40.00"}}
    shop.chart(
        {
            "New": ["AuthorizePayment!"],
            "Ship": ["CapturePayments!", RECEIPTS],
            "Half": [half, RECEIPTS],
            "Back": ["RefundPayments", RECEIPTS],
        }
    )
    order = shop.order(amount="100.00")
    shop.pump()
    assert moved(shop, order, "Ship")["ExportReceipts"] == "success: Voyado was told: purchase of 100.00 NOK"
    assert moved(shop, order, "Half")["ExportReceipts"].endswith("return of 40.00 NOK")
    assert moved(shop, order, "Back")["ExportReceipts"].endswith("return of 60.00 NOK")
    found = shop.vendors.control("GET", "voyado/receipts")["receipts"]
    assert [(item["totalGrossPrice"], item["items"][0]["type"]) for item in found] == [
        (100, "PURCHASE"),
        (-40, "ADJUSTMENT"),
        (-60, "ADJUSTMENT"),
    ]
    assert found[0]["paymentMethods"][0]["type"] == "Stripe"
    [contact] = shop.vendors.control("GET", "voyado/contacts")["contacts"]
    assert contact["points"] == 0
    assert shop.vendors.doubles() == []
    assert shop.active_errors(order) == []


def test_customers_go_out_and_come_back_with_what_they_agreed_to(shop: Shop, club: Any) -> None:
    Customer.objects.create(
        number="C-1",
        email="kari@buyer.example",
        first_name="Kari",
        properties={
            "Consents": {"email": True},
            "Member": True,
            "Address": {"city": "Oslo", "country": "NO"},
        },
    )
    settle(Customer)
    out, back = task(club, "ExportCustomers"), task(club, "ImportCustomers")
    assert run(out).state == "succeeded"
    [contact] = shop.vendors.control("GET", "voyado/contacts")["contacts"]
    assert (contact["meta"]["contactType"], contact["attributes"]["city"]) == ("Member", "Oslo")
    assert contact["preferences"]["acceptsEmail"] is True

    told = {"email": "kari@buyer.example", "lastName": "Hansen", "preferences": {"acceptsEmail": False}}
    shop.vendors.control("POST", "voyado/contacts", told)
    assert run(back).state == "succeeded"
    customer = Customer.objects.get(number="C-1")
    assert customer.last_name == "Hansen"
    assert customer.properties["Consents"]["email"] is False
    assert customer.external_ids["club"] == contact["id"]
    assert run(back).counts.get("changed", 0) == 0


def test_a_webhook_has_the_contacts_read_at_once(shop: Shop, club: Any) -> None:
    back = task(club, "ImportCustomers")
    before = ScheduledTask.objects.get(pk=back.pk).next_due_at
    secret = SecretValue("whsec_bm9yZHN0b3JlLWVuZ2FnZS1rZXktMDE=")
    body = b'{"eventType":"contact.updated","id":"1","isEncrypted":false,"payload":{"contactId":"a1"},"tenant":"n"}'
    headers = StandardWebhook(key="", prefix="svix").sign(body, [secret], now=NOW, message_id="msg_9")
    inbound = Inbound(method="POST", url="https://hub.example/", headers=headers, body=body, received_at=NOW)
    [event] = reader("voyado").read_webhook(inbound)  # type: ignore[attr-defined]
    wake(club, event)
    assert ScheduledTask.objects.get(pk=back.pk).next_due_at < before
