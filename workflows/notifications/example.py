"""An order that does not exist, to show a template with."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from connectors.contracts.common import Address, Customer, Line, OrderDocument
from tenants.money import Money


def example_order() -> OrderDocument:
    """One shipment under way, two lines, 25 % tax."""
    address = Address(
        name="Kari Nordmann",
        line1="Storgata 1",
        postal_code="0155",
        city="Oslo",
        country="NO",
        email="kari@buyer.example",
        phone="+4790000001",
    )
    return OrderDocument(
        id=0,
        number="EX-1001",
        order_type="Online",
        status="Ship",
        market="NOR",
        currency="NOK",
        placed_at=datetime(2026, 1, 15, 9, 30, tzinfo=UTC),
        customer=Customer(
            number="C-1001", email=address.email, phone=address.phone, first_name="Kari", last_name="Nordmann"
        ),
        billing=address,
        shipping=address,
        lines=(
            _line(1, "TENT-2", "Tent for two", "1", "1299.00"),
            _line(2, "PEG", "Pegs & rope", "4", "25.00"),
        ),
        shipping_total=_money("99.00"),
        discount_total=_money("0.00"),
        tax_total=_money("299.60"),
        total=_money("1498.00"),
        sections={
            "shipments": [
                {
                    "reference": "EX-1001-1",
                    "carrier": "Example carrier",
                    "product": "Home delivery",
                    "tracking_number": "370000000000000001",
                    "tracking_url": "https://tracking.example/370000000000000001",
                    "state": "booked",
                }
            ]
        },
    )


def _line(number: int, sku: str, name: str, quantity: str, price: str) -> Line:
    total = Decimal(quantity) * Decimal(price)
    return Line(
        number=number,
        sku=sku,
        name=name,
        quantity=Decimal(quantity),
        unit_price=_money(price),
        discount=_money("0.00"),
        tax_rate=Decimal(25),
        tax=Money(total / 5, "NOK"),
        total=Money(total, "NOK"),
    )


def _money(amount: str) -> Money:
    return Money(Decimal(amount), "NOK")
