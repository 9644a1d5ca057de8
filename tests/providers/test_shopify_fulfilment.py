"""Fulfilments at Shopify: only what is open, once, at every location."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.ecommerce import Fulfilment
from tests.providers.asking import Asked, ask
from tests.providers.shopify_stage import CREATED, data, fulfilment_order, made, state

GOODS = Fulfilment(
    reference="1001-1",
    order_external_id="9001",
    carrier="Bring",
    tracking_number="T1",
    tracking_url="https://track.example/T1",
)


def fulfilled(goods: Fulfilment, *answers: Any, **options: Any) -> Asked:
    return ask("shopify", "fulfil", goods, *((200, answer) for answer in answers), **options)


def sent(asked: Asked) -> list[dict[str, int]]:
    """Pieces by fulfilment order line, for each fulfilment that was made."""
    inputs = [body["variables"]["fulfillment"] for body in asked.bodies if "fulfillment" in body["variables"]]
    return [
        {
            item["id"].rpartition("/")[2]: item["quantity"]
            for order in one["lineItemsByFulfillmentOrder"]
            for item in order["fulfillmentOrderLineItems"]
        }
        for one in inputs
    ]


def test_everything_open_is_fulfilled_with_tracking() -> None:
    asked = fulfilled(GOODS, state(fulfilment_order(2001, _71001=2, _71002=0, _71003=1)), CREATED)
    assert asked.result.external_id == "2501"
    assert sent(asked) == [{"20010": 2, "20012": 1}]
    told = asked.bodies[1]["variables"]["fulfillment"]
    assert told["trackingInfo"] == {"company": "Bring", "number": "T1", "url": "https://track.example/T1"}
    assert told["notifyCustomer"] is False


def test_the_customer_is_told_where_the_connector_says_so() -> None:
    from tests.contract.bench import connector

    values = connector("shopify", host="https://x.invalid").values
    values = type(values)({**values._values, "notify_customer": True})
    asked = fulfilled(GOODS, state(), CREATED, values=values)
    assert asked.bodies[1]["variables"]["fulfillment"]["notifyCustomer"] is True


def test_only_the_pieces_that_were_sent() -> None:
    goods = replace(GOODS, lines={"71001": 3})
    asked = fulfilled(goods, state(fulfilment_order(1, _71001=2), fulfilment_order(2, _71001=2)), CREATED)
    assert asked.outcome.ending is Ending.SUCCEEDED
    assert sent(asked) == [{"10": 2, "20": 1}]


def test_each_location_gets_a_fulfilment_of_its_own() -> None:
    orders = (fulfilment_order(1, _71001=2), fulfilment_order(2, location=56, _71002=1))
    asked = fulfilled(GOODS, state(*orders), CREATED)
    assert asked.result.external_id == "2501,2501"
    assert sent(asked) == [{"10": 2}, {"20": 1}]


class TestRepeated:
    """A repetition only makes what is missing."""

    def test_the_same_tracking_number_is_never_told_twice(self) -> None:
        goods = replace(GOODS, lines={"71001": 1})
        asked = fulfilled(goods, state(fulfilment_order(_71001=1), made=[made(2501, "T1", _71001=1)]))
        assert (asked.result.external_id, len(asked.bodies)) == ("2501", 1)

    def test_the_location_that_is_missing_is_made_up_for(self) -> None:
        orders = (fulfilment_order(1, _71001=0), fulfilment_order(2, location=56, _71002=1))
        goods = replace(GOODS, lines={"71001": 2, "71002": 1})
        asked = fulfilled(goods, state(*orders, made=[made(2501, "T1", _71001=2)]), CREATED)
        assert sent(asked) == [{"20": 1}]

    @pytest.mark.parametrize("status", ["CANCELLED", "ERROR", "FAILURE"])
    def test_a_fulfilment_that_moved_nothing_does_not_count(self, status: str) -> None:
        goods = replace(GOODS, lines={"71001": 2})
        asked = fulfilled(goods, state(made=[made(2501, "T1", status, _71001=2)]), CREATED)
        assert sent(asked) == [{"20010": 2}]

    def test_goods_that_somebody_else_has_told_of_are_done(self) -> None:
        closed = state(fulfilment_order(_71001=0), made=[made(2400, "OTHER", _71001=2)])
        for lines in ({}, {"71001": 2}):
            asked = fulfilled(replace(GOODS, lines=lines), closed)
            assert (asked.result.external_id, len(asked.bodies)) == ("2400", 1)
            assert "without tracking number T1" in asked.result.message

    def test_the_second_parcel_of_an_order_is_not_passed_over_in_silence(self) -> None:
        """The first one has taken all pieces, for nobody knows which are in which parcel."""
        closed = state(fulfilment_order(_71001=0), made=[made(2500, "T1", _71001=2)])
        asked = fulfilled(replace(GOODS, tracking_number="T2"), closed)
        assert "without tracking number T2; add it to order" in asked.result.message
        assert fulfilled(GOODS, closed).result.message == ""


class TestRefused:
    @pytest.mark.parametrize(
        ("answer", "lines", "words"),
        [
            (data("order", None), {}, "no order 9001"),
            (state(cancelled="2026-11-21T08:00:00Z"), {}, "cancelled"),
            (state(fulfilment_order(_71001=0)), {}, "nothing that could be fulfilled"),
            (state(), {"71001": 3}, "2 of 3 pieces of line 71001"),
            (state(), {"79999": 1}, "0 of 1 pieces of line 79999"),
            (state(fulfilment_order(held=True, _71001=2)), {}, "2 are on hold"),
        ],
    )
    def test_what_cannot_be_fulfilled(self, answer: Any, lines: dict[str, int], words: str) -> None:
        asked = fulfilled(replace(GOODS, lines=lines), answer)
        assert asked.outcome.ending is Ending.FAILED
        assert words in asked.outcome.message
        assert sent(asked) == []

    def test_too_many_lines_to_be_sure(self) -> None:
        answer = state()
        answer["data"]["order"]["fulfillmentOrders"]["nodes"][0]["lineItems"]["pageInfo"]["hasNextPage"] = (
            True
        )
        assert "too many lines" in fulfilled(GOODS, answer).outcome.message

    def test_the_shops_own_words(self) -> None:
        errors = [{"field": ["fulfillment"], "message": "Fulfillment order is closed."}]
        refusal = data("fulfillmentCreate", {"fulfillment": None, "userErrors": errors})
        asked = fulfilled(GOODS, state(), refusal)
        assert asked.outcome.ending is Ending.FAILED
        assert asked.outcome.message == "Shopify: Fulfillment order is closed. (fulfillment)"


class TestAfterALostAnswer:
    def test_a_fulfilment_that_is_there_settles_it(self) -> None:
        asked = fulfilled(
            GOODS, state(fulfilment_order(_71001=0), made=[made(2501, "T1", _71001=2)]), uncertain=True
        )
        assert (asked.result.external_id, sent(asked)) == ("2501", [])

    def test_one_that_is_not_there_is_made_now(self) -> None:
        asked = fulfilled(GOODS, state(), state(), CREATED, uncertain=True)
        assert (asked.result.external_id, sent(asked)) == ("2501", [{"20010": 2}])

    def test_without_a_tracking_number_pieces_cannot_be_told_apart(self) -> None:
        goods = replace(GOODS, tracking_number="", lines={"71001": 1})
        asked = fulfilled(
            goods, state(fulfilment_order(_71001=1), made=[made(2501, "", _71001=1)]), uncertain=True
        )
        assert (asked.outcome.ending, asked.outcome.needs_person) == (Ending.UNKNOWN, True)

    def test_without_a_tracking_number_and_any_fulfilment_nothing_was_made(self) -> None:
        goods = replace(GOODS, tracking_number="", lines={"71001": 1})
        asked = fulfilled(goods, state(), state(), CREATED, uncertain=True)
        assert sent(asked) == [{"20010": 1}]
