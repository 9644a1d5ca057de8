"""CancelShipments: what was not booked is taken back, what was is cancelled by its carrier."""

from datetime import timedelta

import pytest

from tests import faultserver
from tests.ageing import calls_age
from tests.shipping.carrier import after
from tests.shipping.house import the_shipment

HOME = [{"shipping_option": "home"}]


def cancel(house, order) -> str:
    return house.ships(order, "OrderCanceled")


def test_a_draft_is_taken_back_and_never_booked(house):
    house.carrier()
    order = house.order(shipments=HOME)
    assert cancel(house, order) == "success: Shipment 1 (home) is cancelled"
    assert the_shipment(order).state == "cancelled"
    house.chart({"OrderCanceled": [], "Ship": ["CompleteShipment"]})
    assert house.ships(order) == "warning: Shipment 1 (home) is cancelled"
    assert house.depot.asked == {}


def test_a_booked_shipment_is_cancelled_by_its_carrier(house):
    house.carrier()
    order = house.order(shipments=HOME)
    house.ships(order)
    assert cancel(house, order) == "success: Shipment 1 (home) is cancelled"
    assert house.depot.cancelled == ["700001"]


def test_a_carrier_that_cannot_cancel_is_told_of(house):
    house.carrier("handcart", "Handcart")
    order = house.order(shipments=HOME)
    house.ships(order)
    assert cancel(house, order).startswith("warning: Shipment 1 (home): cancel 700001 at Handcart")
    assert the_shipment(order).state == "booked"


@pytest.mark.parametrize("made", [True, False])
@pytest.mark.parametrize("status", ["OrderCanceled", "Withdrawn"])
def test_where_nobody_knows_the_carrier_is_asked_first(house, made, status):
    """In a status that cancels, the engine finds out before; in another one, the step does."""
    house.chart({"New": [], "Ship": ["CompleteShipment"], status: ["CancelShipments"]})
    house.carrier()
    lost = faultserver.reset(effect=False)
    house.depot.faults = [after(lost) if made else lost]
    order = house.order(shipments=HOME)
    house.ships(order)
    calls_age(timedelta(minutes=2))
    told = house.ships(order, status)
    house.later(hours=2)
    house.pump()
    if made and status == "Withdrawn":
        assert told == "error: Shipment 1 (home) was booked as 700001; run CancelShipments again"
        assert the_shipment(order).state == "booked"
    else:
        assert told == "success: Shipment 1 (home) is cancelled"
        assert the_shipment(order).state == "cancelled"
    assert house.depot.asked["POST bookings"] == (2 if made and status == "OrderCanceled" else 1)
    assert len(house.depot.cancelled) == (made and status == "OrderCanceled")
    assert house.depot.doubles == []


def test_a_booking_that_the_carrier_may_still_be_at_is_not_taken_for_unbooked(house):
    house.chart({"New": [], "Ship": ["CompleteShipment"], "Withdrawn": ["CancelShipments"]})
    house.carrier()
    house.depot.faults = [faultserver.reset(effect=False)]
    order = house.order(shipments=HOME)
    house.ships(order)
    told = house.ships(order, "Withdrawn")
    assert told.startswith("error: Shipment 1 (home): Trolley does not know it yet")
    assert the_shipment(order).state == "booking"


@pytest.mark.parametrize("status", ["OrderCanceled", "Withdrawn"])
def test_a_booking_that_a_lagging_look_up_does_not_know_yet_is_not_taken_for_unbooked(house, status):
    house.chart({"New": [], "Ship": ["CompleteShipment"], status: ["CancelShipments"]})
    house.carrier("sledge", "Sledge")
    house.depot.faults, house.depot.lagging = [after(faultserver.reset(effect=False))], True
    order = house.order(shipments=HOME)
    house.ships(order)
    told = house.ships(order, status)
    assert told.startswith("error: Shipment 1 (home): Sledge does not know it yet")
    assert the_shipment(order).state == "booking"

    house.depot.lagging = False
    house.later(hours=2)
    house.pump()
    assert (the_shipment(order).state, the_shipment(order).consignment) == ("booked", "700001")
    assert house.depot.doubles == []
