"""CheckForFraud: what somebody else says of the order, and what becomes of it when nobody answers."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.models import Effect
from tests.shop import Shop
from workflows.models import Order


def answering(shop: Shop, answer: Any) -> None:
    shop.vendors.control("POST", "webhook/answers", {"path": "^/erp", "answer": answer})


def checked(shop: Shop, answer: Any, **properties: Any) -> Order:
    check = {"name": "CheckForFraud", "connector": "Webhook", "connector_id": "erp", "properties": properties}
    tag = {"name": "AddTag", "properties": {"Tag": "checked"}}
    shop.chart({"New": [check, tag]})
    if isinstance(answer, int):
        shop.vendors.faults(vendor="webhook", path="^/erp", status=answer, times=None)
    else:
        answering(shop, answer)
    order = shop.order()
    shop.pump()
    order.refresh_from_db()
    return order


def results(order: Order) -> list[tuple[str, str]]:
    return [(step.state, step.message) for step in order.runs.get().steps.order_by("position")]


@pytest.mark.parametrize(
    ("answer", "state", "message"),
    [
        ({"errors": [], "warnings": []}, "success", "Nothing suspicious"),
        ({"warnings": ["New shopper"]}, "warning", "New shopper"),
        ({"errors": [{"message": "Stolen card", "field": "payments"}]}, "error", "payments: Stolen card"),
        ({"decision": "refuse"}, "error", "Not checked: The receiver gave no verdict"),
        ({"errors": "blocked"}, "error", "Not checked: The receiver gave no verdict"),
        (422, "error", "Not checked: "),
    ],
)
def test_what_the_validator_says(shop: Shop, answer: Any, state: str, message: str) -> None:
    order = checked(shop, answer)
    (first, text), (second, _) = results(order)
    assert (first, text[: len(message)]) == (state, message)
    assert second == ("skipped" if state == "error" else "success")
    assert order.runs.get().state == ("stopped" if state == "error" else "completed")


def test_a_check_that_cannot_be_made_holds_the_order_until_it_can(shop: Shop) -> None:
    order = checked(shop, 503)
    assert ([state for state, _ in results(order)], order.tags) == (["waiting", "pending"], [])
    shop.vendors.clear_faults()
    answering(shop, {"errors": []})
    shop.later(minutes=10)
    shop.pump()
    assert [state for state, _ in results(order)] == ["success", "success"]


def test_fail_open_lets_the_order_go_on_unchecked(shop: Shop) -> None:
    order = checked(shop, 503, FailOpen=True)
    (state, text), (second, _) = results(order)
    assert (state, second, order.tags) == ("warning", "success", ["checked"])
    assert text.startswith("Not checked, goes on all the same")
    assert shop.due(order) is None
    assert not Effect.objects.filter(operation="validate").exists()
