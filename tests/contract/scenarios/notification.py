"""Scenarios of the notification contract."""

from __future__ import annotations

from connectors.contracts.notification import Message
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


SCENARIOS = (
    Scenario(name="send", operation="send_message", build=message, expect=succeeded),
    Scenario(name="send refused", operation="send_message", build=message, expect=refused),
)
