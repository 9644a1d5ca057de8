"""What GLS answers in its own tests: recorded answers with some fields changed, and how to ask."""

from __future__ import annotations

from typing import Any

from connectors.providers.gls.bodies import shipment
from connectors.providers.gls.settings import GlsSettings
from tests.contract.fixtures import fixture
from tests.providers.asking import Asked, ask

TOKEN = {"token_type": "Bearer", "access_token": "t-1", "expires_in": 14400}


def gls(operation: str, request: Any, *answers: Any, **options: Any) -> Asked:
    """The login comes first."""
    return ask("gls", operation, request, (200, TOKEN), *answers, **options)


def recorded(name: str) -> Any:
    return fixture("gls")["scenarios"][name]["exchanges"][0]["answer"]["body"]


def created(**changes: Any) -> tuple[int, Any]:
    return 200, {"CreatedShipment": {**recorded("book")["CreatedShipment"], **changes}}


def parcel(status: str, **changes: Any) -> dict[str, Any]:
    at = "2026-11-24T16:40:05+0100"
    return {"requested": "A", "unitno": "1", "status": status, "statusDateTime": at, **changes}


def sent(request: Any, **properties: Any) -> Any:
    """The shipment as it is booked, by a connector with these properties beside its own."""
    filled = fixture("gls")["connector"]
    values = GlsSettings.compile(filled["columns"], {**filled["properties"], **properties})
    return shipment(request, values)["Shipment"]
