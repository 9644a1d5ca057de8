"""CompleteShipment: each shipment is booked once, whatever happens on the way."""

import pytest

from connectors.models import Effect
from shipping.models import Shipment
from tests import faultserver
from tests.shipping.carrier import after
from tests.shipping.house import the_shipment

HOME = [{"shipping_option": "home"}]


def test_a_shipment_is_booked_with_what_the_carrier_gave(house):
    house.carrier(properties={"Sender": {"name": "unused"}, "Alert": "sms"})
    packages = [{"weight": 1500, "length": 400, "width": 300, "height": 200}, {"weight": 200}]
    order = house.order(shipments=[{**HOME[0], "packages": packages, "pickup_point": "P-7"}])
    told = house.ships(order)
    shipment = the_shipment(order)
    assert told == "success: Shipment 1 (home) is booked with Trolley as 700001"
    assert (shipment.state, shipment.consignment, shipment.tracking_number) == ("booked", "700001", "700001")
    assert shipment.tracking_url == "https://track.example/700001"
    assert [package.number for package in shipment.packages.order_by("position")] == ["700001-1", "700001-2"]
    asked = house.depot.bookings[shipment.reference]["asked"]
    assert (asked["from"], asked["to"], asked["point"]) == ("Oslo", "Oslo", "P-7")
    assert [parcel["weight"] for parcel in asked["parcels"]] == [1500, 200]
    assert asked["extra"] == {"Alert": "sms"}


def test_a_single_parcel_is_tracked_by_its_own_number(house):
    house.carrier()
    order = house.order(shipments=HOME)
    house.ships(order)
    assert the_shipment(order).tracking_number == "700001-1"


def test_several_shipments_are_booked_in_their_order_and_a_second_run_books_none(house):
    house.carrier(options=[{"name": "home"}, {"name": "mailbox", "product": "3584"}])
    order = house.order(shipments=[{"shipping_option": "mailbox"}, *HOME])
    house.ships(order)
    house.move(order, "New")
    told = house.ships(order)
    assert told == (
        "success: Shipment 1 (mailbox) was booked before as 700001; Shipment 2 (home) was booked before as 700002"
    )
    products = [booking["asked"]["product"] for booking in house.depot.bookings.values()]
    assert products == ["3584", "5600"]
    assert house.depot.doubles == []


@pytest.mark.parametrize(
    "lost",
    [faultserver.hang(effect=False), faultserver.reset(effect=False), faultserver.answer(500)],
    ids=["timeout", "reset", "500"],
)
def test_an_answer_that_is_lost_after_the_booking_ends_in_exactly_one(house, lost):
    house.carrier()
    house.depot.faults = [after(lost)]
    order = house.order(shipments=HOME)
    run = house.move(order, "Ship")
    house.pump()
    waiting = the_shipment(order)
    assert house.steps(run) == {"CompleteShipment": "waiting"}
    assert (waiting.state, bool(waiting.reason)) == ("booking", True)

    house.later(minutes=10)
    house.pump()
    booked = the_shipment(order)
    assert house.steps(run) == {"CompleteShipment": "success"}
    assert (booked.state, booked.consignment, booked.reason) == ("booked", "700001", "")
    assert [package.number for package in booked.packages.all()] == ["700001-1"]
    assert house.depot.booked == {booked.reference: 1}
    assert house.depot.asked["POST bookings"] == 1
    assert house.active_errors(order) == []


def test_an_answer_that_is_lost_before_the_booking_is_asked_for_and_then_booked(house):
    house.carrier()
    house.depot.faults = [faultserver.reset(effect=False)]
    order = house.order(shipments=HOME)
    run = house.move(order, "Ship")
    house.pump()
    assert house.steps(run) == {"CompleteShipment": "waiting"}
    house.later(minutes=10)
    house.pump()
    assert house.steps(run) == {"CompleteShipment": "success"}
    assert house.depot.booked == {the_shipment(order).reference: 1}
    assert house.depot.asked["POST bookings"] == 2


def test_another_run_finds_what_the_first_one_booked(house):
    """The answer is lost, and somebody starts the step again before the first one is tried again."""
    house.chart({"New": [], "Ship": ["CompleteShipment"], "Again": ["CompleteShipment"]})
    house.carrier()
    house.depot.faults = [after(faultserver.reset(effect=False))]
    order = house.order(shipments=HOME)
    assert house.ships(order).startswith("error:")
    assert house.ships(order, "Again").startswith("success:")
    house.later(minutes=10)
    house.pump()
    assert house.depot.booked == {the_shipment(order).reference: 1}
    assert house.active_errors(order) == []


def test_without_key_and_look_up_there_is_one_try_and_then_a_person_decides(house):
    house.carrier("handcart", "Handcart")
    house.depot.faults = [after(faultserver.reset(effect=False))]
    order = house.order(shipments=HOME)
    house.ships(order)
    house.later(minutes=10)
    house.pump()
    house.later(hours=20)
    house.pump()
    shipment = the_shipment(order)
    assert house.depot.booked == {shipment.reference: 1}
    assert shipment.state == "booking"
    assert "cannot be asked" in shipment.reason
    assert Effect.objects.get(operation="book").needs_person


def test_a_refusal_is_told_and_leaves_a_draft_that_a_new_run_may_book(house):
    house.carrier()
    house.depot.faults = [faultserver.answer(422)]
    order = house.order(shipments=HOME)
    assert house.ships(order) == "error: Shipment 1 (home): Trolley answered with HTTP status 422"
    assert (the_shipment(order).state, the_shipment(order).reason) == (
        "draft",
        "Trolley answered with HTTP status 422",
    )
    assert house.active_errors(order)
    house.move(order, "New")
    assert house.ships(order).startswith("success:")


def test_one_shipment_that_fails_does_not_keep_the_others(house):
    house.carrier()
    house.depot.faults = [faultserver.answer(422)]
    order = house.order(shipments=HOME * 2)
    told = house.ships(order)
    assert told.startswith(
        "error: Shipment 1 (home): Trolley answered with HTTP status 422; Shipment 2 (home) is b"
    )
    assert [row.state for row in Shipment.objects.order_by("position")] == ["draft", "booked"]


def test_a_booking_that_was_confirmed_and_not_kept_is_found_and_not_made_again(house):
    house.carrier()
    order = house.order(shipments=HOME)
    house.ships(order)
    _forget(order)
    house.move(order, "New")
    assert house.ships(order).endswith("is booked with Trolley as 700001")
    assert house.depot.booked == {the_shipment(order).reference: 1}


def test_a_carrier_without_look_up_is_believed_its_own_confirmation(house):
    house.carrier("handcart", "Handcart")
    order = house.order(shipments=HOME)
    house.ships(order)
    _forget(order)
    house.move(order, "New")
    assert house.ships(order) == "success: Shipment 1 (home) was booked before as 700001"
    assert house.depot.booked == {the_shipment(order).reference: 1}


def _forget(order) -> None:
    """As if the answer had come and could not be written down."""
    Shipment.objects.filter(order=order).update(state="booking", consignment="")


class TestAddresses:
    def test_the_sender_of_the_provider_stands_in_for_a_store_without_address(self, house):
        house.carrier(
            properties={"Sender": {"Name": "Shop AS", "Line1": "Kaia 1", "City": "Bergen", "Country": "NO"}}
        )
        house.warehouse.properties = {}
        house.warehouse.save()
        order = house.order(shipments=HOME)
        assert house.ships(order).startswith("success:")
        assert house.depot.bookings[the_shipment(order).reference]["asked"]["from"] == "Bergen"

    def test_a_sender_without_address_is_refused_with_its_cure(self, house):
        house.carrier()
        house.warehouse.properties = {"line1": "Lagerveien 7"}
        house.warehouse.save()
        order = house.order(shipments=HOME)
        cure = (
            "the sender's address has no city; enter it in the properties of store OSL,"
            " or in the Properties of shipping provider Trolley, group Sender"
        )
        assert house.ships(order) == f"error: Shipment 1 (home): {cure}"
        assert (the_shipment(order).state, the_shipment(order).reason) == ("draft", cure)
        assert house.depot.asked == {}

    def test_an_order_without_address_is_refused(self, house):
        house.carrier()
        order = house.order(shipments=HOME, billing=None)
        assert "the order's shipping address has no name, line1, city, country" in house.ships(order)


class TestDefaultOption:
    def test_an_order_without_shipments_gets_the_default_of_its_market(self, house):
        house.carrier(options=[{"name": "home"}, {"name": "mailbox", "is_default": True, "weight": 350}])
        order = house.order()
        assert house.ships(order) == "success: Shipment 1 (mailbox) is booked with Trolley as 700001"
        shipment = the_shipment(order)
        assert (shipment.option_name, shipment.store) == ("mailbox", house.warehouse)
        assert [package.weight for package in shipment.packages.all()] == [350]

    def test_without_a_default_it_is_told_what_to_do(self, house):
        house.carrier()
        order = house.order()
        assert house.ships(order) == (
            "warning: The order has no shipment, and market NOR has no default option:"
            " tick Is Default at one and publish, or send shipments with the order"
        )
        assert not Shipment.objects.exists()
