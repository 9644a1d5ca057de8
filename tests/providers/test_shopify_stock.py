"""Stock levels at Shopify: the right article and location, in batches, each under a key of its own."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.erp import StockLevel
from connectors.errors import Misconfigured, Rejected
from tests.contract.bench import connector
from tests.contract.scenarios.shop import LEVELS
from tests.providers.asking import Asked, ask
from tests.providers.shopify_stage import ITEMS, LOCATIONS, STOCK_SET, data


def level(sku: str, quantity: str = "1", location: str = "55") -> StockLevel:
    return StockLevel(sku=sku, quantity=Decimal(quantity), location=location)


def items(*skus: str, more: str | None = None) -> dict[str, Any]:
    nodes = [{"id": f"gid://shopify/InventoryItem/{7000 + n}", "sku": sku} for n, sku in enumerate(skus)]
    return data(
        "inventoryItems", {"pageInfo": {"hasNextPage": bool(more), "endCursor": more}, "nodes": nodes}
    )


def levels_now(**available: int) -> dict[str, Any]:
    """What is available of the fixture's articles at Oslo."""
    ids = {"WOOL-M": 7001, "SOCK-42": 7002}
    nodes = [
        {
            "id": f"gid://shopify/InventoryItem/{ids[sku]}",
            "sku": sku,
            "inventoryLevels": {
                "nodes": [
                    {
                        "location": {"id": "gid://shopify/Location/55"},
                        "quantities": [{"name": "available", "quantity": available[sku.replace("-", "_")]}],
                    }
                ]
            },
        }
        for sku in ids
    ]
    return data("inventoryItems", {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": nodes})


def set_levels(levels: Sequence[StockLevel], *answers: Any, **options: Any) -> Asked:
    return ask("shopify", "set_inventory", levels, *((200, answer) for answer in answers), **options)


def rows(asked: Asked) -> list[list[tuple[str, str, int]]]:
    return [
        [
            (row["inventoryItemId"][-4:], row["locationId"][-2:], row["quantity"])
            for row in body["variables"]["input"]["quantities"]
        ]
        for body in asked.bodies
        if "input" in body["variables"]
    ]


def test_numbers_of_locations_need_no_question() -> None:
    levels = [level("A", "3", "55"), level("B", "0", "gid://shopify/Location/56")]
    asked = set_levels(levels, items("A", "B"), STOCK_SET)
    assert rows(asked) == [[("7000", "55", 3), ("7001", "56", 0)]]
    assert len(asked.bodies) == 2


def test_a_quantity_is_set_whatever_it_was_before() -> None:
    """The field has to be there even though it is null."""
    asked = set_levels([level("A")], items("A"), STOCK_SET)
    assert asked.bodies[1]["variables"]["input"]["quantities"][0]["changeFromQuantity"] is None


def test_names_of_locations_compare_without_case() -> None:
    asked = set_levels([level("A", location="bergen")], items("A"), LOCATIONS, STOCK_SET)
    assert rows(asked) == [[("7000", "56", 1)]]


@pytest.mark.parametrize(
    ("setting", "place", "words"),
    [("", "", "more than one location"), ("Trondheim", "", "'Trondheim'"), ("", "Tromsø", "'Tromsø'")],
)
def test_a_location_that_is_none_is_told_with_those_there_are(setting: str, place: str, words: str) -> None:
    values = connector("shopify", host="https://x.invalid").values
    values = type(values)({**values._values, "location_id": setting})
    asked = set_levels([level("A", location=place)], items("A"), LOCATIONS, values=values)
    assert isinstance(asked.outcome.error, Misconfigured)
    assert words in asked.outcome.message
    assert "Oslo (55), Bergen (56)" in asked.outcome.message
    assert rows(asked) == []


def test_the_only_location_needs_no_name() -> None:
    values = connector("shopify", host="https://x.invalid").values
    values = type(values)({**values._values, "location_id": None})
    one = data("locations", {"nodes": [{"id": "gid://shopify/Location/77", "name": "Shop"}]})
    asked = set_levels([level("A", location="")], items("A"), one, STOCK_SET, values=values)
    assert rows(asked) == [[("7000", "77", 1)]]


def test_at_most_250_rows_go_together_each_batch_under_its_own_key() -> None:
    skus = [f"S{number:03}" for number in range(251)]
    levels = [level(sku) for sku in skus]
    asked = set_levels(levels, *[items(*skus)] * 7, STOCK_SET)
    assert [len(batch) for batch in rows(asked)] == [250, 1]
    keys = [body["variables"]["idempotencyKey"] for body in asked.bodies if "input" in body["variables"]]
    assert len(set(keys)) == 2
    assert asked.result.message == "251 levels set"
    again = set_levels(levels, *[items(*skus)] * 7, STOCK_SET)
    assert again.bodies == asked.bodies


def test_the_search_is_read_to_its_end_and_only_exact_skus_count() -> None:
    asked = set_levels(
        [level("A"), level("B")], items("A", "a", "AB", more="next"), items("x", "B"), STOCK_SET
    )
    assert rows(asked) == [[("7000", "55", 1), ("7001", "55", 1)]]
    assert asked.bodies[1]["variables"]["after"] == "next"


def test_skus_cannot_break_out_of_the_search() -> None:
    asked = set_levels([level('A" OR sku:"*\\')], items())
    assert asked.bodies[0]["variables"]["query"] == 'sku:"A\\" OR sku:\\"*\\\\"'


def test_what_the_shop_knows_is_set_before_the_rest_is_refused() -> None:
    asked = set_levels([level("A"), level("NEW-1")], items("A"), STOCK_SET)
    assert rows(asked) == [[("7000", "55", 1)]]
    assert isinstance(asked.outcome.error, Rejected)
    assert asked.outcome.message == "Shopify has no article with SKU NEW-1; the others were set (1)"


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ([level("A", "1.5")], "whole pieces; SKU A has 1.5"),
        ([level("TWIN")], "share the SKU TWIN"),
    ],
)
def test_doubtful_levels_are_refused_before_anything_is_set(levels: list[StockLevel], words: str) -> None:
    asked = set_levels(levels, items("TWIN", "TWIN"))
    assert isinstance(asked.outcome.error, Rejected)
    assert words in asked.outcome.message
    assert rows(asked) == []


class TestAfterALostAnswer:
    """Asked once the shop has forgotten the key."""

    def test_levels_as_they_should_be_settle_it(self) -> None:
        now = levels_now(WOOL_M=12, SOCK_42=0)
        asked = set_levels(LEVELS, ITEMS, LOCATIONS, now, uncertain=True)
        assert asked.outcome.ending is Ending.SUCCEEDED
        assert rows(asked) == []

    def test_others_are_set_now(self) -> None:
        now = levels_now(WOOL_M=12, SOCK_42=3)
        asked = set_levels(LEVELS, ITEMS, LOCATIONS, now, ITEMS, LOCATIONS, STOCK_SET, uncertain=True)
        assert asked.outcome.ending is Ending.SUCCEEDED
        assert rows(asked) == [[("7001", "55", 12), ("7002", "55", 0)]]
