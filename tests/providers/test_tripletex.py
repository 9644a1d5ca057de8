"""Tripletex: how orders, invoices, payments and credit notes get into its books, each once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.books import CreditNoteExport
from connectors.contracts.catalog import CustomerRecord, PriceRecord, ProductRecord
from connectors.contracts.erp import Movement, PaymentExport
from connectors.contracts.webhooks import WebhookRequest, WebhookState
from connectors.errors import LeftAlone, Misconfigured, Rejected
from connectors.sandbox import Sandbox, start
from connectors.schema import SettingsError
from tests.contract.scenarios.base import ADDRESS, ORDER, nok
from tests.providers.tripletex_desk import TOKENS, Desk, export, values


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
    fields = {"reference": "100234-C1", "order": ORDER, "reason": "Too small"}
    return CreditNoteExport(**{**fields, "amount": nok(amount), "lines": dict(lines), **changes})


def test_an_order_is_made_with_its_customer_and_products_and_only_once(sandbox: Sandbox) -> None:
    desk = Desk(sandbox, {"ReferencePrefix": "WEB-", "InvoicesDueInDays": 14})
    discounted = replace(ORDER.lines[0], discount=nok("99.80"), total=nok("898.20"))
    odd = replace(ORDER.lines[1], discount=nok("0.10"), total=nok("251.90"))
    order = replace(
        ORDER,
        lines=(discounted, odd),
        shipping_total=nok("49.00"),
        tax_total=nok("239.82"),
        total=nok("1199.10"),
    )
    first, second = desk.done("export_order", export(order)), desk.done("export_order", export(order))

    assert first.external_id == second.external_id == "WEB-100234"
    assert second.message == "there before, so nothing was changed"
    assert "for the new customer 20001, with new products WOOL-M, SOCK-42" in first.message
    [made] = desk.books["orders"]
    assert (made["number"], made["reference"], made["currency"]["code"]) == (
        "WEB-100234",
        "WEB-100234",
        "NOK",
    )
    assert (made["orderDate"], made["invoicesDueIn"]) == ("2026-11-20", 14)
    wool, socks, fee = made["orderLines"]
    assert (wool["count"], wool["unitPriceIncludingVatCurrency"], wool["discount"]) == (2, 499, 10)
    assert (socks["unitPriceIncludingVatCurrency"], socks["discount"]) == (252, 0.04)
    assert (fee["description"], fee["amountIncludingVatCurrency"], "product" in fee) == ("Frakt", 49, False)
    assert sum(line["amountIncludingVatCurrency"] for line in made["orderLines"]) == pytest.approx(1199.10)
    assert {line["vatType"]["number"] for line in made["orderLines"]} == {"3"}
    [customer] = desk.books["customers"]
    assert (customer["email"], customer["isPrivateIndividual"], customer["language"]) == (
        "kari@example.com",
        True,
        "NO",
    )
    assert sandbox.doubles() == []


def test_each_shipment_becomes_an_order_and_an_invoice_of_its_own(sandbox: Sandbox) -> None:
    desk = Desk(sandbox, {"ExportPerShipment": "true"})
    shipments = [{"reference": f"100234-S{number}", "state": "booked"} for number in (1, 2)]
    lines = tuple(replace(line, properties={"Shipment": f"100234-S{line.number}"}) for line in ORDER.lines)
    order = replace(ORDER, lines=lines, sections={"shipments": shipments})
    lost = desk.perform("export_order", export(replace(order, lines=ORDER.lines)))
    assert "Which shipment has WOOL-M, SOCK-42?" in lost.message

    assert desk.done("export_order", export(order)).external_id == "100234-1, 100234-2"
    assert desk.done("export_invoice", export(order)).external_id == "10001, 10002"
    paid = desk.done("export_payment", captured(order=order))
    assert paid.message == "registered on invoice 10001, 10002"
    assert [payment["amount"] for payment in desk.books["payments"]] == [998, 252]
    part = credited("252.00", {2: Decimal(1)}, order=order)
    desk.done("export_credit_note", part)
    assert desk.books["invoices"][-1]["creditedInvoice"] == desk.books["invoices"][1]["id"]


def test_another_order_with_our_number_is_never_touched(desk: Desk) -> None:
    desk.done("export_order", export())
    desk.control("orders", number="100234", reference="PO 7")
    outcome = desk.perform("export_order", export())
    assert isinstance(outcome.error, Rejected)
    assert "set the connector's property ReferencePrefix" in outcome.message
    desk.control("orders", number="100234", reference="100234", status="CANCELLED")
    assert "was cancelled in Tripletex" in desk.perform("export_order", export()).message


def test_what_is_missing_there_is_named_with_its_cure(sandbox: Sandbox) -> None:
    desk = Desk(sandbox, {"CreateProducts": "false"})
    assert "no product WOOL-M, SOCK-42" in desk.perform("export_order", export()).message
    desk = Desk(sandbox, {"CustomerNumber": 7})
    assert "correct the connector's property CustomerNumber" in desk.perform("export_order", export()).message
    lines = tuple(replace(line, tax_rate=Decimal("6.25")) for line in ORDER.lines)
    outcome = Desk(sandbox).perform("export_order", export(replace(ORDER, lines=lines)))
    assert isinstance(outcome.error, Misconfigured)
    assert "Which VAT type has 6.25 %? Tripletex offers none" in outcome.message
    other = Desk(sandbox, {"TripletexVatCodes": {"25": "6"}}).perform("export_order", export())
    assert "Which VAT type has 25 %? Tripletex offers 3" in other.message


def test_an_order_is_invoiced_once_and_paid_once(desk: Desk) -> None:
    assert "run ExportOrder before this" in desk.perform("export_invoice", export()).message
    desk.done("export_order", export())
    assert "run ExportInvoices before this" in desk.perform("export_payment", captured()).message
    for said in ("made of order 100234", "invoiced there before"):
        assert desk.done("export_invoice", export()).message == said
    desk.done("export_payment", captured("1000.00"))
    desk.done("export_payment", captured("250.00", payment_method="bank"))
    outcome = desk.perform("export_payment", captured("10.00"))
    assert isinstance(outcome.error, Rejected)
    assert "Look there whether somebody has registered it already" in outcome.message
    [invoice] = desk.books["invoices"]
    assert (invoice["amountCurrencyOutstanding"], invoice["sent"]) == (0, False)
    assert [payment["paymentTypeId"] for payment in desk.books["payments"]] == ["501", "502"]
    assert desk.sandbox.doubles() == []


def test_an_order_that_comes_to_another_total_there_is_not_invoiced(desk: Desk) -> None:
    desk.done("export_order", export())
    order = replace(ORDER, lines=(replace(ORDER.lines[0], total=nok("990.00")), ORDER.lines[1]))
    outcome = desk.perform("export_invoice", export(order))
    assert isinstance(outcome.error, Rejected)
    assert "comes to 1250.00 NOK in Tripletex instead of 1242.00" in outcome.message
    assert desk.books["invoices"] == []


def test_the_customer_is_sent_something_only_when_asked_for(sandbox: Sandbox) -> None:
    desk = Desk(sandbox, {"SendToCustomer": "true", "SendType": "EHF"})
    desk.done("export_order", export())
    desk.done("export_invoice", export())
    assert desk.books["invoices"][0]["sent"] is True
    sent = [call for call in sandbox.calls("tripletex") if call["path"].endswith("/:invoice")]
    assert sent[0]["query"]["sendType"] == "EHF"


def test_what_payments_cannot_be_registered(desk: Desk) -> None:
    left = desk.perform("export_payment", captured(payment_method="GiftCard"))
    assert isinstance(left.error, LeftAlone)
    none = Desk(desk.sandbox, {"TripletexPaymentMethods": {}}).perform("export_payment", captured())
    assert isinstance(none.error, Misconfigured)
    unknown = Desk(desk.sandbox, {"TripletexPaymentMethods": {"Card": "Vipps"}})
    assert "there are Kortbetaling, Betalt til bank" in unknown.perform("export_payment", captured()).message


def test_all_of_an_invoice_is_credited_by_tripletex_some_of_it_by_negative_pieces(desk: Desk) -> None:
    desk.done("export_order", export())
    desk.done("export_invoice", export())
    desk.done("export_payment", captured())
    part = credited("499.00", {1: Decimal(1)})
    first = desk.done("export_credit_note", part)
    for operation in ("export_credit_note", "find_credit_note"):
        assert desk.done(operation, part).external_id == first.external_id
    whole = replace(credited(), reference="100234-C2")
    assert desk.done("find_credit_note", whole) is None
    second = desk.done("export_credit_note", whole)
    for operation in ("export_credit_note", "find_credit_note"):
        assert desk.done(operation, whole).external_id == second.external_id
    invoice, some, everything = desk.books["invoices"]
    assert (some["amountCurrency"], some["creditedInvoice"]) == (-499, invoice["id"])
    assert (everything["amountCurrency"], everything["sent"]) == (-1250, False)

    refund = captured("499.00", kind=Movement.REFUND)
    assert desk.done("export_payment", refund).message == "registered on credit note 10002"
    assert desk.books["invoices"][1]["amountCurrencyOutstanding"] == 0
    assert desk.sandbox.doubles() == []


def test_paid_invoices_are_told_whoever_entered_the_payment(sandbox: Sandbox) -> None:
    desk = Desk(sandbox, {"ReferencePrefix": "WEB-"})
    desk.done("export_order", export())
    desk.done("export_invoice", export())
    page = desk.done("import_paid_invoices", "")
    [open_one] = page.items
    assert (open_one.reference, open_one.outstanding, open_one.invoice) == ("100234", nok("1250.00"), "10001")
    desk.control("invoices/pay", number="WEB-100234")
    [paid] = desk.done("import_paid_invoices", page.cursor).items
    assert (paid.outstanding, paid.total, paid.credit) == (nok("0"), nok("1250.00"), False)


def test_stock_is_read_in_pages_or_by_warehouse(sandbox: Sandbox) -> None:
    desk = Desk(sandbox)
    desk.control("products", products=[{"number": f"S{n:04}", "stockOfGoods": n} for n in range(501)])
    first = desk.done("read_inventory", "")
    last = desk.done("read_inventory", first.cursor)
    assert (len(first.items), first.more, len(last.items), last.more) == (500, True, 1, False)
    assert len(desk.done("read_inventory", last.cursor).items) == 500
    warehouses = Desk(sandbox, {"StockFrom": "Inventories"})
    desk.control("products", products=[{"number": "S0007", "stockOfGoods": 7, "_second": 3}])
    levels = [level for level in warehouses.done("read_inventory", "").items if level.sku == "S0007"]
    assert [(level.location, level.quantity) for level in levels] == [("1", 4), ("2", 3)]


def test_what_is_sent_again_changes_nothing_and_only_what_differs_is_changed(desk: Desk) -> None:
    wool = ProductRecord(sku="WOOL-M", name="Wool sweater", price=nok("499.00"), tax_rate=Decimal(25))
    person = CustomerRecord(number="C-77", email="kari@example.com", first_name="Kari", address=ADDRESS)
    states = [desk.done("export_products", [wool]).items[0].state for _ in range(2)]
    states += [desk.done("export_customers", [person]).items[0].state for _ in range(2)]
    assert states == ["done", "unchanged", "done", "unchanged"]
    moved = replace(person, address=replace(ADDRESS, line1="Ny gate 1"))
    price = PriceRecord(sku="WOOL-M", price=nok("449.00"))
    assert desk.done("export_customers", [moved]).items[0].state == "done"
    assert desk.done("export_prices", [price]).items[0].state == "done"
    kept = replace(wool, name="Wool", description="Knitted", keep=frozenset({"name", "description", "price"}))
    assert desk.done("export_products", [kept]).items[0].state == "done"
    [customer], [product] = desk.books["customers"], desk.books["products"]
    assert (customer["postalAddress"]["addressLine1"], customer["version"]) == ("Ny gate 1", 1)
    assert (product["priceIncludingVatCurrency"], product["name"]) == (449, "Wool sweater")
    assert product["description"] == "Knitted"
    [read] = desk.done("import_products", "").items
    assert (read.sku, read.price, read.tax_rate, read.active) == ("WOOL-M", nok("449.00"), 25, True)

    page = desk.done("import_customers", "")
    assert [(item.email, item.last_name, item.address.city) for item in page.items] == [
        ("kari@example.com", "Kari", "Oslo")
    ]
    assert len(desk.done("import_customers", page.cursor).items) == 1
    assert "changedSince" in desk.sandbox.calls("tripletex")[-1]["query"]


def test_the_address_for_webhooks_is_registered_anew_in_the_place_of_the_former(desk: Desk) -> None:
    wanted = WebhookRequest(url="https://hub.nordstore.example/webhooks/9f0c/")
    assert desk.done("check_webhook", wanted).state is WebhookState.MISSING
    first = desk.done("register_webhook", wanted)
    second = desk.done("register_webhook", wanted)
    assert first.secret != second.secret
    assert len(desk.books["subscriptions"]) == 5
    assert desk.done("check_webhook", wanted).external_id == second.external_id
    desk.control("subscriptions", status="DISABLED_TOO_MANY_ERRORS")
    off = desk.done("check_webhook", wanted)
    assert off.state is WebhookState.DISABLED
    assert "invoice.charged: DISABLED_TOO_MANY_ERRORS" in off.note
    said = str([event.request for event in desk.events])
    assert second.secret.reveal() not in said


def test_a_session_that_is_over_is_replaced_once(desk: Desk) -> None:
    desk.done("read_inventory", "")
    desk.control("sessions/expire")
    desk.done("read_inventory", "")
    paths = [call["path"] for call in desk.sandbox.calls("tripletex")]
    assert paths.count("/token/session/:create") == 2
    told = str([(event.request, event.response, event.url) for event in desk.events])
    assert "tlx-session-" not in told
    assert all(token not in told for token in TOKENS.values())


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"SendType": "Pigeon"}, "must be one of CustomerDefault, EMAIL"),
        ({"StockFrom": "Excel"}, "must be one of Products, Inventories"),
        ({"ExportPerShipment": "perhaps"}, "must be true or false"),
        ({"TripletexVatCodes": {"high": "3"}}, "high is no rate"),
        ({"TripletexVatCodes": {"25": ""}}, "25 names nothing"),
    ],
)
def test_other_values_than_the_documented_are_refused(given: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingsError, match=text):
        values("https://vendor.example", **given)


_REQUESTS: dict[str, Any] = {
    "export_order": export(),
    "export_invoice": export(),
    "export_payment": captured(),
    "export_credit_note": credited(),
}


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("operation", "path"),
    [
        ("export_order", "/order"),
        ("export_invoice", r"/order/\d+/:invoice"),
        ("export_payment", r"/invoice/\d+/:payment"),
        ("export_credit_note", r"/invoice/\d+/:createCreditNote"),
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
    names = list(_REQUESTS)
    for earlier in names[: names.index(operation)]:
        desk.done(earlier, _REQUESTS[earlier])
    method = "POST" if operation == "export_order" else "PUT"
    desk.sandbox.faults(vendor="tripletex", method=method, path=f"^{path}$", **fault)
    outcomes = desk.until_done(operation, _REQUESTS[operation])
    assert outcomes[-1].ending is Ending.SUCCEEDED, outcomes[-1].message
    assert desk.sandbox.doubles() == []
    count = {"export_order": 1, "export_invoice": 1, "export_payment": 1, "export_credit_note": 2}[operation]
    kind = {"export_order": "orders", "export_payment": "payments"}.get(operation, "invoices")
    assert len(desk.books[kind]) == count


@pytest.mark.thorough
def test_a_lost_payment_that_nobody_can_tell_from_another_waits_for_a_person(desk: Desk) -> None:
    for name in ("export_order", "export_invoice"):
        desk.done(name, _REQUESTS[name])
    both = [{"payment_method": "Card", "state": "captured", "captured": "625.00"}] * 2
    half = captured("625.00", order=replace(ORDER, sections={"payments": both}))
    desk.sandbox.faults(vendor="tripletex", method="PUT", path=":payment$", drop_after=True)
    outcomes = desk.until_done("export_payment", half)
    assert outcomes[-1].ending is Ending.UNKNOWN
    assert "Check there, then decide here" in outcomes[-1].message
    assert len(desk.books["payments"]) == 1


@pytest.mark.thorough
def test_a_lost_part_of_a_credit_note_is_finished(desk: Desk) -> None:
    for name in ("export_order", "export_invoice"):
        desk.done(name, _REQUESTS[name])
    desk.sandbox.faults(vendor="tripletex", method="PUT", path=":invoice$", drop_before=True)
    outcomes = desk.until_done("export_credit_note", credited("499.00", {1: Decimal(1)}))
    assert outcomes[-1].ending is Ending.SUCCEEDED, outcomes[-1].message
    assert [row["amountCurrency"] for row in desk.books["invoices"]] == [1250, -499]
    assert len(desk.books["orders"]) == 2
