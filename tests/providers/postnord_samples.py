"""What the samples of PostNord's answers have to come to; most were made by other people who call it."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from connectors.calls import Ending
from connectors.contracts.common import Address
from connectors.contracts.shipping import Parcel, PickupPoint, ShippingQuery, TrackingState
from connectors.providers.postnord.bodies import instruction
from connectors.providers.postnord.checkout import wishes
from tests.contract.scenarios.shipping import booking, query
from tests.providers.asking import ask

Samples = dict[str, Any]

LEFT_OUT: dict[str, str] = {}


def result_of(operation: str, request: Any, answer: Any) -> Any:
    asked = ask("postnord", operation, request, (200, answer))
    assert asked.outcome.ending is Ending.SUCCEEDED, asked.outcome.message
    return asked.result


def service_points(data: dict[str, Any], samples: Samples) -> PickupPoint:
    [sample] = data["servicePointInformationResponse"]["servicePoints"]
    [point] = result_of("pickup_points", query({"language": "en"}), data)
    where, [spot] = sample["visitingAddress"], sample["coordinates"]
    assert (point.id, point.name) == (sample["servicePointId"], sample["name"])
    assert point.address.line1 == f"{where['streetName']} {where['streetNumber']}"
    assert (point.address.postal_code, point.address.country) == (where["postalCode"], where["countryCode"])
    assert (point.latitude, point.longitude) == (spot["northing"], spot["easting"])
    assert point.distance == sample.get("routeDistance")
    return point


def with_hours(data: dict[str, Any], samples: Samples) -> None:
    assert service_points(data, samples).opening_hours == "Mon-Fri 06:00-23:00, Sat 07:00-22:00"


def without_hours(data: dict[str, Any], samples: Samples) -> None:
    assert service_points(data, samples).opening_hours == ""


def book(data: dict[str, Any], samples: Samples) -> None:
    """What other people book with, we would have sent too."""
    order, place = data["order"], data["pickupAddress"]["visitingAddress"]
    point = PickupPoint(
        id=data["pickupAddress"]["servicePointId"],
        name=data["pickupAddress"]["name"],
        address=Address(
            line1=f"{place['streetName']} {place['streetNumber']}",
            postal_code=place["postalCode"],
            city=place["city"],
            country=place["countryCode"],
        ),
    )
    ours = booking(
        {
            "product": order["basicServiceCode"],
            "services": tuple(order["additionalServiceCode"]),
            "reference": order["reference"],
            "parcels": tuple(
                Parcel(reference=item["id"], weight=round(item["grossWeight"] * 1000))
                for item in order["items"]
            ),
        }
    )
    values = SimpleNamespace(
        application_id=None, customer_name="", customer_number="2400187731", country="FI"
    )
    [sent] = instruction(ours, values, is_test=True, now=datetime.now(UTC), point=point)["shipment"]
    party = sent["parties"]["deliveryParty"]
    [item] = sent["goodsItem"][0]["items"]
    assert sent["service"] == {name: order[name] for name in ("basicServiceCode", "additionalServiceCode")}
    assert sent["shipmentIdentification"]["shipmentId"] == order["id"] == item["itemIdentification"]["itemId"]
    assert float(sent["totalGrossWeight"]["value"]) == order["totalGrossWeight"]
    assert float(item["grossWeight"]["value"]) == order["items"][0]["grossWeight"]
    assert sent["numberOfPackages"]["value"] == order["numberOfPackages"]
    assert sent["references"][0]["referenceNo"] == order["reference"]
    assert party["partyIdentification"]["partyId"] == data["pickupAddress"]["servicePointId"]
    assert party["party"]["address"]["streets"] == [f"{place['streetName']} {place['streetNumber']}"]


def tracking(data: dict[str, Any], samples: Samples) -> None:
    """It lacks what is marked as required: the item is then the shipment."""
    [shipment] = data["TrackingInformationResponse"]["shipments"]
    [sample] = shipment["items"][0]["events"]
    [event] = result_of("track", (shipment["shipmentId"],), data)
    assert (event.state, event.raw_state) == (TrackingState.IN_TRANSIT, sample["status"])
    assert (event.parcel, event.number) == (shipment["shipmentId"], shipment["shipmentId"])
    assert (event.place, event.description) == (sample["location"]["displayName"], sample["eventDescription"])
    assert event.occurred_at == datetime.fromisoformat(sample["eventTime"])
    assert event.expected == datetime.fromisoformat(shipment["estimatedTimeOfArrival"])


def not_found(data: dict[str, Any], samples: Samples) -> None:
    assert result_of("track", ("1",), data) == []
    assert result_of("find", booking({}), data) is None


def delivery_options(data: dict[str, Any], samples: Samples) -> None:
    [warehouse], recipient = data["warehouses"], data["recipient"]["address"]
    place = warehouse["address"]
    sender = Address(
        line1=place["street"],
        postal_code=place["postCode"],
        city=place["city"],
        country=place["countryCode"],
    )
    to = Address(postal_code=recipient["postCode"], country=recipient["countryCode"])
    asked = ShippingQuery(sender=sender, recipient=to, parcels=(), products=("19",))
    now = datetime.fromisoformat(warehouse["orderHandling"]["timeOfLatestOrder"])
    sent = wishes(asked, data["customer"]["customerKey"], now)
    [ours] = sent["warehouses"]
    assert {**sent, "warehouses": [{**ours, "id": warehouse["id"]}]} == data


READERS = {
    "service_points response": with_hours,
    "service_points response 2": without_hours,
    "book input of a plugin test": book,
    "tracking response": tracking,
    "tracking.not_found response": not_found,
    "delivery_options request": delivery_options,
}
