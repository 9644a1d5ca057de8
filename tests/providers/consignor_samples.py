"""What the published samples of nShift have to come to, as far as they are of nShift Ship."""

from __future__ import annotations

from typing import Any

from connectors.contracts.common import Address
from connectors.contracts.shipping import Booking, Parcel
from connectors.providers.consignor.bodies import shipment_data

Samples = dict[str, Any]

_DELIVERY = "belongs to nShift Delivery or the nShift portal, see unifaun_samples.py"
LEFT_OUT = dict.fromkeys(
    (
        "checkout.token response",
        "checkout.session response",
        "checkout.options response",
        "checkout.no_options response",
        "book request",
        "book response",
        "book response 201",
        "book response 422",
        "book.validation_error response 422",
        "labels.list response",
        "tracking response",
        "tracking.search response",
        "error.rate_limited response 429",
    ),
    _DELIVERY,
)


def booked(data: Any, samples: Samples) -> None:
    """All that the sample has is where it has it."""
    theirs, labels = data["data"], data["Options"]
    [line] = theirs["Lines"]
    sender, receiver = (_address(theirs, kind) for kind in (2, 1))
    sent = shipment_data(
        Booking(
            reference="r1",
            order_number="1",
            product=str(theirs["ProdConceptID"]),
            sender=sender,
            recipient=receiver,
            parcels=(Parcel(reference="1", weight=line["PkgWeight"]),),
        ),
        str(theirs["ActorCSID"]),
    )
    assert {**sent, **theirs} == sent
    assert set(labels) == {"Labels"}


def _address(theirs: Any, kind: int) -> Address:
    [found] = [item for item in theirs["Addresses"] if item["Kind"] == kind]
    return Address(
        name=found["Name1"],
        line1=found["Street1"],
        postal_code=found["PostCode"],
        city=found["City"],
        country=found["CountryCode"],
    )


READERS = {
    "shipmentserver.book request (form fields actor,key,command=SubmitShipment,data,Options)": booked,
}
