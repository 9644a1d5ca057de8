"""How to ask the Webhook implementation in its own tests."""

from __future__ import annotations

from typing import Any

from connectors.contracts.erp import OrderExport
from connectors.providers.webhook import Webhook
from connectors.schema import SettingsValues
from tests.contract.scenarios.base import ORDER
from tests.providers.asking import Asked, ask

DONE = (200, {})


def values(**given: Any) -> SettingsValues:
    properties = {key: given.pop(key) for key in list(given) if key[0].isupper()}
    return Webhook.settings.compile(given, properties)


def send(
    answer: Any = DONE,
    *,
    operation: str = "exchange_order",
    step: Any = None,
    order: Any = ORDER,
    **options: Any,
) -> Asked:
    request = OrderExport(reference="100234", order=order, properties=step or {})
    return ask("webhook", operation, request, answer, **{"values": values(), **options})
