"""PowerOffice Go: how orders, invoices, payments and credit notes get into its books, each once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.books import CreditNoteExport
from connectors.contracts.common import Customer
from connectors.contracts.erp import Movement, PaymentExport, StockLevel
from connectors.errors import LeftAlone, Misconfigured, Rejected, Unknown
from connectors.providers.poweroffice.bodies import body_of_line
from connectors.providers.poweroffice.records import paid
from connectors.sandbox import Sandbox, start
from connectors.schema import SettingsError
from tests.contract.scenarios.base import LINES, ORDER, nok
from tests.contract.scenarios.orders import payment
from tests.providers.poweroffice_desk import CLIENT, Desk, export, values


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


def moved(amount: str = "1250.00", **changes: Any) -> PaymentExport:
    return replace(
        payment({}), reference=f"payment:p1:{amount}", amount=nok(amount), total=nok(amount), **changes
    )


def credited(amount: str = "1250.00", lines: Any = (), **changes: Any) -> CreditNoteExport:
    fields = {"reference": "100234-C1", "order": ORDER, "reason": "Too small", **changes}
    return CreditNoteExport(amount=nok(amount), lines=dict(lines), **fields)


def test_an_order_is_made_with_its_customer_and_products_and_only_once(sandbox: Sandbox) -> None:
    given = {
        "PowerOfficeSalesAccounts": {"25": "3000", "free": "3100"},
        "OrderFields": {"PaymentTerm": "14", "DepartmentCode": "10"},
        "ReferencePrefix": "WEB-",
        "OrderStatus": "confirmed",
    }
    desk = Desk(sandbox, given)
    order = replace(
        ORDER,
        lines=(replace(LINES[0], discount=nok("99.80"), total=nok("898.20")), LINES[1]),
        shipping_total=nok("49.00"),
        tax_total=nok("239.84"),
        total=nok("1199.20"),
    )
    first, second = desk.done("export_order", export(order)), desk.done("export_order", export(order))

    assert first.external_id == second.external_id
    assert second.message == "there before, so nothing was changed"
    assert (
        first.message == "sales order 6001 for new customer 10001, with new products WOOL-M, SOCK-42, FRAKT"
    )
    [made] = desk.books["orders"]
    assert (made["TotalAmount"], made["ImportedOrderNo"], made["PaymentTerm"]) == (1199.2, 100234, 14)
    assert (made["ExternalImportReference"], made["SalesOrderStatus"]) == ("WEB-100234", "Confirmed")
    wool, _, fee = made["SalesOrderLines"]
    assert (wool["Quantity"], wool["ProductUnitPrice"], wool["Allowance"]) == (2, 399.2, 10)
    assert (fee["ProductCode"], fee["ProductUnitPrice"]) == ("FRAKT", 39.2)
    [customer] = desk.books["customers"]
    assert (customer["FirstName"], customer["ExternalImportReference"]) == ("Kari", "WEB-C-77")
    assert [item["ProductType"] for item in desk.books["products"]] == ["Product", "Product", "Service"]
    assert sandbox.doubles() == []


def test_two_orders_of_one_new_customer_share_the_customer(desk: Desk) -> None:
    desk.done("export_order", export())
    desk.done("export_order", export(replace(ORDER, number="100235")))
    other = Customer(email="ola@example.com", external_ids={"PowerOffice": "10001"})
    desk.done("export_order", export(replace(ORDER, number="100236", customer=other)))
    assert {order["CustomerNo"] for order in desk.books["orders"]} == {10001}


def test_what_go_has_under_our_reference_is_never_made_again(sandbox: Sandbox) -> None:
    """Even where our look-up cannot see it, because it belongs to another customer there."""
    Desk(sandbox).done("export_order", export())
    other = replace(ORDER, customer=replace(ORDER.customer, number="C-78"))
    outcome = Desk(sandbox).perform("export_order", export(other))
    assert isinstance(outcome.error, Rejected)
    assert "ExternalImportReference is already in use" in outcome.message
    assert len(Desk(sandbox).books["orders"]) == 1


def test_lines_without_vat_go_to_the_optional_account(sandbox: Sandbox) -> None:
    free = tuple(replace(line, tax_rate=Decimal(0), tax=nok("0")) for line in LINES)
    order = replace(ORDER, lines=free, tax_total=nok("0"))
    Desk(sandbox).done("export_order", export(order))
    standard = Desk(sandbox, {"LinesWithoutVat": "StandardAccount"})
    outcome = standard.perform("export_order", export(replace(order, number="7")))
    assert "a total of 1562.5 NOK instead of 1250.00" in outcome.message


def test_a_price_that_no_discount_explains_still_comes_to_the_total() -> None:
    odd = replace(LINES[0], quantity=Decimal(3), discount=nok("0.01"), total=nok("1000.00"))
    line = body_of_line(odd, odd.quantity, values("https://vendor.example"))
    assert "Allowance" not in line
    assert round(line["ProductUnitPrice"] * 3, 2) == 800


def test_an_unknown_sku_is_refused_where_products_are_not_to_be_made(sandbox: Sandbox) -> None:
    outcome = Desk(sandbox, {"CreateProducts": "false"}).perform("export_order", export())
    assert "PowerOffice Go has no product WOOL-M, SOCK-42" in outcome.message
    assert sandbox.ledger() == []


def test_an_order_is_invoiced_paid_and_credited_once(sandbox: Sandbox) -> None:
    desk = Desk(sandbox, {"PaymentJournal": "Cash"})
    assert "run ExportOrder before this" in desk.perform("export_invoice", export()).message
    assert "run ExportInvoices before this" in desk.perform("export_payment", moved()).message
    desk.done("export_order", export())
    for said in ("made of sales order 6001", "invoiced there before"):
        assert desk.done("export_invoice", export()).message == said
    for said in ("posted as voucher 302", "posted as voucher 302 before"):
        assert desk.done("export_payment", moved()).message == said
    outcome = desk.perform("export_payment", moved("10.00"))
    assert isinstance(outcome.error, Rejected)
    assert "0 NOK is still to be paid" in outcome.message

    part = credited("499.00", {1: Decimal(1)})
    assert desk.done("export_credit_note", part).message == "credits invoice 15001"
    assert desk.done("export_credit_note", part).message == "credited there before"
    desk.done("export_payment", moved("499.00", kind=Movement.REFUND))
    amount = credited("50.00", reference="100234-C2")
    desk.done("export_credit_note", amount)
    assert desk.done("find_credit_note", amount).external_id == "15003"

    books = desk.books
    assert [item["TotalAmount"] for item in books["invoices"]] == [1250, -499, -50]
    assert books["invoices"][1]["RelatedInvoiceNo"] == 15001
    assert books["invoices"][0]["Balance"] == 0
    assert [entry["Amount"] for entry in books["entries"]] == [-1250, 499]
    assert {entry["VoucherType"] for entry in books["entries"]} == {"CashJournal"}
    assert sandbox.doubles() == []


def test_an_invoice_that_takes_its_time_is_unknown_until_it_is_there(desk: Desk) -> None:
    desk.done("export_order", export())
    desk.control("invoices/slow", calls=50)
    first = desk.perform("export_invoice", export())
    assert isinstance(first.error, Unknown)
    again = desk.perform("export_invoice", export(), after=first)
    assert again.ending is Ending.UNKNOWN
    assert "still making the invoice" in again.message
    desk.control("invoices/work")
    last = desk.perform("export_invoice", export(), after=again)
    assert last.result.external_id == "15001"
    posts = [call for call in desk.sandbox.calls("poweroffice") if "createAndSend" in call["path"]]
    assert len(posts) == 1


def test_a_200_that_tells_of_a_failed_invoice_is_a_failure_and_can_be_tried_again(desk: Desk) -> None:
    desk.done("export_order", export())
    desk.control("invoices/fail", message="The period is closed.")
    outcome = desk.perform("export_invoice", export())
    assert isinstance(outcome.error, Rejected)
    assert outcome.message == "PowerOffice Go could not make the invoice: The period is closed."
    assert desk.done("export_invoice", export()).external_id == "15001"


def test_a_reversed_invoice_is_not_made_again(desk: Desk) -> None:
    desk.done("export_order", export())
    desk.done("export_invoice", export())
    desk.control("invoices/reverse", reference="100234")
    outcome = desk.perform("export_invoice", export())
    assert "Invoice 15001 of 100234 was reversed" in outcome.message


def test_what_payments_are_not_posted(sandbox: Sandbox) -> None:
    desk = Desk(sandbox)
    assert isinstance(desk.perform("export_payment", moved(payment_method="GiftCard")).error, LeftAlone)
    none = Desk(sandbox, {"PowerOfficePaymentMethods": {}}).perform("export_payment", moved())
    assert isinstance(none.error, Misconfigured)
    desk.done("export_order", export())
    desk.done("export_invoice", export())
    wrong = Desk(sandbox, {"PowerOfficePaymentMethods": {"Card": "1999"}}).perform("export_payment", moved())
    assert wrong.message.startswith("PowerOffice Go has no account 1999")


def test_paid_invoices_are_told_whoever_entered_the_payment(desk: Desk) -> None:
    desk.done("export_order", export())
    desk.done("export_invoice", export())
    page = desk.done("import_paid_invoices", "")
    [open_one] = page.items
    assert (open_one.reference, open_one.outstanding, open_one.paid_at) == ("100234", nok("1250.00"), None)
    desk.control("invoices/pay", reference="100234")
    [done] = desk.done("import_paid_invoices", page.cursor).items
    assert (done.outstanding, done.invoice) == (nok("0"), "15001")
    assert done.paid_at is not None
    asked = desk.sandbox.calls("poweroffice")[-1]["query"]
    assert "balanceLastChangedDateTimeOffsetGreaterThan" in asked


def test_what_is_outstanding_of_a_foreign_invoice_is_told_in_its_currency() -> None:
    row = {
        "CurrencyCode": "EUR",
        "TotalAmount": 100,
        "TotalPostedAmount": 1150,
        "Balance": 575,
        "ExternalImportReference": "1",
        "InvoiceNo": 7,
        "Id": "x",
    }
    assert str(paid(row, "").outstanding) == "50.00 EUR"


def test_stock_goes_both_ways_and_only_to_stock_items(desk: Desk) -> None:
    desk.control("products", products=[{"Code": "WOOL-M", "StockOnHand": 12}])
    level = StockLevel(sku="WOOL-M", quantity=Decimal(5))
    assert desk.done("set_inventory", (level,)).message == "1 of 1 levels were changed"
    page = desk.done("read_inventory", "")
    assert page.items == (level,)
    desk.control("products", products=[{"Code": "BOOK", "IsStockItem": False}])
    none = desk.perform("set_inventory", (level, StockLevel(sku="BOOK", quantity=Decimal(1))))
    assert "keeps no stock of BOOK" in none.message
    assert (
        "no product X" in desk.perform("set_inventory", (StockLevel(sku="X", quantity=Decimal(1)),)).message
    )


def test_what_confirmed_orders_reserve_is_not_available(sandbox: Sandbox) -> None:
    desk = Desk(sandbox, {"StockQuantity": "Available", "OrderStatus": "Confirmed"})
    desk.control("products", products=[{"Code": "WOOL-M", "StockOnHand": 12}])
    desk.done("export_order", export())
    for _ in range(2):
        page = desk.done("read_inventory", "")
        assert [(level.sku, level.quantity) for level in page.items] == [("WOOL-M", 10)]


def test_pages_follow_each_other_without_a_gap(sandbox: Sandbox) -> None:
    desk = Desk(sandbox, {"PageSize": "2"})
    desk.control("products", products=[{"Code": f"S{n}"} for n in range(3)])
    first = desk.done("import_products", "")
    last = desk.done("import_products", first.cursor)
    assert [item.sku for item in (*first.items, *last.items)] == ["S0", "S1", "S2"]
    assert (first.more, last.more) == (True, False)
    changed = max(item.modified_at for item in last.items) - timedelta(minutes=1)
    assert last.cursor == f"{changed.isoformat()}||1"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"OrderStatus": "Open"}, "must be one of Draft, Confirmed"),
        ({"InvoiceDelivery": "Fax"}, "must be one of Auto, PdfByEmail, PdfPrintForDownload"),
        ({"PowerOfficePaymentMethods": {"Card": "bank"}}, "enter an account number such as 1920"),
        ({"PowerOfficeSalesAccounts": {"high": "3000"}}, "is no VAT rate"),
        ({"OrderFields": {"PaymentTerm": "soon"}}, "enter a whole number such as 14"),
        ({"CustomerFields": {"IsVatFree": "perhaps"}}, "enter true or false"),
        ({"PageSize": "50000"}, "must be from 1 to 20000"),
    ],
)
def test_other_values_than_the_documented_are_refused(given: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingsError, match=text):
        values("https://vendor.example", **given)


def test_a_token_that_is_over_is_replaced_and_wrong_keys_are_told(sandbox: Sandbox) -> None:
    desk = Desk(sandbox)
    desk.done("find_order", export())
    desk.control("tokens/expire")
    desk.done("find_order", export())
    assert [call["path"] for call in sandbox.calls("poweroffice")].count("/OAuth/Token") == 2
    wrong = Desk(sandbox)
    object.__setattr__(wrong.config, "values", values(wrong.config.host, client_app_secret="wrong-key"))
    outcome = wrong.perform("find_order", export())
    assert isinstance(outcome.error, Misconfigured)
    assert "invalid_client" in outcome.message
    assert CLIENT not in str(desk.events)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("operation", "path"),
    [
        ("export_order", "/v2/SalesOrders/Complete"),
        ("export_invoice", "/v2/SalesOrders/.+/createAndSendInvoice"),
        ("export_payment", "/v2/Vouchers/BankJournals"),
        ("export_credit_note", "/v2/SalesOrders/Complete"),
        ("export_credit_note", "/v2/SalesOrders/.+/createAndSendInvoice"),
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
        "export_payment": moved(),
        "export_credit_note": credited(),
    }
    for earlier in before[: before.index(operation)]:
        desk.done(earlier, requests[earlier])
    desk.sandbox.faults(vendor="poweroffice", method="POST", path=f"^{path}$", **fault)
    outcomes = desk.until_done(operation, requests[operation])
    assert outcomes[-1].ending is Ending.SUCCEEDED, outcomes[-1].message
    assert desk.sandbox.doubles() == []
    assert len([item for item in desk.books["invoices"] if item["TotalAmount"] > 0]) <= 1
