"""How to ask the Front Systems implementation in its own tests: of answers that are told, or of the sandbox."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connectors.contracts.common import OrderDocument
from connectors.schema import SettingsValues
from tests.contract.bench import connector
from tests.contract.scenarios.base import ORDER
from tests.providers.asking import Asked, ask


def values(**settings: Any) -> SettingsValues:
    """The fixture's, with some in the place of others."""
    compiled = connector("frontsystems", host="https://vendor.example").values
    return SettingsValues({**compiled._values, **settings})


def told(operation: str, request: Any, *answers: Any, field_mapping: Any = (), **settings: Any) -> Asked:
    """Ask of these answers in turn: bodies of 200, or (status, body)."""
    said = [answer if isinstance(answer, tuple) else (200, answer) for answer in answers]
    options = {"values": values(**settings), "field_mapping": field_mapping}
    return ask("frontsystems", operation, request, *said, **options)


def paid_order(**changes: Any) -> OrderDocument:
    """A web order that is paid with Vipps to the last cent."""
    order = replace(ORDER, order_type="Web", **changes)
    payment = {
        "payment_method": "Vipps",
        "provider_id": "vipps-1",
        "reference": "p1",
        "authorized": str(order.total.amount),
        "captured": str(order.total.amount),
        "refunded": "0.00",
        "cancelled": "0.00",
    }
    return replace(order, sections={"payments": (payment,)})
