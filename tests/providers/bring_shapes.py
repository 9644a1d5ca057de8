"""What Bring answers in its own tests: recorded answers with some fields changed, and how to ask."""

from __future__ import annotations

from typing import Any

from tests.contract.fixtures import fixture
from tests.providers.asking import Asked, ask


def bring(operation: str, request: Any, *answers: Any, **options: Any) -> Asked:
    return ask("bring", operation, request, *answers, **options)


def recorded(name: str) -> Any:
    return fixture("bring")["scenarios"][name]["exchanges"][0]["answer"]["body"]


def confirmed(**changes: Any) -> tuple[int, Any]:
    [consignment] = recorded("book")["consignments"]
    return 200, {"consignments": [{**consignment, **changes}]}


def tracked(*consignments: Any) -> tuple[int, Any]:
    return 200, {"apiVersion": "2", "consignmentSet": list(consignments)}


def consignment(**changes: Any) -> dict[str, Any]:
    return {**recorded("booking found")["consignmentSet"][0], **changes}


def scan(status: str | None, at: str, **changes: Any) -> dict[str, Any]:
    return {
        **recorded("track")["consignmentSet"][0]["packageSet"][0]["eventSet"][2],
        "status": status,
        "dateIso": at,
        **changes,
    }
