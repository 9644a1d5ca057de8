"""HTTP 200 is no success by itself: what the errors inside an answer mean, for a question and for a change."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.ecommerce import Fulfilment
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown
from connectors.providers.shopify.graphql import throttled_for
from tests.contract.scenarios.shop import LEVELS
from tests.providers.asking import Asked, ask
from tests.providers.shopify_stage import ITEMS, LOCATIONS, NOW, data, state

GOODS = Fulfilment(reference="1001-1", order_external_id="9001", carrier="Bring", tracking_number="T1")


def coded(code: str, **more: Any) -> dict[str, Any]:
    return {"errors": [{"message": "What went wrong", "extensions": {"code": code}}], **more}


def cost(requested: int, available: int, rate: float = 100) -> dict[str, Any]:
    status = {"maximumAvailable": 2000, "currentlyAvailable": available, "restoreRate": rate}
    return {"extensions": {"cost": {"requestedQueryCost": requested, "throttleStatus": status}}}


def imported(*answers: Any) -> Asked:
    return ask("shopify", "import_orders", "", *answers)


def fulfilled(answer: Any) -> Asked:
    """A fulfilment whose look-up goes well and whose creation is answered so."""
    return ask("shopify", "fulfil", GOODS, (200, state()), answer)


def kind(asked: Asked) -> type[ProviderError]:
    assert asked.outcome.error is not None
    return type(asked.outcome.error)


@pytest.mark.parametrize(
    ("code", "reading", "writing"),
    [
        ("THROTTLED", RetryLater, RetryLater),
        ("INTERNAL_SERVER_ERROR", RetryLater, Unknown),
        ("TIMEOUT", RetryLater, Unknown),
        ("ACCESS_DENIED", Misconfigured, Misconfigured),
        ("SHOP_INACTIVE", Misconfigured, Misconfigured),
        ("MAX_COST_EXCEEDED", Misconfigured, Misconfigured),
        ("SOMETHING_NEW", Rejected, Rejected),
    ],
)
def test_codes(code: str, reading: type[ProviderError], writing: type[ProviderError]) -> None:
    assert kind(imported((200, coded(code)))) is reading
    assert kind(fulfilled((200, coded(code, data=None)))) is writing


@pytest.mark.parametrize(
    ("status", "reading", "writing"),
    [
        (401, Misconfigured, Misconfigured),
        (402, Misconfigured, Misconfigured),
        (404, Rejected, Rejected),
        (423, Misconfigured, Misconfigured),
        (429, RetryLater, RetryLater),
        (430, Rejected, Rejected),
        (502, RetryLater, Unknown),
    ],
)
def test_statuses(status: int, reading: type[ProviderError], writing: type[ProviderError]) -> None:
    body = {"errors": "[API] Invalid API key or access token"}
    assert kind(imported((status, body))) is reading
    asked = fulfilled((status, body))
    assert kind(asked) is writing
    assert asked.outcome.message == "Shopify: [API] Invalid API key or access token"


def test_a_change_that_failed_in_part_is_not_known() -> None:
    """Data beside errors: it may have been carried out, only not be told whole."""
    asked = fulfilled((200, coded("SOMETHING_NEW", data={"fulfillmentCreate": {"userErrors": []}})))
    assert (asked.outcome.ending, kind(asked)) == (Ending.UNKNOWN, Unknown)


def test_a_change_is_never_repeated_blindly_without_a_key() -> None:
    asked = fulfilled((503, {}))
    assert [body["operationName"] for body in asked.bodies] == ["ReadFulfilments", "CreateFulfilment"]
    assert asked.outcome.ending is Ending.UNKNOWN


def test_cures_are_told() -> None:
    assert "OrdersPerPage" in imported((200, coded("MAX_COST_EXCEEDED"))).outcome.message
    assert "scope" in imported((200, coded("ACCESS_DENIED"))).outcome.message


class TestThrottled:
    """The wait is what the bucket lacks over what it gets back each second."""

    @pytest.mark.parametrize(
        ("requested", "available", "rate", "seconds"),
        [(900, 500, 100, 4.0), (912, 100, 50, 16.3), (100, 100, 100, 0.0), (10, 500, 100, 0.0)],
    )
    def test_wait(self, requested: int, available: int, rate: int, seconds: float) -> None:
        assert throttled_for(cost(requested, available, rate)) == seconds

    @pytest.mark.parametrize("body", [{}, {"extensions": None}, cost(10, 5, 0), cost(10, 0, "x")])  # type: ignore[arg-type]
    def test_without_usable_figures_some_time(self, body: dict[str, Any]) -> None:
        assert throttled_for(body) == 2.0

    def test_a_long_wait_is_left_to_the_caller(self) -> None:
        asked = imported((200, coded("THROTTLED", **cost(900, 100))))
        assert asked.outcome.ending is Ending.RETRY
        assert asked.outcome.error.retry_after == 8.0  # type: ignore[union-attr]
        assert len(asked.server.requests) == 1

    def test_a_short_wait_is_sat_out(self) -> None:
        asked = imported((200, coded("THROTTLED", **cost(300, 100))), (200, {"data": NOW}))
        assert asked.result.items == ()
        assert len(asked.server.requests) == 2

    def test_status_429_says_for_how_long_itself(self) -> None:
        asked = imported((429, coded("THROTTLED", **cost(300, 100)), {"Retry-After": "9"}))
        assert asked.outcome.error.retry_after == 9  # type: ignore[union-attr]


class TestKeys:
    """User errors about our idempotency keys."""

    def set_stock(self, code: str, *, uncertain: bool = False) -> Asked:
        errors = [{"code": code, "field": None, "message": "About the key"}]
        refusal = data("inventorySetQuantities", {"inventoryAdjustmentGroup": None, "userErrors": errors})
        return ask("shopify", "set_inventory", LEVELS, (200, ITEMS), (200, LOCATIONS), (200, refusal))

    def test_another_try_at_work_is_waited_for(self) -> None:
        asked = self.set_stock("IDEMPOTENCY_CONCURRENT_REQUEST")
        keys = {body["variables"]["idempotencyKey"] for body in asked.bodies[2:]}
        assert (len(asked.bodies), len(keys)) == (5, 1)
        assert asked.outcome.ending is Ending.UNKNOWN
        assert not asked.outcome.error.answered  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        "code", ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"]
    )
    def test_a_used_up_key_is_not_repeated_and_the_levels_tell(self, code: str) -> None:
        asked = self.set_stock(code)
        assert len(asked.bodies) == 3
        assert asked.outcome.ending is Ending.UNKNOWN
        assert asked.outcome.error.answered  # type: ignore[union-attr]


def test_another_version_than_ours_is_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    answer = (200, {"data": NOW}, {"X-Shopify-API-Version": "2026-10"})
    with caplog.at_level(logging.WARNING):
        assert imported(answer).outcome.ending is Ending.SUCCEEDED
    assert "2026-10 instead of 2026-07" in caplog.text
