"""Dynamics 365: whatever goes wrong on the way, there is exactly one order with its lines, and one customer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.errors import RetryLater, Unknown
from connectors.providers.dynamics365 import LAG
from connectors.sandbox import Sandbox
from tests.contract.scenarios.base import ORDER
from tests.providers.dynamics365.asking import Central

pytestmark = pytest.mark.thorough

#: Patience with a vendor that is silent on purpose; every answer that is meant to come arrives sooner.

IMPATIENT = {"timeout_ms": 400}

FAULTS: dict[str, dict[str, Any]] = {
    "silence before": {"hang_before": True},
    "silence after": {"hang_after": True},
    "reset before": {"drop_before": True},
    "reset after": {"drop_after": True},
    "429": {"status": 429, "retry_after": 1},
    "503": {"status": 503, "retry_after": 1},
    "500 before": {"status": 500},
    "500 after": {"status_after_effect": 500},
    "504 after": {"status_after_effect": 504},
    "page": {"html": True},
    "cut JSON": {"malformed": True},
    "cut off": {"truncated": True},
    "nothing": {"text": ""},
    "empty object": {"text": "{}"},
}
PLACES = {
    "order": {"method": "POST", "path": r"/salesOrders$"},
    "customer": {"method": "POST", "path": r"/customers$"},
    "order read": {"method": "GET", "path": r"/salesOrders\("},
    "order looked for": {"method": "GET", "path": r"/salesOrders$"},
    "invoice looked for": {"method": "GET", "path": r"/salesInvoices$"},
    "customer looked for": {"method": "GET", "path": r"/customers$"},
    "items looked for": {"method": "GET", "path": r"/items$"},
    "login": {"method": "POST", "path": r"/token$"},
}
#: Faults that need no waiting, and those of them that a question can meet in its own way.
QUICK = [name for name in FAULTS if "silence" not in name]
AT_QUESTIONS = ["reset after", "429", "500 before", "page", "empty object"]
CASES = [
    (place, fault)
    for place in PLACES
    for fault in (FAULTS if place in {"order", "customer"} else AT_QUESTIONS)
]


def impatient(sandbox: Sandbox) -> Central:
    central = Central(sandbox, options=IMPATIENT)
    central.stock(WOOL_M=12, SOCK_42=3)
    return central


def one_of_each(central: Central) -> None:
    assert [line["sequence"] for line in central.order["salesOrderLines"]] == [10_000, 20_000]
    assert central.order["totalAmountIncludingTax"] == 1250
    assert len(central.books["customers"]) == 1
    assert central.sandbox.doubles() == []


@pytest.mark.parametrize(("place", "fault"), CASES)
def test_an_order_is_made_once(sandbox: Sandbox, place: str, fault: str) -> None:
    central = impatient(sandbox)
    sandbox.faults(**PLACES[place], **FAULTS[fault])

    outcomes = central.until_done()

    assert outcomes[-1].ending is Ending.SUCCEEDED, outcomes[-1].message
    assert outcomes[-1].result.external_id == central.order["number"]
    one_of_each(central)


@pytest.mark.parametrize("fault", QUICK)
def test_a_change_is_made_in_the_end(sandbox: Sandbox, fault: str) -> None:
    """A lost change is not taken for a success because the order is there."""
    central = impatient(sandbox)
    central.export()
    sandbox.faults(method="PATCH", **FAULTS[fault])
    moved = replace(ORDER, shipping=replace(ORDER.shipping, line1="Karl Johans gate 1"))

    outcomes = central.until_done(moved)

    assert outcomes[-1].ending is Ending.SUCCEEDED, outcomes[-1].message
    assert central.order["shipToAddressLine1"] == "Karl Johans gate 1"
    one_of_each(central)


@pytest.mark.parametrize("fault", QUICK)
def test_missing_lines_are_added_once(sandbox: Sandbox, fault: str) -> None:
    central = impatient(sandbox)
    central.export()
    central.control("orders/cut", number="100234", keep=0)
    sandbox.faults(method="POST", path=r"/salesOrderLines$", **FAULTS[fault])

    outcomes = central.until_done()

    assert outcomes[-1].ending is Ending.SUCCEEDED, outcomes[-1].message
    one_of_each(central)


def test_a_fault_at_every_request_in_turn(sandbox: Sandbox) -> None:
    """Each request's answer is lost once, one after the other, until the order is through."""
    central = impatient(sandbox)
    for method, path in (("POST", r"/customers$"), ("POST", r"/salesOrders$"), ("GET", r"/salesOrders\(")):
        sandbox.faults(method=method, path=path, drop_after=True)
    assert central.until_done()[-1].ending is Ending.SUCCEEDED
    one_of_each(central)


def test_a_failure_inside_is_looked_into_at_once(central: Central) -> None:
    """Business Central's own error ends the request: nothing is there, so it may be repeated soon."""
    central.sandbox.faults(**PLACES["order"], status=500)
    outcome = central.export()
    assert isinstance(outcome.error, RetryLater)
    assert outcome.error.code == "Internal_ServerError"
    assert central.export(after=outcome).ending is Ending.SUCCEEDED


def test_a_failure_inside_may_hide_a_success(central: Central) -> None:
    central.sandbox.faults(**PLACES["order"], status_after_effect=500)
    assert central.export().result.external_id == central.order["number"]


@pytest.mark.parametrize(("minutes", "made"), [(LAG // 60 - 1, 0), (LAG // 60, 1)])
def test_an_order_may_be_on_its_way_for_a_while(sandbox: Sandbox, minutes: int, made: int) -> None:
    """A request whose answer was given up may still wait and work over there; until then nothing is made again."""
    central = Central(sandbox)
    central.stock(WOOL_M=12, SOCK_42=3)
    sandbox.faults(**PLACES["order"], drop_before=True)
    first = central.export()
    assert isinstance(first.error, Unknown)

    sent = central.now.timestamp()
    second = central.export(
        after=first, last_sent_at=central.now.fromtimestamp(sent + 3600 - minutes * 60, central.now.tzinfo)
    )

    assert len(central.books["orders"]) == made
    if not made:
        assert second.ending is Ending.UNKNOWN
        assert second.error is not None
        assert second.error.retry_after == pytest.approx(60, abs=5)


def test_after_a_crash_what_is_there_is_taken(central: Central) -> None:
    first = central.export()
    again = central.export(after=replace(first, ending=Ending.UNKNOWN))
    assert again.result.external_id == first.result.external_id
    assert "after its answer was lost" in again.result.message
    one_of_each(central)


def test_no_longer_wanted_is_only_found_out(central: Central) -> None:
    central.sandbox.faults(**PLACES["order"], drop_before=True)
    first = central.export()
    outcome = central.export(after=first, settle_only=True)
    assert outcome.ending is Ending.FAILED
    assert central.books["orders"] == []


def test_throttling_asks_for_its_wait(central: Central) -> None:
    central.sandbox.faults(path="/companies", status=429, retry_after=20, times=None)
    outcome = central.export()
    assert outcome.ending is Ending.RETRY
    assert outcome.error is not None
    assert outcome.error.retry_after == 20
    assert central.slept == []
