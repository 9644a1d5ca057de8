"""Dynamics 365: whose order it is in Business Central."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.calls import Ending
from connectors.contracts.common import Customer
from connectors.errors import Rejected
from connectors.sandbox import Sandbox
from tests.contract.scenarios.base import ORDER
from tests.providers.dynamics365.asking import Central

NAMELESS = replace(ORDER, customer=Customer(), billing=replace(ORDER.billing, email=""))


def test_an_order_of_a_known_customer_makes_no_second_one(central: Central) -> None:
    central.export()
    central.export(replace(ORDER, number="100235"))
    assert len(central.books["orders"]) == 2
    assert len(central.books["customers"]) == 1


@pytest.mark.parametrize(
    "customers",
    [
        [{"number": "C-77", "email": "other@example.com"}, {"number": "A-1", "email": "kari@example.com"}],
        [{"number": "C-77", "email": "kari@example.com"}, {"number": "D-1", "email": "kari@example.com"}],
    ],
    ids=["number before e-mail", "the lowest number"],
)
def test_the_customer_is_found(central: Central, customers: list[dict[str, str]]) -> None:
    central.control("customers", customers=[{"displayName": "Kari", **one} for one in customers])
    assert central.export().result.message == "created for customer C-77"


@pytest.mark.parametrize("email", ["Kari@Example.com", "o'brien@example.com"])
def test_an_e_mail_address_is_found_as_given_and_in_small_letters(central: Central, email: str) -> None:
    central.control("customers", customers=[{"number": "A-1", "displayName": "Kari", "email": email.lower()}])
    order = replace(ORDER, customer=replace(ORDER.customer, number="", email=email))
    assert central.export(order).result.message == "created for customer A-1"


def test_one_customer_may_take_all_orders(sandbox: Sandbox) -> None:
    central = Central(sandbox, {"CustomerNumber": "WEB"})
    central.stock(WOOL_M=1, SOCK_42=1)
    central.control("customers", customers=[{"number": "WEB", "displayName": "Web shop"}])
    assert central.export(NAMELESS).result.message == "created for customer WEB"
    assert not [path for path in central.sent() if "customers" in path]
    assert central.order["shipToName"] == "Kari Nordmann"


def test_a_customer_that_could_not_be_found_again_is_not_made(central: Central) -> None:
    outcome = central.export(NAMELESS)
    assert isinstance(outcome.error, Rejected)
    assert "CustomerNumber" in outcome.message
    assert central.sandbox.ledger() == []


def test_our_numbers_where_they_are_wanted(sandbox: Sandbox) -> None:
    central = Central(sandbox, {"CustomerNumbers": "ours"})
    central.stock(WOOL_M=1, SOCK_42=1)
    assert central.export().result.message == "created for customer C-77"


def test_a_number_series_without_manual_numbers_says_so(sandbox: Sandbox) -> None:
    central = Central(sandbox, {"CustomerNumbers": "ours"})
    central.stock(WOOL_M=1, SOCK_42=1)
    central.control("setup", manual_numbers=False)
    outcome = central.export()
    assert isinstance(outcome.error, Rejected)
    assert "Manual Nos." in outcome.message


def test_somebody_else_may_make_the_same_customer_meanwhile(sandbox: Sandbox) -> None:
    """Both look, both make: the number is taken once, and the slower one uses what is there."""
    central = Central(sandbox, {"CustomerNumbers": "ours"})
    central.stock(WOOL_M=1, SOCK_42=1)
    central.control("customers", customers=[{"number": "C-77", "displayName": "Kari"}])
    nobody = '{"value": []}'
    sandbox.faults(path=r"/customers$", method="GET", text=nobody, times=2)
    outcome = central.export()
    assert outcome.ending is Ending.SUCCEEDED
    assert outcome.result.message == "created for customer C-77"
    assert len(central.books["customers"]) == 1
