"""Dynamics 365: items, prices and customers, everything first and then what was changed."""

from __future__ import annotations

from typing import Any

from connectors.calls import Ending
from connectors.providers.dynamics365 import catalog
from connectors.sandbox import Sandbox
from tests.providers.dynamics365.asking import Central


def read(central: Central, operation: str, cursor: str = "") -> tuple[list[Any], str]:
    """All that there is now behind the cursor, and the cursor after it."""
    items: list[Any] = []
    while True:
        outcome = central.perform(operation, cursor)
        assert outcome.ending is Ending.SUCCEEDED, outcome.message
        items, cursor = [*items, *outcome.result.items], outcome.result.cursor
        if not outcome.result.more:
            return items, cursor


def test_items_come_in_pages_and_later_those_that_were_changed(sandbox: Sandbox, monkeypatch: Any) -> None:
    central = Central(sandbox)
    items = [{"number": f"SKU-{number}", "unitPrice": "80"} for number in range(catalog.PAGE + 2)]
    central.control("items", items=items)
    found, cursor = read(central, "import_products")
    assert {item.sku for item in found} == {item["number"] for item in items}
    monkeypatch.setattr(catalog, "OVERLAP", catalog.timedelta(0))
    assert read(central, "import_products", cursor) == ([], cursor)
    central.control(
        "items", items=[{"number": "SKU-7", "unitPrice": "99.50", "priceIncludesTax": True, "gtin": "709"}]
    )
    (changed,), after = read(central, "import_products", cursor)
    assert (changed.sku, changed.gtin, str(changed.price), after > cursor) == (
        "SKU-7",
        "709",
        "99.50 NOK",
        True,
    )
    (price,), _ = read(central, "import_prices", cursor)
    assert (str(price.price), price.includes_tax) == ("99.50 NOK", True)


def test_customers_are_people_or_companies(sandbox: Sandbox) -> None:
    central = Central(sandbox)
    person = {
        "number": "K1",
        "displayName": "Kari Anne Nordmann",
        "type": "Person",
        "email": "kari@example.com; b@c.no",
    }
    company = {"number": "K2", "displayName": "Nordic AS", "city": "Oslo", "taxRegistrationNumber": "NO 1"}
    central.control("customers", customers=[person, company])
    found, _ = read(central, "import_customers")
    assert [(one.number, one.first_name, one.last_name, one.company) for one in found] == [
        ("K1", "Kari Anne", "Nordmann", ""),
        ("K2", "", "", "Nordic AS"),
    ]
    assert (found[0].email, found[1].organisation_number) == ("kari@example.com", "NO 1")
    assert found[1].address is not None
    assert found[1].address.city == "Oslo"
