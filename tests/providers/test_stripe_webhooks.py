"""Stripe: its events beyond what the contract asks of every vendor."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.providers.stripe import Stripe
from connectors.providers.stripe.words import EVENTS
from tests.contract.fixtures import fixture
from tests.contract.published import description, specs


def test_fixtures_show_every_event_that_the_guide_asks_for() -> None:
    shown = {delivery["body"]["type"] for delivery in fixture("stripe")["webhooks"]}
    assert shown >= EVENTS
    assert all(event in Stripe.guide for event in EVENTS)


@pytest.mark.skipif(
    not (specs() / "stripe.json").exists(), reason="set CROSSDOCK_SPECS to the descriptions' folder"
)
@pytest.mark.parametrize("delivery", fixture("stripe")["webhooks"], ids=lambda item: item["body"]["type"])
def test_recorded_webhooks_are_as_published(delivery: dict[str, Any]) -> None:
    judge, item = description("stripe.json"), delivery["body"]["data"]["object"]
    schemas = {"event": delivery["body"], item["object"]: item}
    for name in set(schemas) & set(judge.document["components"]["schemas"]):
        assert judge.violations(name, schemas[name]) == []
