"""Scenarios of the notification contract."""

from __future__ import annotations

from connectors.calls import Outcome
from connectors.contracts.notification import Message, MessageBatch, Refused, Sent
from tests.contract.scenarios.base import Given, Scenario, succeeded
from tests.contract.scenarios.orders import refused


def message(given: Given) -> Message:
    values = {
        "reference": "100234-9",
        "to": "kari@example.com",
        "subject": "Order 100234: InProgress",
        "text": "Hello Kari, your order 100234 is on its way.",
        "order_number": "100234",
    }
    return Message(**{**values, **given})


def batch(given: Given) -> MessageBatch:
    """One message as ever, and another that the vendor refuses."""
    other = {"reference": "100235-4", "order_number": "100235", **given, "to": given.get("bad", "nobody")}
    return MessageBatch(
        messages=tuple(
            message({name: item for name, item in values.items() if name != "bad"})
            for values in (given, other)
        )
    )


def one_of_two(outcome: Outcome) -> None:
    succeeded(outcome)
    results = outcome.result.results
    assert isinstance(results["100234-9"], Sent) and isinstance(results["100235-4"], Refused)
    assert results["100235-4"].reason


SCENARIOS = (
    Scenario(name="send", operation="send_message", build=message, expect=succeeded),
    Scenario(name="send refused", operation="send_message", build=message, expect=refused),
    Scenario(name="send batch", operation="send_messages", build=batch, expect=one_of_two),
)
