"""PostNord: where parcels are, and whose a shipment is that our reference leads to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.contracts.shipping import TrackingState
from connectors.errors import RetryLater, Unknown
from tests.contract.scenarios.shipping import booking
from tests.providers.asking import Asked
from tests.providers.postnord_shapes import confirmed, postnord, recorded


def scan(status: str | None, **changes: Any) -> dict[str, Any]:
    event = recorded("track")["TrackingInformationResponse"]["shipments"][0]["items"][0]["events"][1]
    return {**event, "status": status, **changes}


def tracked(*events: Any, service: str = "19", **item: Any) -> list[Any]:
    shipment = recorded("booking found")["TrackingInformationResponse"]["shipments"][0]
    told = {
        **shipment,
        "service": {"code": service},
        "items": [{"itemId": "1", "events": list(events), **item}],
    }
    answer = (200, {"TrackingInformationResponse": {"shipments": [told]}})
    return list(postnord("track", ("1",), answer).result)


@pytest.mark.parametrize(
    ("service", "place", "state"),
    [
        ("19", "SERVICE_POINT", TrackingState.READY_FOR_PICKUP),
        ("19", "HUB", TrackingState.READY_FOR_PICKUP),
        ("17", "HUB", TrackingState.OUT_FOR_DELIVERY),
        ("17", "SERVICE_POINT", TrackingState.READY_FOR_PICKUP),
    ],
)
def test_what_is_available_is_on_its_way_to_the_door_or_waits(
    service: str, place: str, state: TrackingState
) -> None:
    event = scan("AVAILABLE_FOR_DELIVERY", location={"locationType": place})
    assert [found.state for found in tracked(event, service=service)] == [state]


def test_an_item_may_know_more_than_its_scans() -> None:
    quiet = scan(None, eventCode="77", eventTime="2026-11-23T07:12:40")
    first, last = tracked(quiet, status="DELIVERED", deliveryDate="2026-11-24T16:40:05+01:00")
    assert (first.raw_state, first.state) == ("77", TrackingState.UNKNOWN)
    assert first.occurred_at.astimezone(UTC) == datetime(2026, 11, 23, 6, 12, 40, tzinfo=UTC)
    assert (last.state, last.occurred_at.hour) == (TrackingState.DELIVERED, 16)
    assert tracked(status="OTHER") == []
    assert [event.state for event in tracked(scan("EN_ROUTE"), status="EN_ROUTE")] == [
        TrackingState.IN_TRANSIT
    ]


def test_faults_of_tracking_are_not_taken_for_nothing() -> None:
    faults = {"compositeFault": {"faults": [{"faultCode": "X", "explanationText": "Busy"}]}, "shipments": []}
    for operation, request in (("track", ("1",)), ("find", booking({}))):
        asked = postnord(operation, request, (200, {"TrackingInformationResponse": faults}))
        assert (type(asked.error), asked.error.message) == (RetryLater, "PostNord answered: Busy (X)")


def found_as(*shipments: Any) -> Asked:
    return postnord(
        "find", booking({}), (200, {"TrackingInformationResponse": {"shipments": list(shipments)}})
    )


def test_only_what_is_surely_ours_is_found() -> None:
    own = recorded("booking found")["TrackingInformationResponse"]["shipments"][0]
    nowhere = {**own, "consignee": None}
    elsewhere = {**own, "consignee": {"address": {"postCode": "99 999"}}}
    nameless = {**own, "shipmentReferences": []}
    assert found_as(nowhere).result.consignment == own["shipmentId"]
    assert found_as(nameless).result.consignment == own["shipmentId"]
    for unclear in ([elsewhere], [{**nowhere, "shipmentReferences": []}], [own, own]):
        assert type(found_as(*unclear).error) is Unknown


def test_a_lost_test_booking_may_be_made_again_at_once() -> None:
    lost: tuple[int, Any] = (200, {"TrackingInformationResponse": {"shipments": []}})
    again = postnord("book", booking({}), lost, confirmed(), uncertain=True)
    assert [method for method, _ in again.sent] == ["GET", "POST"]
    assert again.result.consignment
