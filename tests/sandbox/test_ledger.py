"""The ledger tells doubles from what may happen, and keeps its file through a crash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox import Sandbox
from connectors.sandbox.core.ledger import Ledger
from tests.sandbox.callers import Caller, StripeCaller, WebhookCaller, order


def note(ledger: Ledger, operation: str, amount: int, payment: str = "p1", **more: Any) -> None:
    details = {"identity": f"{operation} {payment} {more.get('key', '')}", **more}
    ledger.record(vendor="acme", operation=operation, object=payment, amount_minor=amount, **details)


def rules(ledger: Ledger) -> set[str]:
    return {double["rule"] for double in ledger.doubles()}


def test_a_whole_life_of_a_payment_is_no_double() -> None:
    ledger = Ledger()
    note(ledger, "authorize", 100)
    note(ledger, "capture", 60, key="a")
    note(ledger, "capture", 40, key="b")
    note(ledger, "refund", 30, key="c")
    note(ledger, "refund", 70, key="d")
    note(ledger, "refund_returned", 70, key="e")
    note(ledger, "refund", 70, key="f")
    assert ledger.doubles() == []


@pytest.mark.parametrize(
    ("story", "rule"),
    [
        ([("authorize", 100), ("capture", 100), ("capture", 100)], "executed more than once"),
        ([("authorize", 100), ("authorize", 100)], "executed more than once"),
        ([("authorize", 100), ("capture", 101)], "captured more than authorised"),
        ([("capture", 1)], "captured more than authorised"),
        ([("authorize", 100), ("capture", 50), ("refund", 51)], "refunded more than captured"),
        ([("authorize", 100), ("cancel", 100), ("capture", 100)], "captured although released"),
    ],
)
def test_too_much_is_told(story: list[tuple[str, int]], rule: str) -> None:
    ledger = Ledger()
    for operation, amount in story:
        note(ledger, operation, amount)
    assert rule in rules(ledger)


def test_a_double_names_its_entries() -> None:
    ledger = Ledger()
    note(ledger, "authorize", 100, "p0")
    for _ in range(2):
        ledger.record(vendor="acme", operation="export", identity="export 1001", reference="1001")
    assert ledger.doubles() == [
        {
            "rule": "executed more than once",
            "vendor": "acme",
            "identity": "export 1001",
            "times": 2,
            "entries": [2, 3],
        }
    ]


def test_one_key_with_two_effects_is_told() -> None:
    ledger = Ledger()
    note(ledger, "capture", 0, "p1", key="k", identity="one")
    note(ledger, "capture", 0, "p2", key="k", identity="two")
    assert rules(ledger) == {"one idempotency key executed twice"}


def test_a_key_may_reserve_and_take_at_once() -> None:
    ledger = Ledger()
    note(ledger, "authorize", 100, key="k")
    note(ledger, "capture", 100, key="k")
    assert ledger.doubles() == []


def test_a_reservation_may_be_made_anew_after_its_release() -> None:
    ledger = Ledger()
    note(ledger, "authorize", 100, "p1", identity="authorize r1")
    note(ledger, "cancel", 100, "p1", identity="cancel p1")
    note(ledger, "authorize", 100, "p2", identity="authorize r1")
    assert ledger.doubles() == []
    note(ledger, "authorize", 100, "p3", identity="authorize r1")
    assert rules(ledger) == {"executed more than once"}


def test_vendors_and_accounts_do_not_mix() -> None:
    ledger = Ledger()
    for vendor in ("acme", "other"):
        for account in ("one", "two"):
            ledger.record(vendor=vendor, operation="export", identity="export 1", key="k", account=account)
    assert ledger.doubles() == []


def test_a_payment_authorised_twice_shows_over_the_wire(sandbox: Sandbox, stripe: StripeCaller) -> None:
    stripe.authorize("r1", key="k1")
    stripe.authorize("r2", key="k2")
    assert sandbox.doubles() == []
    stripe.authorize("r1", key="k3")
    doubles = Caller(sandbox).control("GET", "ledger/doubles").json["doubles"]
    assert [(double["identity"], double["entries"]) for double in doubles] == [("authorize r1", [1, 3])]


def test_an_order_exported_twice_shows_over_the_wire(sandbox: Sandbox, webhook: WebhookCaller) -> None:
    webhook.send("erp/orders", order(), "msg_1")
    webhook.send("erp/orders", order(), "msg_1")
    assert sandbox.doubles() == []
    webhook.send("erp/orders", order(), "msg_2")
    assert [double["entries"] for double in sandbox.doubles()] == [[1, 2]]


def test_entries_are_filtered(sandbox: Sandbox, stripe: StripeCaller, webhook: WebhookCaller) -> None:
    stripe.authorize("r1")
    webhook.send("erp/orders", order("r1"), "msg_1")
    control = Caller(sandbox)
    assert [e["vendor"] for e in control.control("GET", "ledger").json["entries"]] == ["stripe", "webhook"]
    assert [e["vendor"] for e in control.control("GET", "ledger?vendor=webhook").json["entries"]] == [
        "webhook"
    ]
    assert len(sandbox.ledger(reference="r1", operation="authorize")) == 1


def test_the_file_holds_every_entry_before_it_is_answered_for(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path)
    note(ledger, "authorize", 100)
    assert Ledger(path).entries() == ledger.entries()
    note(ledger, "capture", 100)
    assert Ledger(path).entries() == ledger.entries()


def test_a_line_cut_by_a_crash_is_taken_off(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    note(Ledger(path), "authorize", 100)
    whole = path.read_text()
    path.write_text(whole + whole[: len(whole) // 2])
    ledger = Ledger(path)
    note(ledger, "capture", 100)
    assert [entry["operation"] for entry in Ledger(path).entries()] == ["authorize", "capture"]
    assert [entry["n"] for entry in ledger.entries()] == [1, 2]


def test_clearing_empties_the_file(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    note(ledger, "authorize", 100)
    ledger.clear()
    note(ledger, "capture", 1)
    assert [entry["operation"] for entry in Ledger(tmp_path / "ledger.jsonl").entries()] == ["capture"]
