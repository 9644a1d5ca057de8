"""Importing orders: pages, the cursor, orders of many lines; and the connector's own checks."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.providers.shopify import Shopify
from connectors.providers.shopify.cursor import Cursor
from connectors.schema import SettingsError
from tests.contract.bench import connector
from tests.providers.asking import Asked, ask
from tests.providers.shopify_shapes import bag, line_sum, node, second
from tests.providers.shopify_stage import data


def page(*orders: dict[str, Any], after: str | None = None) -> tuple[int, dict[str, Any]]:
    info = {"hasNextPage": bool(after), "endCursor": after}
    return 200, data("orders", {"pageInfo": info, "nodes": list(orders)})


def imported(cursor: str, *answers: Any, **options: Any) -> Asked:
    return ask("shopify", "import_orders", cursor, *answers, **options)


def asked_for(asked: Asked) -> dict[str, Any]:
    variables = asked.bodies[0]["variables"]
    assert isinstance(variables, dict)
    return variables


class TestCursor:
    def test_a_run_moves_on_only_at_its_end(self) -> None:
        start = json.dumps({"since": "2026-11-20T10:00:00+00:00"})
        first = imported(start, page(second(), after="p1"))
        middle = imported(first.result.cursor, page(node(), after="p2"))
        last = imported(middle.result.cursor, page())

        assert [asked_for(asked)["after"] for asked in (first, middle, last)] == [None, "p1", "p2"]
        assert {asked_for(asked)["query"] for asked in (first, middle, last)} == {
            "updated_at:>='2026-11-20T09:55:00Z'"
        }
        assert [asked.result.more for asked in (first, middle, last)] == [True, True, False]
        assert json.loads(last.result.cursor) == {"since": "2026-11-20T11:30:00+00:00"}

    def test_never_goes_back(self) -> None:
        start = json.dumps({"since": "2026-12-01T00:00:00+00:00"})
        assert json.loads(imported(start, page(node())).result.cursor) == {
            "since": "2026-12-01T00:00:00+00:00"
        }

    def test_the_beginning_is_everything_or_a_day(self) -> None:
        assert asked_for(imported("", page()))["query"] is None
        values = connector("shopify", host="https://x.invalid").values
        values = type(values)(
            {**values._values, "import_orders_from": date(2026, 11, 1), "orders_per_page": 3}
        )
        asked = asked_for(imported("", page(), values=values))
        assert asked == {"first": 3, "after": None, "query": "updated_at:>='2026-11-01T00:00:00Z'"}

    def test_is_read_as_it_was_written(self) -> None:
        moment = datetime(2026, 11, 20, 10, 0, 1, 500, tzinfo=UTC)
        for cursor in (Cursor(), Cursor(moment), Cursor(moment, "p1", moment), Cursor(None, "p1")):
            assert Cursor.read(cursor.text()) == cursor

    @pytest.mark.parametrize("text", ["eyJ", "[]", '{"since": "yesterday"}', '{"since": 1}'])
    def test_of_somebody_else_is_refused(self, text: str) -> None:
        asked = imported(text, page())
        assert asked.outcome.ending is Ending.FAILED
        assert "cursor" in asked.outcome.message


def test_oldest_change_comes_first_even_if_the_shop_answers_otherwise() -> None:
    asked = imported("", page(second(), node()))
    assert [order.number for order in asked.result.items] == ["1001", "1002"]


def test_lines_beyond_the_first_page_are_read_too() -> None:
    order = node()
    [line] = order["lineItems"]["nodes"]
    more = [
        {**line, "id": f"gid://shopify/LineItem/{number}", "quantity": 1, "currentQuantity": 1}
        for number in "56"
    ]
    order["lineItems"]["pageInfo"] = {"hasNextPage": True, "endCursor": "l1"}
    order["totalPriceSet"] = order["currentTotalPriceSet"] = bag("2045.00")
    pages = [
        (
            200,
            data(
                "order",
                {"lineItems": {"pageInfo": {"hasNextPage": more_left, "endCursor": "l2"}, "nodes": [item]}},
            ),
        )
        for item, more_left in zip(more, (True, False), strict=True)
    ]
    asked = imported("", page(order), *pages)
    [found] = asked.result.items
    assert [line.external_id for line in found.lines] == ["71001", "5", "6"]
    assert [body["variables"]["after"] for body in asked.bodies[1:]] == ["l1", "l2"]


def test_an_order_that_does_not_add_up_stops_no_other() -> None:
    """It keeps the shop's own total, by which whoever takes it in refuses it."""
    wrong = second() | {"totalPriceSet": bag("1.00", "EUR"), "currentTotalPriceSet": bag("1.00", "EUR")}
    asked = imported("", page(node(), wrong))
    sound, broken = asked.result.items
    assert line_sum(sound) == sound.total
    assert (broken.number, str(broken.total), str(line_sum(broken))) == ("1002", "1.00 EUR", "105.38 EUR")


def test_an_order_that_cannot_be_read_stops_the_run_by_its_name() -> None:
    asked = imported("", page(node() | {"processedAt": None}))
    assert asked.outcome.ending is Ending.FAILED
    assert "Order #1001 of Shopify cannot be read" in asked.outcome.message


class TestConnector:
    @pytest.mark.parametrize(
        "entered",
        ["nordstore.myshopify.com", " https://NordStore.myshopify.com/ ", "NORDSTORE.MYSHOPIFY.COM"],
    )
    def test_the_shops_address_is_where_its_token_goes(self, entered: str) -> None:
        values = Shopify.settings.compile({}, {"ShopifyUrl": entered, "AccessToken": "shpat_1"})
        assert Shopify.own_host(values) == "https://nordstore.myshopify.com"

    @pytest.mark.parametrize(
        "entered",
        [
            "nordstore.no",
            "evil.example/nordstore.myshopify.com",
            "nordstore.myshopify.com.evil.example",
            "nordstore.myshopify.com:8443",
            "a.b.myshopify.com",
            "user@nordstore.myshopify.com",
            "-x.myshopify.com",
            "http://nordstore.myshopify.com",
        ],
    )
    def test_no_other_address_gets_it(self, entered: str) -> None:
        with pytest.raises(SettingsError, match=r"nordstore\.myshopify\.com"):
            Shopify.settings.compile({}, {"ShopifyUrl": entered, "AccessToken": "shpat_1"})

    def test_a_host_that_is_entered_wins(self) -> None:
        told = {"ShopifyUrl": "nordstore.myshopify.com", "AccessToken": "shpat_1"}
        values = Shopify.settings.compile({"host": "http://127.0.0.1:8900/shopify/nordstore"}, told)
        assert Shopify.own_host(values) == ""
