"""What templates are filled in with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.contracts.erp import OrderExport, PaymentExport, ShipmentExport
from connectors.contracts.plain import plain
from connectors.providers.rest import templates


def document_of_export(export: OrderExport | PaymentExport | ShipmentExport) -> dict[str, Any]:
    """The order's fields, and in front of them those of the money that moved, or the shipment under its name."""
    order: dict[str, Any] = plain(export.order)
    del order["id"]
    own = {name: item for name, item in plain(export).items() if name not in {"order", "properties"}}
    return {**order, **own}


def texts(given: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """Of a query or headers; what comes out empty is left out."""
    rendered = templates.render(given, document)
    return {name: value for name, value in rendered.items() if value not in (None, "")}
