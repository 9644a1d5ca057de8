"""Dynamics 365: stock levels, everything first and then what has moved."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.erp import StockPage
from connectors.errors import Misconfigured, Rejected
from connectors.providers.dynamics365.stock import PAGE
from connectors.sandbox import Sandbox
from tests.providers.dynamics365.asking import Central, told


def read(central: Central, cursor: str = "") -> StockPage:
    outcome = central.perform("read_inventory", cursor)
    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    return outcome.result


def read_on(central: Central, cursor: str = "") -> tuple[list[StockPage], str]:
    """All pages that there are now, and the cursor after them."""
    pages = [read(central, cursor)]
    while pages[-1].more:
        pages.append(read(central, pages[-1].cursor))
    return pages, pages[-1].cursor


def levels(pages: list[StockPage]) -> dict[str, Decimal]:
    return {level.sku: level.quantity for page in pages for level in page.items}


def test_everything_comes_in_pages_and_then_what_moves(sandbox: Sandbox) -> None:
    central = Central(sandbox)
    items = [{"number": f"SKU-{number:03d}", "inventory": number} for number in range(2 * PAGE + 5)]
    central.control("items", items=[*items, {"number": "GIFT-WRAP", "type": "Service"}])

    pages, cursor = read_on(central)

    assert len(pages) == 3
    assert levels(pages) == {item["number"]: item["inventory"] for item in items}
    assert read(central, cursor) == StockPage(items=(), cursor=cursor, more=False)

    for number, quantity in (("SKU-007", 3), ("SKU-001", -1), ("SKU-007", "0.5")):
        central.control("stock", number=number, quantity=quantity)
    page = read(central, cursor)
    assert [(level.sku, level.quantity) for level in page.items] == [
        ("SKU-007", Decimal("10.5")),
        ("SKU-001", Decimal(0)),
    ]
    assert read(central, page.cursor).items == ()


def test_what_moves_while_everything_is_read_is_read_again(sandbox: Sandbox) -> None:
    central = Central(sandbox)
    central.control(
        "items", items=[{"number": f"SKU-{number:03d}", "inventory": 1} for number in range(PAGE + 1)]
    )
    first = read(central)
    central.control("stock", number="SKU-000", quantity=4)
    _, cursor = read_on(central, first.cursor)
    assert levels([read(central, cursor)]) == {"SKU-000": Decimal(5)}


def test_many_movements_come_in_pages_too(sandbox: Sandbox) -> None:
    central = Central(sandbox)
    central.control(
        "items", items=[{"number": f"SKU-{number:03d}", "inventory": 1} for number in range(PAGE + 30)]
    )
    pages, cursor = read_on(central, "0")
    assert [len(page.items) for page in pages] == [PAGE, 30]
    assert cursor == str(PAGE + 30)


def test_nothing_at_all(central: Central, sandbox: Sandbox) -> None:
    sandbox.reset()
    assert read(Central(sandbox)) == StockPage(items=(), cursor="0", more=False)


def test_questions_are_read_only_and_bounded(central: Central) -> None:
    read(central)
    for call in central.sandbox.calls("dynamics365"):
        if "/companies(" in call["path"]:
            assert call["headers"]["prefer"] == f"odata.maxpagesize={PAGE}"
            assert call["headers"]["data-access-intent"] == "ReadOnly"


@pytest.mark.parametrize("cursor", ["x", "-1", "12x", " /items", "/items"])
def test_a_strange_cursor_is_refused(central: Central, cursor: str) -> None:
    outcome = central.perform("read_inventory", cursor)
    assert isinstance(outcome.error, Rejected)
    assert central.sent() == []


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v2.0/nordstore.example/sandbox/api/v2.0/companies(a3b1c5d7-0e2f-4a68-9b70-1c2d3e4f5061)/items?x",
        "{host}/companies(00000000-0e2f-4a68-9b70-1c2d3e4f5061)/items?$skiptoken=1",
        "{host}.evil.example/companies(a3b1c5d7-0e2f-4a68-9b70-1c2d3e4f5061)/items?$skiptoken=1",
        "/items?$skiptoken=1",
    ],
)
def test_a_list_that_continues_elsewhere_is_not_followed(link: str) -> None:
    """Neither on another host nor in another environment or company."""
    body = {"value": [], "@odata.nextLink": link.replace("{host}", "{server}")}
    asked = told("read_inventory", "", (200, {"value": []}), (200, body))
    assert isinstance(asked.error, Misconfigured)
    assert len(asked.sent) == 2


@pytest.mark.parametrize(
    "rows",
    [None, {}, "x", [1], [{"number": "A"}], [{"number": "A", "type": "Inventory", "inventory": "many"}]],
)
def test_strange_items_are_no_stock(rows: Any) -> None:
    asked = told("read_inventory", "", (200, {"value": []}), (200, {"value": rows}))
    assert asked.outcome.ending is Ending.RETRY


@pytest.mark.parametrize("row", [{}, {"entryNumber": "x", "itemNumber": "A"}, {"entryNumber": 5}])
def test_a_strange_ledger_moves_no_cursor(row: Any) -> None:
    items = {"value": [{"number": "A", "type": "Inventory", "inventory": 1}]}
    asked = told("read_inventory", "4", (200, {"value": [row]}), (200, items))
    assert asked.outcome.ending is Ending.RETRY
