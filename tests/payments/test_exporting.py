"""ExportPayments and ExportInvoices: a receiver is told of each amount, and of each order, once."""

from contextlib import ExitStack
from typing import ClassVar

import pytest

from connectors import registry
from connectors.contracts.base import Category
from connectors.contracts.books import CreditNoteExport, CreditNoteExporter
from connectors.contracts.common import Exported
from connectors.contracts.crm import CrmProvider
from connectors.contracts.erp import InvoiceExporter
from connectors.models import Effect
from connectors.providers.stripe import Stripe
from connectors.providers.webhook import Webhook
from payments.exporting import ExportPayments
from tests.factories.connectors import publish_connector
from tests.shop import Shop, running_vendors, shop, vendors

__all__ = ["running_vendors", "shop", "vendors"]


class Books(InvoiceExporter, CreditNoteExporter):
    slug, label, names, category, local = "books", "Books", ("Books",), Category.ERP, True
    notes: ClassVar[list[CreditNoteExport]] = []

    def export_invoice(self, export):
        return Exported(external_id="I-1")

    def export_credit_note(self, export):
        self.notes.append(export)
        return Exported(external_id=f"K-{len(self.notes)}")


class Club(CrmProvider):
    slug, label, names, local = "club", "Club", ("Club",), True

    def export_receipt(self, export):
        return Exported(external_id=export.reference)


CHART = {
    "New": ["AuthorizePayment!"],
    "Ship": ["CapturePayments!", "ExportPayments@erp", "ExportInvoices@erp", "VerifyCaptureIsCompleted"],
    "Again": ["ExportPayments@erp", "ExportInvoices@erp"],
    "Back": ["RefundPayments", "ExportPayments@erp"],
}


def told(shop: Shop) -> list[tuple[str, str, str]]:
    """What the receiver executed: type, kind and amount."""
    items = shop.vendors.vendor("webhook").received.values()
    bodies = [item["body"] for item in items]
    return [(body["type"], body["Value"].get("kind", ""), body["Value"].get("amount", "")) for body in bodies]


def messages(run) -> dict[str, str]:
    return {step.name: f"{step.state}: {step.message}" for step in run.steps.all()}


@pytest.fixture
def order(shop):
    shop.chart(CHART)
    order = shop.order(amount="100.00")
    shop.pump()
    return order


def moved(shop, order, status):
    run = shop.move(order, status)
    shop.pump()
    return messages(run)


def test_money_and_invoice_are_told_once(shop, order):
    first = moved(shop, order, "Ship")
    assert first["ExportPayments"] == "success: ERP was told: 100.00 NOK captured (Stripe)"
    assert first["ExportInvoices"].startswith("success: Invoiced by ERP as wh_")
    assert first["VerifyCaptureIsCompleted"] == "success: 100.00 NOK is captured"
    assert moved(shop, order, "Again") == {
        "ExportPayments": "success: No money has moved since",
        "ExportInvoices": "success: Was invoiced before",
    }
    assert "100.00 NOK refunded" in moved(shop, order, "Back")["ExportPayments"]
    assert told(shop) == [
        ("payment.export", "capture", "100.00"),
        ("invoice.export", "", ""),
        ("payment.export", "refund", "100.00"),
    ]


@pytest.mark.thorough
def test_one_whose_answer_was_lost_comes_to_its_end_before_another_begins(shop, order):
    shop.vendors.faults(vendor="webhook", path="^/erp", status=503, times=None, body="payment.export")
    moved(shop, order, "Ship")
    effect = Effect.objects.get(operation="export_payment")
    payment = order.payments.get()
    assert effect.subject == f"{payment.subject}:capture:10000"
    payment.amount_minor = payment.authorized_minor = payment.captured_minor = 12000
    payment.save()
    shop.vendors.clear_faults()
    assert "100.00 NOK captured" in moved(shop, order, "Again")["ExportPayments"]
    shop.later(hours=2)
    shop.pump()
    assert moved(shop, order, "Ship")["ExportPayments"] == "success: No money has moved since"
    assert [amount for kind, _, amount in told(shop) if kind == "payment.export"] == ["100.00", "20.00"]


def test_what_is_not_captured_is_not_verified(shop):
    shop.chart({"New": ["AuthorizePayment!", "VerifyCaptureIsCompleted"], "Ship": []})
    order = shop.order(amount="100.00")
    shop.pump()
    run = order.runs.get()
    assert messages(run)["VerifyCaptureIsCompleted"] == "error: 0.00 NOK of 100.00 NOK is captured"


def test_capability():
    assert issubclass(Webhook, ExportPayments.capability)
    assert not issubclass(Stripe, ExportPayments.capability)


@pytest.fixture
def books():
    Books.notes.clear()
    with ExitStack() as stack:
        for provider in (Books, Club):
            stack.enter_context(registry.registered(provider))
        yield


def test_what_was_given_back_is_credited_and_told_once(shop, books):
    """Half first, then the rest; the CRM hears of the purchase too."""
    for slug in ("books", "club"):
        publish_connector(shop.tenant, slug)
    half = {"name": "RefundPayments", "properties": {"Amount": "40.00"}}
    told = [
        {"name": "CreateCreditNote", "connector": "Books"},
        {"name": "ExportReceipts", "connector": "Club"},
    ]
    shop.chart(
        {
            "New": ["AuthorizePayment!"],
            "Ship": ["CapturePayments!", {"name": "ExportInvoices", "connector": "Books"}, *told],
            "Half": [half, *told],
            "Back": ["RefundPayments", *told],
        }
    )
    order = shop.order(amount="100.00")
    shop.pump()
    first = moved(shop, order, "Ship")
    assert first["CreateCreditNote"] == "skipped: No money was given back since"
    assert first["ExportReceipts"] == "success: Club was told: purchase of 100.00 NOK"
    type(order).objects.update(total="40.00")
    second = moved(shop, order, "Half")
    assert second["CreateCreditNote"] == "success: Credited by Books: 40.00 NOK as K-1"
    assert second["ExportReceipts"] == "success: Club was told: return of 40.00 NOK"
    assert "60.00 NOK as K-2" in moved(shop, order, "Back")["CreateCreditNote"]
    assert [(note.invoice, note.reference) for note in Books.notes] == [
        ("I-1", "A-1-C1-4000"),
        ("I-1", "A-1-C1-10000"),
    ]
    # What came back was worth as much as what the customer keeps, and is not that.
    assert Books.notes[0].lines == {}
