"""Dynamics 365: how a new order gets into Business Central's books."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.calls import Ending
from connectors.contracts.common import Address
from connectors.errors import Rejected
from connectors.sandbox import Sandbox
from tests.contract.scenarios.base import ORDER, nok
from tests.providers.dynamics365.asking import Central, ordered, priced


def test_an_order_is_made_with_its_customer_and_lines(central: Central) -> None:
    outcome = central.export()

    order = central.order
    assert outcome.result.external_id == order["number"]
    assert (order["externalDocumentNumber"], order["orderDate"]) == ("100234", "2026-11-20")
    assert (order["currencyCode"], order["pricesIncludeTax"]) == ("NOK", True)
    assert (order["totalAmountIncludingTax"], order["totalTaxAmount"]) == (1250, 250)
    assert [
        (line["lineObjectNumber"], line["quantity"], line["unitPrice"]) for line in order["salesOrderLines"]
    ] == [
        ("WOOL-M", 2, 499),
        ("SOCK-42", 1, 252),
    ]
    [customer] = central.books["customers"]
    assert (customer["email"], customer["type"]) == ("kari@example.com", "Person")
    assert order["customerNumber"] == customer["number"]
    assert [entry["operation"] for entry in central.sandbox.ledger()] == ["create_customer", "export"]


@pytest.mark.parametrize("skus", [("WOOL-M", "HAT-9"), ("A-VERY-LONG-SKU-OF-27-LETTERS", "HAT-9")])
def test_unknown_items_are_named_and_leave_nothing_behind(central: Central, skus: tuple[str, ...]) -> None:
    lines = [replace(priced("10.00"), number=number, sku=sku) for number, sku in enumerate(skus, 1)]
    outcome = central.export(ordered(*lines))
    assert isinstance(outcome.error, Rejected)
    unknown = [sku for sku in skus if sku != "WOOL-M"]
    assert f"no item {', '.join(unknown)};" in outcome.message
    assert central.sandbox.ledger() == []


def test_an_sku_is_known_in_any_case(central: Central) -> None:
    assert central.export(ordered(replace(priced("10.00"), sku="wool-m"))).ending is Ending.SUCCEEDED


def test_many_items_are_looked_up_in_short_questions(sandbox: Sandbox) -> None:
    central = Central(sandbox)
    central.control("items", items=[{"number": f"SKU-{number}"} for number in range(45)])
    lines = [replace(priced("10.00"), number=number + 1, sku=f"SKU-{number}") for number in range(45)]
    assert central.export(ordered(*lines)).ending is Ending.SUCCEEDED
    assert central.sent("GET").count("GET /items") == 3
    assert len(central.order["salesOrderLines"]) == 45


def test_numbers_are_kept_in_capitals_with_their_prefix(sandbox: Sandbox) -> None:
    central = Central(sandbox, {"ExternalNumberPrefix": "no-"})
    central.stock(WOOL_M=1, SOCK_42=1)
    order = replace(ORDER, number="web'1")
    assert central.export(order).ending is Ending.SUCCEEDED
    assert central.order["externalDocumentNumber"] == "NO-WEB'1"
    assert central.export(order).result.message == "nothing to change"


def test_a_number_that_does_not_fit_is_refused(central: Central) -> None:
    outcome = central.export(replace(ORDER, number="N" * 36))
    assert isinstance(outcome.error, Rejected)
    assert "35 characters" in outcome.message
    assert central.sent() == []


def test_fixed_values_go_with_new_orders_and_customers(sandbox: Sandbox) -> None:
    fixed = {
        "OrderFields": {"salesperson": "JO", "pricesIncludeTax": False},
        "CustomerFields": {"website": "shop.example"},
    }
    central = Central(sandbox, fixed)
    central.stock(WOOL_M=1, SOCK_42=1)
    central.export()
    assert (central.order["salesperson"], central.order["pricesIncludeTax"]) == ("JO", True)
    assert central.books["customers"][0]["website"] == "shop.example"


def test_an_order_without_shipping_address_goes_to_the_customers(central: Central) -> None:
    order = replace(ORDER, shipping=Address(), billing=replace(ORDER.billing, company="Nordmann AS"))
    assert central.export(order).ending is Ending.SUCCEEDED
    [customer] = central.books["customers"]
    assert (customer["displayName"], customer["type"]) == ("Nordmann AS", "Company")
    assert central.order["shipToName"] == "Nordmann AS"


def test_texts_are_cut_to_what_fits(central: Central) -> None:
    address = replace(ORDER.shipping, line1="L" * 200, line2="M" * 200, city="C" * 200, name="N" * 200)
    order = replace(
        ORDER, shipping=address, billing=address, lines=(replace(priced("1.00"), name="X" * 200),)
    )
    assert central.export(replace(order, total=nok("1.00"))).ending is Ending.SUCCEEDED
