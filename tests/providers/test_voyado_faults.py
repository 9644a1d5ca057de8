"""Voyado on a bad line: no receipt counts twice, no contact is there twice, and nothing counts as told that may not be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.errors import Misconfigured
from connectors.sandbox import Sandbox, start
from tests.contract.bench import secrets_in
from tests.contract.scenarios import crm
from tests.providers.voyado_desk import KARI, Desk

pytestmark = pytest.mark.thorough

RECEIPTS = {"vendor": "voyado", "path": "/receipts$"}
PURCHASE = crm.purchase({})


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with start() as sandbox:
        yield sandbox


@pytest.fixture
def desk(running: Sandbox) -> Desk:
    running.reset()
    return Desk(running, timeout_ms=200)


@pytest.mark.parametrize(
    ("fault", "ending", "receipts"),
    [
        ({"hang_before": True}, Ending.UNKNOWN, 0),
        ({"hang_after": True}, Ending.UNKNOWN, 1),
        ({"drop_before": True}, Ending.UNKNOWN, 0),
        ({"drop_after": True}, Ending.UNKNOWN, 1),
        ({"status": 503}, Ending.UNKNOWN, 0),
        ({"status_after_effect": 500}, Ending.UNKNOWN, 1),
        ({"html": True}, Ending.UNKNOWN, 1),
        ({"text": '{"errorCode": "ContactNotFound"}'}, Ending.FAILED, 1),
        ({"status": 429}, Ending.SUCCEEDED, 1),
        ({"status": 429, "times": None}, Ending.RETRY, 0),
    ],
    ids=str,
)
def test_a_receipt_that_may_have_been_lost_is_sent_again_and_booked_once(
    desk: Desk, fault: dict[str, Any], ending: Ending, receipts: int
) -> None:
    desk.export(KARI)
    desk.sandbox.faults(**{**RECEIPTS, **fault})
    outcome = desk.call("export_receipt", PURCHASE)
    assert outcome.ending is ending
    assert len(desk.receipts()) == receipts
    if ending is Ending.UNKNOWN:
        assert desk.call("export_receipt", PURCHASE, attempt=2).ending is Ending.SUCCEEDED
        assert len(desk.receipts()) == 1
    assert desk.sandbox.doubles() == []
    assert secrets_in(desk.events, "voyado") == []
    assert outcome.error is None or " " in outcome.message


@pytest.mark.parametrize("fault", [{"drop_after": True}, {"hang_after": True}, {"html": True}], ids=str)
@pytest.mark.parametrize("version", ["v3", "v2"])
def test_a_contact_that_may_have_been_made_is_looked_for_first(
    desk: Desk, fault: dict[str, Any], version: str
) -> None:
    desk.sandbox.faults(vendor="voyado", method="POST", path="/contacts$", **fault)
    assert desk.call("export_customers", (KARI,), ApiVersion=version).ending is Ending.UNKNOWN
    outcome = desk.call("export_customers", (KARI,), attempt=2, ApiVersion=version)
    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    assert [str(item.state) for item in outcome.result.items] == ["unchanged"]
    assert len(desk.contacts()) == 1
    assert desk.sandbox.doubles() == []


@pytest.mark.parametrize(
    ("operation", "request_"),
    [("import_customers", ""), ("read_loyalty", crm.buyer({}))],
)
def test_questions_are_asked_again_and_a_refused_key_is_for_an_administrator(
    desk: Desk, operation: str, request_: Any
) -> None:
    desk.put(email=KARI.email)
    desk.sandbox.faults(vendor="voyado", malformed=True)
    assert desk.call(operation, request_, write=False).ending is Ending.RETRY
    desk.sandbox.faults(vendor="voyado", drop_before=True)
    assert desk.call(operation, request_, write=False).ending is Ending.SUCCEEDED
    desk.sandbox.faults(vendor="voyado", status=401, times=None)
    assert isinstance(desk.call(operation, request_, write=False).error, Misconfigured)
