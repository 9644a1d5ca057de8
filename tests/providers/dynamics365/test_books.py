"""Dynamics 365: credit memos, payments in journals, and which invoices are paid, over a simulated company."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connectors.calls import Ending, Outcome
from connectors.contracts.books import CreditNoteExport
from connectors.contracts.erp import Movement, PaymentExport
from connectors.errors import LeftAlone
from connectors.sandbox import Sandbox
from tests.contract.scenarios.base import ORDER, nok
from tests.contract.scenarios.orders import payment
from tests.providers.dynamics365.asking import Central, export
from tests.providers.dynamics365.test_faults import FAULTS, IMPATIENT

CREDIT = CreditNoteExport(
    reference="100234-C1", order=ORDER, amount=nok("499.00"), lines={1: Decimal(1)}, reason="Too small"
)
PAID = payment({})


@pytest.fixture
def central(sandbox: Sandbox) -> Central:
    """An order that is invoiced, and a journal for cards."""
    return company(sandbox)


def company(sandbox: Sandbox, **properties: Any) -> Central:
    told = {"PaymentJournals": {"Card": "CARDS"}, "CreditMemoAccount": "3900", **properties}
    central = Central(sandbox, properties=told, options=IMPATIENT)
    central.stock(WOOL_M=12, SOCK_42=3)
    central.control("setup", journals=["CARDS"])
    central.export()
    _do(central, "export_invoice", export())
    return central


def _do(central: Central, operation: str, request: Any, after: Outcome | None = None) -> Outcome:
    return central.perform(operation, request, after=after)


def credited(central: Central, wanted: CreditNoteExport = CREDIT) -> Outcome:
    return _do(central, "export_credit_note", wanted)


def booked(central: Central, wanted: PaymentExport = PAID) -> Outcome:
    return _do(central, "export_payment", wanted)


@pytest.mark.parametrize("inclusive", [False, True], ids=["net", "gross"])
def test_a_memo_credits_lines_once_and_waits_as_a_draft(central: Central, inclusive: bool) -> None:
    central.control("setup", prices_include_tax=inclusive)
    assert {credited(central).result.external_id for _ in range(2)} == {
        central.books["credit_memos"][0]["number"]
    }
    [memo] = central.books["credit_memos"]
    assert (memo["status"], memo["totalAmountIncludingTax"], memo["externalDocumentNumber"]) == (
        "Draft",
        499,
        "100234-C1",
    )
    kinds = [(line["lineType"], line.get("lineObjectNumber")) for line in memo["salesCreditMemoLines"]]
    assert kinds == [("Comment", None), ("Item", "WOOL-M")]
    assert memo["invoiceNumber"] == central.books["invoices"][0]["number"]


def test_posted_where_the_connector_says_so(sandbox: Sandbox) -> None:
    central = company(sandbox, PostCreditMemos=True)
    central.control("invoices/pay", number="100234")
    outcome = credited(central, replace(CREDIT, lines={}, amount=nok("100.00")))
    [memo] = central.books["credit_memos"]
    assert (memo["status"], memo["number"], memo["invoiceNumber"]) == ("Open", outcome.result.external_id, "")
    assert memo["totalAmountIncludingTax"] == 100
    assert (
        credited(central, replace(CREDIT, lines={}, amount=nok("100.00"))).result.message
        == "credited there before"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lines": {9: Decimal(1)}}, "no line 9"),
        ({"lines": {1: Decimal(3)}}, "the order has 2"),
        ({"amount": nok("100.00")}, "come to more than"),
        ({"reference": "R" * 36}, "35 characters"),
        ({"order": replace(ORDER, number="100999")}, "run ExportInvoices"),
    ],
)
def test_what_cannot_be_credited(central: Central, changes: dict[str, Any], words: str) -> None:
    outcome = credited(central, replace(CREDIT, **changes))
    assert (outcome.ending, words in outcome.message) == (Ending.FAILED, True), outcome.message
    assert all(memo["status"] == "Draft" for memo in central.books["credit_memos"])


def test_a_payment_waits_in_its_journal_and_is_known_once_posted(central: Central) -> None:
    number = booked(central).result.external_id
    [line] = central.books["payments"]
    assert (line["documentNumber"], line["amount"], line["externalDocumentNumber"]) == (
        number,
        -625,
        "100234",
    )
    assert "before" in booked(central).result.message
    central.control("journals/post", code="CARDS")
    assert (booked(central).result.message, central.books["payments"]) == ("posted before", [])
    [invoice] = central.books["invoices"]
    assert (invoice["remainingAmount"], invoice["status"]) == (625, "Open")


def test_payments_that_are_not_booked(central: Central) -> None:
    refund = booked(central, replace(PAID, kind=Movement.REFUND))
    assert isinstance(refund.error, LeftAlone)
    assert isinstance(booked(central, replace(PAID, payment_method="Invoice")).error, LeftAlone)
    assert "run ExportOrder" in booked(central, replace(PAID, order=replace(ORDER, number="9"))).message
    central.control("invoices/pay", number="100234")
    assert "booked it already" in booked(central).message
    assert central.books["payments"] == []


def test_which_invoices_are_paid(central: Central) -> None:
    first = _do(central, "import_paid_invoices", "").result
    assert [(item.reference, str(item.outstanding)) for item in first.items] == [("100234", "1250.00 NOK")]
    central.control("invoices/pay", number="100234")
    [item] = _do(central, "import_paid_invoices", first.cursor).result.items
    assert (item.outstanding, item.total) == (nok("0.00"), nok("1250.00"))


PLACES = {
    "memo": ("export_credit_note", CREDIT, r"/salesCreditMemos$"),
    "line": ("export_credit_note", CREDIT, r"/salesCreditMemoLines$"),
    "posting": ("export_credit_note", CREDIT, r"NAV\.post$"),
    "payment": ("export_payment", PAID, r"/customerPayments$"),
}


@pytest.mark.thorough
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("place", PLACES)
def test_one_effect(sandbox: Sandbox, place: str, fault: str) -> None:
    central = company(sandbox, PostCreditMemos=True)
    operation, request, path = PLACES[place]
    sandbox.faults(method="POST", path=path, **FAULTS[fault])
    outcome = _do(central, operation, request)
    for _ in range(5):
        if outcome.ending in {Ending.RETRY, Ending.UNKNOWN}:
            outcome = _do(central, operation, request, after=outcome)
    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    assert sandbox.doubles() == []
    books = central.books
    if operation == "export_payment":
        assert len(books["payments"]) == 1
    else:
        assert [(memo["status"], memo["totalAmountIncludingTax"]) for memo in books["credit_memos"]] == [
            ("Open", 499)
        ]
