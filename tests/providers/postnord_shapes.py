"""What PostNord answers in its own tests: recorded answers with some fields changed, and how to ask."""

from __future__ import annotations

from typing import Any

from connectors.providers.postnord import PostNord
from tests.contract.fixtures import fixture
from tests.providers.asking import Asked, ask


def postnord(operation: str, request: Any, *answers: Any, **options: Any) -> Asked:
    return ask("postnord", operation, request, *answers, **options)


def recorded(name: str, exchange: int = 0) -> Any:
    return fixture("postnord")["scenarios"][name]["exchanges"][exchange]["answer"]["body"]


def confirmed(*infos: Any, **changes: Any) -> tuple[int, Any]:
    body = recorded("book")
    told = {**body["bookingResponse"], "idInformation": list(infos)} if infos else body["bookingResponse"]
    return 200, {**body, "bookingResponse": told, **changes}


def settings(**properties: Any) -> Any:
    given = {**fixture("postnord")["connector"]["properties"], **properties}
    columns = {"bearer_token": "k" * 32, "is_test": True}
    return {"values": PostNord.settings.compile(columns, given), "properties": given}


WELL = recorded("book")["bookingResponse"]["idInformation"][0]
FAILED = recorded("book refused with status 200")["bookingResponse"]["idInformation"][0]
