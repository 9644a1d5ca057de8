"""What GLS's published samples have to come to."""

from __future__ import annotations

from typing import Any

from connectors.contracts.common import Address
from connectors.contracts.shipping import Booking, Parcel, TrackingState
from connectors.errors import Misconfigured, Rejected, RetryLater
from connectors.providers.gls import Gls, bodies
from tests.contract.bench import connector
from tests.providers.bring_samples import fits
from tests.providers.gls_shapes import TOKEN, gls

Samples = dict[str, Any]

LEFT_OUT = {
    "tracking response 8": "in which parcel shop a parcel waits is not asked for: its status tells that it waits in one",
}


def failed(status: int, data: Any) -> Any:
    return gls("track", ("208471100123",), (status, data)).error


def tracked(data: dict[str, Any], *numbers: str) -> list[Any]:
    found: list[Any] = gls("track", numbers, (200, data)).result
    assert found == sorted(found, key=lambda event: event.occurred_at)
    return found


def token_expired(data: dict[str, Any], samples: Samples) -> None:
    """Another token is taken once; refused with that one too, an administrator has to look."""
    asked = gls("track", ("208471100123",), (401, data), (200, TOKEN), (401, data))
    error = asked.error
    assert (type(error), len(asked.sent)) == (Misconfigured, 4)
    assert error.code == data["fault"]["detail"]["errorcode"]
    assert data["fault"]["faultstring"] in error.message


def quota(data: dict[str, Any], samples: Samples) -> None:
    asked = gls("track", ("208471100123",), (429, data))
    assert type(asked.error) is RetryLater
    assert (asked.error.retry_after, asked.error.final, len(asked.sent)) == (3600, True, 2)


def in_transit(data: dict[str, Any], samples: Samples) -> None:
    [parcel] = data["parcels"]
    events = tracked(data, parcel["requested"])
    assert [event.raw_state for event in events] == ["INTIAL.PREADVICE", "INTIAL.NORMAL", "INTRANSIT"]
    assert events[0].state is TrackingState.PRE_TRANSIT
    assert {event.state for event in events[1:]} == {TrackingState.IN_TRANSIT}
    assert events[1].place == parcel["events"][0]["city"]
    assert events[2].occurred_at.isoformat() == "2024-10-11T15:24:57+02:00"


def one_of_two(data: dict[str, Any], samples: Samples) -> None:
    missing, known = data["parcels"]
    events = tracked(data, missing["requested"], known["requested"])
    assert {event.number for event in events} == {known["requested"]}
    assert {event.state for event in events} == {TrackingState.PRE_TRANSIT}


def several_parcels(data: dict[str, Any], samples: Samples) -> None:
    """A notification card, which nobody here asks by, leads to two parcels."""
    events = tracked(data, "747N6K")
    assert {event.number for event in events} == {"747N6K"}
    assert events[-1].state is TrackingState.IN_TRANSIT


def bad_request(data: dict[str, Any], samples: Samples) -> None:
    error = failed(400, data)
    assert type(error) is Rejected
    assert error.message == f"GLS answered: {data['detail']}"


def event_codes(data: dict[str, Any], samples: Samples) -> None:
    """Codes without a state of their own move nothing."""
    for item in data["eventsCodes"]:
        assert Gls.states.get(item["code"], TrackingState.UNKNOWN) in {
            TrackingState.EXCEPTION,
            TrackingState.UNKNOWN,
        }


def book_request(data: dict[str, Any], samples: Samples) -> None:
    sample = data["Shipment"]
    [unit], sent_to = sample["ShipmentUnit"], sample["Consignee"]["Address"]
    to = Address(
        company=sent_to["Name1"],
        name=sent_to["ContactPerson"],
        line1=f"{sent_to['Street']} {sent_to['StreetNumber']}",
        postal_code=sent_to["ZIPCode"],
        city=sent_to["City"],
        country=sent_to["CountryCode"],
    )
    parcel = Parcel(reference=unit["ShipmentUnitReference"][0], weight=round(unit["Weight"] * 1000))
    [reference] = sample["ShipmentReference"]
    ours = Booking(
        reference=reference, order_number="1", product="parcel", sender=to, recipient=to, parcels=(parcel,)
    )
    values = connector("gls", host="https://gls.invalid").values
    sent = bodies.shipment(ours, values)
    del sent["Shipment"]["Shipper"]["ContactID"]
    theirs = {
        **data,
        "Shipment": {
            **sample,
            "Consignee": {**sample["Consignee"], "Address": {**sent_to, "Name2": to.name}},
        },
    }
    fits(sent, theirs)


READERS = {
    "book request": book_request,
    "tracking response": token_expired,
    "tracking response 2": quota,
    "tracking response 3": in_transit,
    "tracking response 4": one_of_two,
    "tracking response 5": several_parcels,
    "tracking response 6": bad_request,
    "tracking response 7": bad_request,
    "tracking response 9": event_codes,
}
