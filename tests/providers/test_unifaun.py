"""What only nShift Delivery does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.access_token import Token
from connectors.client.outgoing import outgoing
from connectors.contracts.base import Request
from connectors.contracts.shipping import ZPL, Parcel, TrackingState
from connectors.errors import Misconfigured, Rejected, RetryLater, Unknown
from connectors.providers.unifaun import Unifaun, answers, portal
from connectors.providers.unifaun.settings import PORTAL, UnifaunSettings
from connectors.providers.unifaun.words import state_of
from connectors.schema import secrets_of
from tenants.secret_value import SecretValue
from tests.contract.bench import connector
from tests.contract.fixtures import fixture
from tests.contract.scenarios.shipping import booking, query
from tests.providers.asking import Asked, ask

EVENT = {
    "uuid": "e",
    "normalizedStatusId": 3000,
    "normalizedStatusName": "",
    "date": "2026-11-24T12:00:00Z",
}
BOOKING = {"product": "P19NO", "services": ("NOT",)}


def unifaun(operation: str, request: Any, *told: Any, **options: Any) -> Asked:
    return ask("unifaun", operation, request, *told, **options)


def made(**changes: Any) -> dict[str, Any]:
    return {**fixture("unifaun")["scenarios"]["book"]["exchanges"][0]["answer"]["body"][0], **changes}


@pytest.mark.parametrize(
    ("status", "name", "state"),
    [
        (1000, "", TrackingState.PRE_TRANSIT),
        (2000, "", TrackingState.IN_TRANSIT),
        (2001, "", TrackingState.OUT_FOR_DELIVERY),
        (3000, "Delivered", TrackingState.DELIVERED),
        (3001, "Ready for pickup", TrackingState.READY_FOR_PICKUP),
        (3002, "", TrackingState.EXCEPTION),
        (6004, "", TrackingState.EXCEPTION),
        (3004, "Delivered", TrackingState.UNKNOWN),
        (4000, "Delivered", TrackingState.UNKNOWN),
        (None, "Delivered", TrackingState.UNKNOWN),
    ],
)
def test_normalised_statuses(status: int | None, name: str, state: TrackingState) -> None:
    assert state_of(status, name) is state


def test_the_shipment_of_a_service_that_makes_its_return_too() -> None:
    back = made(id="1", returnShipment=True)
    asked = unifaun("book", booking(BOOKING), (201, [back, made()]), (404, {}))
    assert (asked.result.label_url, asked.result.label) == ("60441188", None)


@pytest.mark.parametrize("told", [[], [made(orderNo="another")], [made(id="")], {}])
def test_a_booking_that_cannot_be_told_is_not_known(told: Any) -> None:
    assert isinstance(unifaun("book", booking(BOOKING), (201, told)).error, Unknown)


def test_labels_come_as_they_were_made_and_without_the_waybill() -> None:
    found = [
        {"id": "1", "description": "Label", "type": "pdf"},
        {"id": "2", "description": "Waybill", "type": "pdf"},
    ]
    assert answers.prints(found, ZPL) == (["1"], "application/pdf")
    assert answers.prints([], ZPL)[0] == []


@pytest.mark.parametrize("told", [(200, []), (404, {"code": "NOT_FOUND", "message": "No shipment"})])
def test_a_label_after_its_hour(told: Any) -> None:
    asked = unifaun("fetch_label", booking({"label_url": "60441188"}), told)
    assert isinstance(asked.error, Rejected)
    assert "keeps documents for an hour" in asked.error.message


def test_the_history_is_read_to_its_end_and_not_beyond_all_bounds() -> None:
    nothing, ours = {"shipments": [], "totalPages": 3}, {"shipments": [made()], "totalPages": 3}
    asked = unifaun("find", booking({}), (200, nothing), (200, nothing), (200, ours))
    assert asked.result.consignment == "4450019982"
    assert len(asked.sent) == 3
    endless = unifaun("find", booking({}), (200, {"shipments": [], "totalPages": 999}))
    assert isinstance(endless.error, RetryLater)


def test_an_event_of_all_packages_is_one_of_the_shipment() -> None:
    own = {**EVENT, "uuid": "f"}
    packages = [{"number": "1", "events": [EVENT, own]}, {"number": "2", "events": [EVENT]}]
    told = portal.events({"events": None, "lines": [{"packages": packages}]}, "r1")
    assert {item.id: item.parcel for item in told} == {"e": "", "f": "1"}


def test_a_package_without_number_does_not_stand_for_the_others() -> None:
    packages = [{"events": [EVENT]}, {"events": []}]
    [told] = portal.events({"events": [], "lines": [{"packages": packages}]}, "r1")
    assert told.parcel not in {"", "r1"}


def test_what_is_missing_is_named() -> None:
    for properties, operation, name in (
        ({"AgentType": ""}, "pickup_points", "AgentType"),
        ({"CheckoutConnection": ""}, "options", "CheckoutConnection"),
    ):
        values = values_with(**properties)
        asked = unifaun(operation, query({}), (200, []), values=values, secrets=secrets_of(values))
        assert isinstance(asked.error, Misconfigured)
        assert name in asked.error.message


def values_with(**properties: str) -> Any:
    filled = fixture("unifaun")["connector"]
    columns = {**filled["columns"], "tenant_url": "", "oauth_resource": ""}
    return UnifaunSettings.compile(columns, {**filled["properties"], **properties})


def test_each_api_is_given_its_own_credentials_and_no_other_host_any() -> None:
    config = connector("unifaun", host="https://api.unifaun.com/rs-extapi/v1")
    token = Token(access=SecretValue("t-1"), obtained_at=datetime.now(UTC))

    def proof(path: str, auth: Any) -> str:
        request = Request(method="GET", path=path, auth=auth)
        return outgoing(config, Unifaun, request, token if auth else None).headers["Authorization"]

    assert proof("/meta/lists/partners", None).startswith("Basic ")
    assert proof(f"{PORTAL}/checkout", portal.LOGIN) == "Bearer t-1"
    with pytest.raises(Misconfigured, match="another host"):
        proof("https://elsewhere.example/checkout", portal.LOGIN)


def test_a_weightless_parcel_is_sent_as_it_is() -> None:
    body = portal.options_body(replace(query({}), parcels=(Parcel(reference="1", weight=0),)))
    assert (body["totalWeightKg"], body["packages"]) == (0, [{"weightKg": 0}])
