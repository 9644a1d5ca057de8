"""Dynamics 365: prices, discounts, fees and totals in Business Central's books."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from connectors.calls import Ending
from connectors.errors import Misconfigured, Rejected
from connectors.sandbox import Sandbox
from tenants.money import Money
from tests.providers.dynamics365.asking import Central, ordered, priced


@pytest.mark.parametrize(
    ("price", "quantity", "rate", "discount"),
    [
        ("499.00", "2", "25", "0"),
        ("33.33", "3", "25", "0"),
        ("99.90", "7", "25", "13.37"),
        ("0.10", "999", "12", "0.05"),
        ("19.99", "1.5", "15", "1.00"),
        ("100.00", "3", "0", "10.00"),
        ("100.00", "1", "25", "100.00"),
    ],
)
@pytest.mark.parametrize("inclusive", [True, False])
def test_no_cent_gets_lost(
    sandbox: Sandbox, price: str, quantity: str, rate: str, discount: str, inclusive: bool
) -> None:
    """With tax the totals agree exactly; without it each line comes to the order's net amount exactly."""
    central = Central(sandbox, {"PricesIncludeTax": inclusive})
    central.control("items", items=[{"number": "WOOL-M", "taxPercent": int(rate)}])
    line = priced(price, quantity, rate, discount)

    outcome = central.export(ordered(line))

    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    [there] = central.order["salesOrderLines"]
    if inclusive:
        assert _decimal(there["amountIncludingTax"]) == line.total.amount
        assert "total" not in outcome.result.message
    else:
        assert _decimal(there["amountExcludingTax"]) == line.total.amount - line.tax.amount
        assert abs(_decimal(there["amountIncludingTax"]) - line.total.amount) <= Decimal("0.01")


@pytest.mark.parametrize("cent", ["0.01", "-0.01"])
def test_a_total_that_the_shop_rounded_otherwise_is_kept(central: Central, cent: str) -> None:
    line = priced("19.99", "1.5")
    line = replace(line, total=Money(line.total.amount + Decimal(cent), "NOK"))
    assert central.export(ordered(line)).result.message.startswith("created")
    assert _decimal(central.order["totalAmountIncludingTax"]) == line.total.amount


@pytest.mark.parametrize(("inclusive", "price"), [(True, 99), (False, 79.2)])
@pytest.mark.parametrize("kind", ["Account", "Charge"])
def test_a_shipping_fee_is_a_line(sandbox: Sandbox, inclusive: bool, price: float, kind: str) -> None:
    properties = {"PricesIncludeTax": inclusive, "ShippingLineAccount": "3900", "ShippingLineType": kind}
    central = Central(sandbox, properties)
    central.stock(WOOL_M=12)

    outcome = central.export(ordered(priced("499.00"), shipping="99.00", shipping_tax="19.80"))

    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    _, fee = central.order["salesOrderLines"]
    assert (fee["lineType"], fee["lineObjectNumber"], fee["unitPrice"]) == (kind, "3900", price)
    assert central.order["totalAmountIncludingTax"] == 598


def test_a_fee_without_an_account_is_refused_before_anything_is_made(central: Central) -> None:
    outcome = central.export(ordered(priced("499.00"), shipping="99.00"))
    assert isinstance(outcome.error, Misconfigured)
    assert "ShippingLineAccount" in outcome.message
    assert central.sent() == []


def test_an_order_that_is_taxed_otherwise_over_there_is_an_error_once(sandbox: Sandbox) -> None:
    central = Central(sandbox, {"PricesIncludeTax": False})
    central.control("items", items=[{"number": "WOOL-M", "taxPercent": 15}])
    order = ordered(priced("500.00"))

    first = central.export(order)
    assert isinstance(first.error, Rejected)
    assert "460 NOK instead of 500.00" in first.message
    assert central.order["number"] in first.message

    second = central.export(order)
    assert second.result.message == "nothing to change; its total there is 460, here 500.00 NOK"
    assert len(central.books["orders"]) == 1


def _decimal(number: float) -> Decimal:
    return Decimal(str(number))
