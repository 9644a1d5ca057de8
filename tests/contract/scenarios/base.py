"""The form of a scenario, and the order that all of them are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connectors.calls import Ending, Outcome
from connectors.contracts.base import Provider
from connectors.contracts.common import Address, Customer, Line, OrderDocument
from tenants.money import Money

Given = Mapping[str, Any]


def always(implementation: type[Provider]) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """`build` makes the contract's request from the fixture's `given`; `expect` asserts what every vendor must give.

    `lost` means that the answer never comes, and that the call is settled after the vendor has forgotten our key.
    """

    name: str
    operation: str
    build: Callable[[Given], Any]
    expect: Callable[[Outcome], None]
    write: bool = True
    lost: bool = False
    applies: Callable[[type[Provider]], bool] = always


def succeeded(outcome: Outcome) -> None:
    assert outcome.ending is Ending.SUCCEEDED, outcome.message


def nok(amount: str) -> Money:
    return Money.of(amount, "NOK")


PLACED_AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)

ADDRESS = Address(
    name="Kari Nordmann",
    line1="Storgata 12",
    postal_code="0184",
    city="Oslo",
    country="NO",
    email="kari@example.com",
    phone="+4790000001",
)


def line(number: int, sku: str, name: str, quantity: str, price: str, tax: str) -> Line:
    return Line(
        number=number,
        sku=sku,
        name=name,
        quantity=Decimal(quantity),
        unit_price=nok(price),
        discount=nok("0"),
        tax_rate=Decimal("25"),
        tax=nok(tax),
        total=nok(str(Decimal(quantity) * Decimal(price))),
    )


LINES = (
    line(1, "WOOL-M", "Wool sweater", "2", "499.00", "199.60"),
    line(2, "SOCK-42", "Socks", "1", "252.00", "50.40"),
)

ORDER = OrderDocument(
    id=4711,
    number="100234",
    order_type="Online",
    status="InProgress",
    market="NOR",
    currency="NOK",
    placed_at=PLACED_AT,
    customer=Customer(
        number="C-77", email="kari@example.com", phone="+4790000001", first_name="Kari", last_name="Nordmann"
    ),
    billing=ADDRESS,
    shipping=ADDRESS,
    lines=LINES,
    shipping_total=nok("0"),
    discount_total=nok("0"),
    tax_total=nok("250.00"),
    total=nok("1250.00"),
    tags=("Vip",),
    properties={"GiftWrap": True},
)
