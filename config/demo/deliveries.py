"""One order for each carrier, its delivery chosen at checkout: booked, labelled, followed to the door, and sent back."""

from __future__ import annotations

from config.demo.charts import Status, Step
from config.demo.story import Delivery, Story

ORDER_TYPE = "Delivery"

#: What the carrier has to have said by the time the merchant asks for these statuses.
DELIVERED, RETURNED = "Delivered", "Returned"

CHART = (
    Status("New", ("Ship",), (Step("AuthorizePayment", stop_on_error=True),)),
    Status(
        "Ship",
        (DELIVERED,),
        (
            Step("ConfirmDeliveryChoice", stop_on_error=True),
            Step("CompleteShipment", stop_on_error=True),
            Step("RegisterTracking"),
            Step("PrintShippingLabel"),
            Step("CapturePayments", stop_on_error=True),
        ),
    ),
    Status(DELIVERED, (RETURNED,), (Step("UpdateShipmentStatus"),)),
    Status(RETURNED, ("Completed",), (Step("BookReturn", stop_on_error=True), Step("PrintShippingLabel"))),
    Status("Completed", (), ()),
)

_WAYS = (
    ("D-5001", "NOR", "759.00", Delivery("Pickup parcel", "bring", pushed=True)),
    ("D-5002", "SWE", "829.00", Delivery("Service point", "postnord")),
    ("D-5003", "DNK", "519.00", Delivery("Parcel shop", "gls")),
    ("D-5004", "NOR", "689.00", Delivery("nShift Delivery", "unifaun")),
    ("D-5005", "NOR", "919.00", Delivery("nShift Ship", "consignor")),
    ("D-5006", "NOR", "1049.00", Delivery("Delivery checkout", "bring", "pickup-point", pushed=True)),
)


def delivered_and_returned() -> list[Story]:
    return [_story(*way) for way in _WAYS]


def _story(number: str, market: str, amount: str, delivery: Delivery) -> Story:
    return Story(
        number=number,
        title=f"{delivery.option}, delivered and sent back",
        market=market,
        amount=amount,
        order_type=ORDER_TYPE,
        delivery=delivery,
        path=("Ship", DELIVERED, RETURNED, "Completed"),
    )
