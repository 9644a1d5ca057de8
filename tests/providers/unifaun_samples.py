"""What the published samples of nShift have to come to, those of its Delivery and of its portal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from connectors.access_token import read_oauth_token
from connectors.client.answer import HttpAnswer
from connectors.contracts.common import Address
from connectors.contracts.shipping import Booking, Parcel, TrackingState
from connectors.errors import Rejected, RetryLater
from connectors.providers.unifaun import Unifaun, answers, portal
from connectors.providers.unifaun.bodies import party
from connectors.providers.unifaun.settings import UnifaunSettings
from tests.contract.scenarios.shipping import booking, query

Samples = dict[str, Any]

LEFT_OUT = {
    "shipmentserver.book request (form fields actor,key,command=SubmitShipment,data,Options)": (
        "belongs to nShift Ship, see consignor_samples.py"
    )
}


def token(data: Any, samples: Samples) -> None:
    found = read_oauth_token(data, datetime.now(UTC))
    assert (found.access.reveal(), found.expires_at is None) == (data["access_token"], False)


def session(data: Any, samples: Samples) -> None:
    assert portal.session_of(data) == data["sessionId"]


def options(data: Any, samples: Samples) -> None:
    [sample], [option] = data["options"], portal.options(data, query({}))
    assert (option.product, option.carrier) == (
        sample["sourceSystemProductId"],
        sample["sourceSystemCarrierId"],
    )
    assert option.price is not None
    assert (option.price.amount, option.offer) == (sample["price"], sample["optionId"])
    [point] = option.pickup_points
    assert (point.id, point.address.postal_code) == (
        sample["pickupPoints"][0]["pickupPointId"],
        sample["pickupPoints"][0]["postalCode"],
    )


def no_options(data: Any, samples: Samples) -> None:
    assert portal.options(data, query({})) == []


def booked(data: Any, samples: Samples) -> None:
    ours = booking({"reference": data[0]["orderNo"], "parcels": (Parcel(reference="1", weight=500),)})
    item = answers.made(data, ours)
    found = answers.booked(item, ours, None, "")
    number = data[0]["parcels"][0]["parcelNo"]
    assert (found.consignment, found.label_url) == (data[0]["shipmentNo"] or number, data[0]["id"])
    assert [parcel.number for parcel in found.parcels] == [number]


def refused(data: Any, samples: Samples) -> None:
    """What is an error comes before what nShift's own pages would let one ignore."""
    failed = _failed(422, data)
    assert isinstance(failed, Rejected)
    assert failed.code == next(item["messageCode"] for item in data if item["type"] == "error")
    assert all(item["message"] in failed.message for item in data)


def limited(data: Any, samples: Samples) -> None:
    failed = _failed(429, data)
    assert isinstance(failed, RetryLater)
    assert failed.code == data["code"]


def documents(data: Any, samples: Samples) -> None:
    assert answers.prints(data, "application/pdf") == ([data[0]["id"]], "application/pdf")


def tracking(data: Any, samples: Samples) -> None:
    [event], [sample] = portal.events(data, "r1"), data["events"]
    assert (event.id, event.raw_state) == (sample["uuid"], str(sample["normalizedStatusId"]))
    assert event.state is TrackingState.IN_TRANSIT
    assert event.occurred_at == datetime.fromisoformat(sample["date"])


def search(data: Any, samples: Samples) -> None:
    assert portal.found(data, data[0]["orderNumber"]) == [data[0]["uuid"]]
    assert portal.found(data, "another") == []


def asked(data: Any, samples: Samples) -> None:
    """The parts of a shipment are where the sample has them; it is older than printConfig."""
    theirs = data["shipment"]
    [parcel] = theirs["parcels"]
    ours = Booking(
        reference="r 1",
        order_number=theirs["orderNo"],
        product=theirs["service"]["id"],
        sender=_address(theirs["sender"]),
        recipient=_address(theirs["receiver"]),
        parcels=(Parcel(reference="1", weight=2750, description=parcel["contents"]),),
        services=("ENOT",),
    )
    sent = _sent(ours)
    assert party(ours.sender).items() <= {**theirs["sender"], "mobile": theirs["sender"]["phone"]}.items()
    assert set(sent) - set(theirs) == {"test"}
    assert sent["service"] == theirs["service"]
    assert str(sent["parcels"][0]["weight"]) == parcel["weight"]
    assert set(sent["options"][0]) == set(theirs["options"][0])
    assert sent["options"][0]["to"] == theirs["options"][0]["to"]


def _sent(ours: Booking) -> dict[str, Any]:
    from connectors.providers.unifaun.bodies import shipment_body

    values = UnifaunSettings.compile({"merchant_id": "k", "bearer_token": "s"}, {})
    body: dict[str, Any] = shipment_body(ours, values, False)["shipment"]
    return body


def _address(theirs: dict[str, str]) -> Address:
    return Address(
        name=theirs["name"],
        line1=theirs["address1"],
        postal_code=theirs["zipcode"],
        city=theirs["city"],
        country=theirs["country"],
        email=theirs["email"],
        phone=theirs["phone"],
    )


def _failed(status: int, data: Any) -> Any:
    answer = HttpAnswer(status, {}, json.dumps(data).encode())
    return Unifaun(None, None).classify(answer, True)  # type: ignore[arg-type]


READERS = {
    "checkout.token response": token,
    "checkout.session response": session,
    "checkout.options response": options,
    "checkout.no_options response": no_options,
    "book response": booked,
    "book response 201": booked,
    "book.validation_error response 422": refused,
    "book response 422": refused,
    "labels.list response": documents,
    "tracking response": tracking,
    "tracking.search response": search,
    "error.rate_limited response 429": limited,
    "book request": asked,
}
