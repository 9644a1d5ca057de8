"""Fortnox: how orders, invoices, payments and credit notes get into its books, each once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.books import CreditNoteExport
from connectors.contracts.common import Customer
from connectors.contracts.erp import Movement, PaymentExport
from connectors.contracts.fees import shipping_rate
from connectors.errors import LeftAlone, Misconfigured, Rejected
from connectors.providers.fortnox import Fortnox
from connectors.sandbox import Sandbox, start
from connectors.schema import SettingsError
from tests.contract.scenarios.base import ORDER, nok
from tests.providers.fortnox_desk import Desk, export, paid_by, values


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with start() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    yield running
    running.reset()


@pytest.fixture
def desk(sandbox: Sandbox) -> Desk:
    return Desk(sandbox)


def captured(amount: str = "1250.00", **changes: Any) -> PaymentExport:
    fields = {
        "reference": f"payment:p1:capture:{amount}",
        "order": ORDER,
        "kind": Movement.CAPTURE,
        "amount": nok(amount),
        "total": nok(amount),
        "payment_method": "Card",
        "provider": "stripe",
        "provider_id": "pi_1",
        "occurred_at": datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
        "properties": {},
    }
    return PaymentExport(**{**fields, **changes})


def credited(amount: str = "1250.00", lines: Any = (), **changes: Any) -> CreditNoteExport:
    return CreditNoteExport(
        reference="100234-C1",
        order=ORDER,
        amount=nok(amount),
        lines=dict(lines),
        reason="Too small",
        **changes,
    )


def test_an_order_is_made_with_its_customer_and_articles_and_only_once(sandbox: Sandbox) -> None:
    desk = Desk(sandbox, {"FortnoxSalesAccounts": {"no": "3105", "*": "3001"}, "ReferencePrefix": "WEB-"})
    order = replace(
        paid_by("card", "declined one"),
        lines=(replace(ORDER.lines[0], discount=nok("100.00"), total=nok("898.00")), ORDER.lines[1]),
        shipping_total=nok("49.00"),
        total=nok("1199.00"),
    )
    order.sections["payments"][1]["state"] = "declined"
    first, second = desk.done("export_order", export(order)), desk.done("export_order", export(order))

    assert first.external_id == second.external_id
    assert second.message == "there before, so nothing was changed"
    assert "new articles WOOL-M, SOCK-42, FRAKT" in first.message
    [made] = desk.books["orders"]
    assert made["Total"] == 1199
    assert (made["ExternalInvoiceReference1"], made["YourOrderNumber"]) == ("WEB-100234", "WEB-100234")
    assert (made["VATIncluded"], made["Currency"], made["DeliveryCountry"]) == (True, "NOK", "Norge")
    assert {row["AccountNumber"] for row in made["OrderRows"]} == {3105}
    wool, _, fee = made["OrderRows"]
    assert (wool["OrderedQuantity"], wool["Price"], wool["Discount"], wool["VAT"]) == ("2", 499, 100, 25)
    assert (fee["ArticleNumber"], fee["Price"]) == ("FRAKT", 49)
    [customer] = desk.books["customers"]
    assert (customer["Email"], customer["Type"], customer["VATType"]) == (
        "kari@example.com",
        "PRIVATE",
        "EXPORT",
    )
    assert sandbox.doubles() == []


def test_an_order_paid_otherwise_is_left_alone(desk: Desk) -> None:
    outcome = desk.perform("export_order", export(paid_by("Card", "GiftCard")))
    assert isinstance(outcome.error, LeftAlone)
    assert outcome.message == (
        "Not exported to Fortnox: GiftCard is not among the properties with the Key Group FortnoxPaymentMethods"
    )
    assert desk.sandbox.calls("fortnox") == []


def test_without_any_payment_method_nothing_is_left_alone_in_silence(sandbox: Sandbox) -> None:
    outcome = Desk(sandbox, {"FortnoxPaymentMethods": {}}).perform("export_order", export(paid_by("Card")))
    assert isinstance(outcome.error, Misconfigured)
    assert "Key Group FortnoxPaymentMethods" in outcome.message


def test_a_number_that_only_contains_ours_is_not_ours(desk: Desk) -> None:
    desk.done("export_order", export(replace(ORDER, number="1002345")))
    assert desk.done("find_order", export()) is None
    desk.done("export_order", export())
    assert len(desk.books["orders"]) == 2


def test_a_cancelled_order_is_not_made_again(desk: Desk) -> None:
    desk.done("export_order", export())
    desk.control("orders/cancel", reference="100234")
    outcome = desk.perform("export_order", export())
    assert isinstance(outcome.error, Rejected)
    assert "has cancelled orders for 100234: 301" in outcome.message


def test_a_customer_is_never_taken_for_another_by_our_number(sandbox: Sandbox) -> None:
    """Fortnox numbers customers itself, so our number 1 may be somebody else there."""
    desk = Desk(sandbox)
    desk.done("export_order", export())
    other = Customer(number="1", email="ola@example.com", first_name="Ola", last_name="Hansen")
    desk.done("export_order", export(replace(ORDER, number="2", customer=other)))
    known = replace(other, email="ola@new.example", external_ids={"Fortnox": "2"})
    desk.done("export_order", export(replace(ORDER, number="3", customer=known)))
    assert [order["CustomerNumber"] for order in desk.books["orders"]] == ["1", "2", "2"]
    ours = Desk(sandbox, {"CustomerNumbers": "ours"})
    third = replace(other, number="C-9", email="siv@example.com")
    ours.done("export_order", export(replace(ORDER, number="4", customer=third)))
    assert desk.books["orders"][-1]["CustomerNumber"] == "C-9"


def test_an_unknown_sku_is_refused_where_articles_are_not_to_be_made(sandbox: Sandbox) -> None:
    outcome = Desk(sandbox, {"CreateArticles": "false"}).perform("export_order", export())
    assert "Fortnox has no article WOOL-M, SOCK-42" in outcome.message
    assert [entry["operation"] for entry in sandbox.ledger()] == ["create_customer"]


def test_a_total_that_differs_is_told(desk: Desk) -> None:
    outcome = desk.perform("export_order", export(replace(ORDER, total=nok("1300.00"))))
    assert isinstance(outcome.error, Rejected)
    assert "order 301 with a total of 1250 NOK instead of 1300.00" in outcome.message


def test_an_order_is_invoiced_once_and_paid_once(sandbox: Sandbox) -> None:
    desk = Desk(sandbox, {"Bookkeep": "Everything"})
    assert "run ExportOrder before this" in desk.perform("export_invoice", export()).message
    desk.done("export_order", export())
    for said in ("made of order 301, booked", "invoiced there before"):
        assert desk.done("export_invoice", export()).message == said
    for amount, said in (("1000.00", "registered on invoice 5001 and booked"), ("1000.00", "before")):
        assert said in desk.done("export_payment", captured(amount)).message
    desk.done("export_payment", captured("250.00"))
    outcome = desk.perform("export_payment", captured("10.00"))
    assert isinstance(outcome.error, Rejected)
    assert "0 NOK is still to be paid" in outcome.message
    [invoice] = desk.books["invoices"]
    assert (invoice["Balance"], invoice["Booked"]) == (0, True)
    assert [payment["ModeOfPayment"] for payment in desk.books["payments"]] == ["KORT", "KORT"]
    assert sandbox.doubles() == []


def test_what_payments_cannot_be_registered(desk: Desk) -> None:
    assert "run ExportInvoices before this" in desk.perform("export_payment", captured()).message
    refund = desk.perform("export_payment", captured(kind=Movement.REFUND))
    assert isinstance(refund.error, LeftAlone)
    outcome = desk.perform("export_payment", captured(payment_method="Invoice"))
    assert isinstance(outcome.error, Misconfigured)
    assert "code of its mode of payment" in outcome.message


def test_invoices_can_be_made_without_orders(sandbox: Sandbox) -> None:
    desk = Desk(sandbox, {"ExportAs": "invoice", "InvoiceType": "CASHINVOICE"})
    made = desk.done("export_order", export())
    assert desk.done("export_invoice", export()).external_id == made.external_id
    [invoice] = desk.books["invoices"]
    assert (invoice["InvoiceType"], invoice["Total"]) == ("CASHINVOICE", 1250)
    assert desk.books["orders"] == []


def test_all_of_an_invoice_is_credited_by_fortnox_some_of_it_by_negative_rows(desk: Desk) -> None:
    desk.done("export_order", export())
    desk.done("export_invoice", export())
    part = credited("499.00", {1: Decimal(1)})
    first = desk.done("export_credit_note", part)
    assert desk.done("export_credit_note", part).external_id == first.external_id
    assert desk.done("find_credit_note", part).external_id == first.external_id
    whole = replace(credited(), reference="100234-C2")
    second = desk.done("export_credit_note", whole)
    assert desk.done("find_credit_note", whole).external_id == second.external_id
    _, some, everything = desk.books["invoices"]
    assert (some["Total"], some["CreditInvoiceReference"], some["Credit"]) == (-499, "5001", "true")
    assert (everything["Total"], everything["ExternalInvoiceReference1"]) == (-1250, "100234-C2")
    assert desk.sandbox.doubles() == []


def test_paid_invoices_are_told_whoever_entered_the_payment(sandbox: Sandbox) -> None:
    desk = Desk(sandbox, {"ExportAs": "Invoice", "ReferencePrefix": "WEB-"})
    desk.done("export_order", export())
    page = desk.done("import_paid_invoices", "")
    [open_one] = page.items
    assert (open_one.reference, open_one.outstanding, open_one.paid_at) == ("100234", nok("1250.00"), None)
    desk.control("invoices/pay", reference="WEB-100234")
    [paid] = desk.done("import_paid_invoices", page.cursor).items
    assert (paid.outstanding, paid.total, paid.invoice) == (nok("0"), nok("1250.00"), "5001")
    assert paid.paid_at is not None
    assert "lastmodified" in desk.sandbox.calls("fortnox")[-1]["query"]


def test_stock_is_read_completely_each_time_in_pages_or_by_stock_point(sandbox: Sandbox) -> None:
    desk = Desk(sandbox)
    desk.control(
        "articles", articles=[{"ArticleNumber": f"S{n:04}", "QuantityInStock": n} for n in range(501)]
    )
    first = desk.done("read_inventory", "")
    last = desk.done("read_inventory", first.cursor)
    assert (len(first.items), first.more, len(last.items), last.more) == (500, True, 1, False)
    assert len(desk.done("read_inventory", last.cursor).items) == 500
    warehouse = Desk(sandbox, {"StockFrom": "Warehouse", "StockQuantity": "Available"})
    level = warehouse.done("read_inventory", "").items[7]
    assert (level.sku, level.quantity, level.location) == ("S0007", 7, "1")


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"ExportAs": "Voucher"}, "must be one of Order, Invoice"),
        ({"Bookkeep": "yes"}, "must be one of Nothing, Payments, Everything"),
        ({"FortnoxSalesAccounts": {"SE": "30"}}, "an account is a number of four digits"),
        ({"FortnoxSalesAccounts": {"Sweden": "3001"}}, "use two letters such as SE"),
        ({"StockFrom": "Excel"}, "must be one of Articles, Warehouse"),
    ],
)
def test_other_values_than_the_documented_are_refused(given: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingsError, match=text):
        values("https://vendor.example", **given)


def test_the_login_server_entered_as_host_is_not_taken_for_the_api() -> None:
    assert Fortnox.own_host(values("https://apps.fortnox.se")) == "https://api.fortnox.se"


def test_the_fee_has_the_rate_that_its_tax_tells() -> None:
    food = replace(ORDER.lines[1], tax_rate=Decimal(12), tax=nok("27.00"))
    order = replace(
        ORDER, lines=(ORDER.lines[0], food), shipping_total=nok("112.00"), tax_total=nok("238.60")
    )
    assert shipping_rate(order) == 12


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("operation", "path"),
    [
        ("export_order", "/3/orders"),
        ("export_invoice", "/3/orders/301/createinvoice"),
        ("export_payment", "/3/invoicepayments"),
        ("export_credit_note", "/3/invoices/5001/credit"),
    ],
)
@pytest.mark.parametrize(
    "fault",
    [
        {"drop_after": True},
        {"drop_before": True},
        {"status_after_effect": 500},
        {"html": True},
        {"status": 429},
    ],
)
def test_whatever_is_lost_is_found_again_and_nothing_is_made_twice(
    desk: Desk, operation: str, path: str, fault: dict[str, Any]
) -> None:
    before = ["export_order", "export_invoice", "export_payment", "export_credit_note"]
    requests = {
        "export_order": export(),
        "export_invoice": export(),
        "export_payment": captured(),
        "export_credit_note": credited(),
    }
    for earlier in before[: before.index(operation)]:
        desk.done(earlier, requests[earlier])
    method = "PUT" if path.count("/") > 2 else "POST"
    desk.sandbox.faults(vendor="fortnox", method=method, path=f"^{path}$", **fault)
    outcomes = desk.until_done(operation, requests[operation])
    assert outcomes[-1].ending is Ending.SUCCEEDED, outcomes[-1].message
    assert desk.sandbox.doubles() == []
    assert {len(desk.books["orders"]), len([i for i in desk.books["invoices"] if i["Total"] > 0])} <= {0, 1}
