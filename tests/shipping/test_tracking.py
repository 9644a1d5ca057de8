"""Where shipments are: from what the carrier tells, whenever and however often it tells it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from connectors.contracts.shipping import TrackingEvent as Told
from connectors.contracts.shipping import TrackingState
from shipping import tracking
from shipping.models import Shipment, TrackingEvent
from tests.factories.shipping import ShipmentFactory
from tests.shipping.house import the_shipment

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOME = [{"shipping_option": "home"}]


def told(state: TrackingState, hour: int, parcel: str = "", id: str = "") -> Told:
    return Told(
        id=id or f"{state}-{hour}-{parcel}",
        parcel=parcel,
        state=state,
        raw_state=f"raw {state}",
        occurred_at=NOON + timedelta(hours=hour),
    )


def hear(shipment: Shipment, *events: Told) -> Shipment:
    tracking.record(shipment, events)
    return Shipment.objects.get(pk=shipment.pk)


S = TrackingState
JOURNEY = [told(S.PRE_TRANSIT, 0), told(S.IN_TRANSIT, 1), told(S.EXCEPTION, 2), told(S.OUT_FOR_DELIVERY, 3)]


def standing(events: list[Told], *numbers: str) -> str:
    """Of a consignment C with these parcels; events in their order of time, as the shipment's rows are."""
    rows = [TrackingEvent(state=event.state, parcel=event.parcel) for event in events]
    return tracking.standing(rows, numbers, "C")


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 3, 0, 1), (3, 0, 2, 1)])
def test_the_order_in_which_news_come_does_not_matter(tenant, order):
    shipment = ShipmentFactory(tenant=tenant, state="booked", consignment="C", parcels=["1"])
    for index in order:
        shipment = hear(shipment, JOURNEY[index])
    assert shipment.tracking_state == "out_for_delivery"
    assert shipment.raw_tracking_state == "raw out_for_delivery"


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([told(S.UNKNOWN, 1)], ""),
        ([told(S.IN_TRANSIT, 1), told(S.UNKNOWN, 2)], "in_transit"),
        ([told(S.DELIVERED, 1), told(S.IN_TRANSIT, 2)], "delivered"),
        ([told(S.DELIVERED, 1), told(S.EXCEPTION, 2)], "delivered"),
        ([told(S.DELIVERED, 1), told(S.RETURNED, 2)], "returned"),
        ([told(S.OUT_FOR_DELIVERY, 1), told(S.EXCEPTION, 2)], "exception"),
        ([told(S.OUT_FOR_DELIVERY, 1), told(S.EXCEPTION, 2), told(S.IN_TRANSIT, 3)], "out_for_delivery"),
        ([told(S.READY_FOR_PICKUP, 1), told(S.PRE_TRANSIT, 2)], "ready_for_pickup"),
    ],
)
def test_a_parcel_moves_forward_only(events, state):
    assert standing(events, "1") == standing(events) == state


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([told(S.DELIVERED, 1, "1")], "pre_transit"),
        ([told(S.DELIVERED, 1, "1"), told(S.IN_TRANSIT, 1, "2")], "in_transit"),
        ([told(S.DELIVERED, 1, "1"), told(S.DELIVERED, 1, "2")], "delivered"),
        ([told(S.DELIVERED, 1, "C")], "delivered"),
        ([told(S.DELIVERED, 1, "1"), told(S.EXCEPTION, 1, "2")], "exception"),
        ([told(S.DELIVERED, 1, "someone else's")], "pre_transit"),
    ],
)
def test_a_shipment_is_where_its_last_parcel_is(events, state):
    assert standing(events, "1", "2") == state


def test_a_consignment_that_is_a_parcel_s_number_is_that_parcel():
    assert standing([told(S.DELIVERED, 1, "C"), told(S.IN_TRANSIT, 2, "D")], "C", "D") == "in_transit"
    assert standing([told(S.DELIVERED, 1, "C")], "C") == "delivered"


def test_an_unknown_word_moves_nothing_and_is_kept(tenant):
    shipment = ShipmentFactory(tenant=tenant, state="booked", consignment="C", parcels=["1"])
    shipment = hear(shipment, told(S.IN_TRANSIT, 1), told(S.UNKNOWN, 2))
    assert (shipment.tracking_state, shipment.raw_tracking_state) == ("in_transit", "raw unknown")


def test_an_event_counts_once(tenant):
    shipment = ShipmentFactory(tenant=tenant, state="booked", consignment="C", parcels=["1"])
    event = told(S.IN_TRANSIT, 1, id="e1")
    assert tracking.record(shipment, [event, event]) == 1
    assert tracking.record(shipment, [event]) == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        TrackingEvent.objects.create(
            shipment=shipment, event_id="e1", state="delivered", raw_state="x", occurred_at=NOON
        )


class TestStep:
    def test_it_reads_until_the_parcel_has_arrived(self, house):
        house.carrier()
        order = house.order(shipments=HOME)
        house.ships(order)
        assert house.ships(order, "Sent") == "success: Shipment 1 (home): nothing is known of it yet"

        house.depot.events = [{"id": "1", "state": "moving", "at": "2026-11-20T10:00:00+00:00"}]
        assert self.again(house, order) == "success: Shipment 1 (home): In transit"
        house.depot.events += [{"id": "2", "state": "teleported", "at": "2026-11-20T11:00:00+00:00"}]
        assert self.again(house, order) == "success: Shipment 1 (home): In transit"
        house.depot.events += [{"id": "3", "state": "there", "at": "2026-11-20T12:00:00+00:00"}]
        assert self.again(house, order) == "success: Shipment 1 (home): Delivered"
        asked = house.depot.asked["GET track"]
        assert self.again(house, order) == "success: Shipment 1 (home): Delivered"
        assert house.depot.asked["GET track"] == asked
        shown = [(row.raw_state, row.state) for row in the_shipment(order).tracking.all()]
        assert shown == [("moving", "in_transit"), ("teleported", "unknown"), ("there", "delivered")]

    def test_what_cannot_be_asked_is_said(self, house):
        house.carrier("handcart", "Handcart")
        order = house.order(shipments=HOME)
        assert "is not booked yet" in house.ships(order, "Sent")
        house.ships(order, "Ship")
        assert self.again(house, order) == "warning: Shipment 1 (home): Handcart does not offer tracking"

    def again(self, house, order) -> str:
        house.move(order, "New")
        return house.ships(order, "Sent")
