"""Steps that run once for each shipment, and ValidateTrackingNumber."""

import pytest

from shipping.models import Shipment
from tests import faultserver
from workflows import acts

TWO = [{"shipping_option": "home"}, {"shipping_option": "mailbox"}]
OPTIONS = [{"name": "home"}, {"name": "mailbox", "product": "3584"}]


def results(run):
    return [(step.name, step.shipment, step.state) for step in run.steps.order_by("position", "id")]


def moved(house, order, steps):
    house.chart({"New": [], "Ship": steps})
    run = house.move(order, "Ship")
    house.pump()
    run.refresh_from_db()
    return run


def test_each_shipment_has_a_result_of_its_own(house):
    """A list of shipment options looks at the shipment of the step, and a tag is put on once."""
    house.carrier(options=OPTIONS)
    order = house.order(shipments=TWO)
    home, mailbox = (item.reference for item in order.shipments.order_by("position"))
    book = {
        "name": "CompleteShipment",
        "per_shipment": True,
        "stop_on_error": True,
        "disabled_for_shipment_options": ["HOME"],
    }
    run = moved(house, order, [book, {"name": "AddTag", "properties": {"Tag": "sent"}}])
    assert results(run) == [
        ("CompleteShipment", home, "skipped"),
        ("CompleteShipment", mailbox, "success"),
        ("AddTag", "", "success"),
    ]
    assert [item.is_booked for item in order.shipments.order_by("position")] == [False, True]
    assert run.steps.get(shipment=home).message == "Disabled for shipment option home"
    assert len(house.depot.bookings) == 1


@pytest.mark.parametrize(("bad", "before"), [(0, ["error", "skipped"]), (1, ["success", "error"])])
def test_what_is_taken_up_goes_on_with_each_shipment_for_itself(house, bad, before):
    house.carrier(options=OPTIONS)
    order = house.order(shipments=TWO)
    shipments = list(order.shipments.order_by("position"))
    Shipment.objects.exclude(pk=shipments[bad].pk).update(tracking_number="700001")
    run = moved(house, order, [{"name": "ValidateTrackingNumber", "per_shipment": True}])
    assert [state for *_, state in results(run)] == before
    Shipment.objects.update(tracking_number="700002")
    again = acts.resume(run, acts.Asked(actor="Kari")).run
    house.pump()
    was, now = (list(found.steps.order_by("position", "id")) for found in (run, again))
    assert [(step.shipment, step.state) for step in now] == [
        (item.reference, "success") for item in shipments
    ]
    assert [step.act_id for step in now] == [step.pk for step in was]
    assert [step.attempts for step in now] == [1 - bad, 1]
    assert not order.errors.filter(status="Active").exists()


def test_a_step_that_was_taken_up_is_tried_again_for_its_own_shipment(house):
    """In the background, after its run has ended."""
    house.carrier(options=OPTIONS)
    order = house.order(shipments=TWO)
    house.depot.faults = [faultserver.answer(400)] * 2
    run = moved(house, order, [{"name": "CompleteShipment", "per_shipment": True}])
    house.depot.faults = [faultserver.answer(429)] * 3
    again = acts.resume(run, acts.Asked(actor="Kari")).run
    house.pump()
    assert [state for *_, state in results(again)] == ["error", "success"]
    house.later(hours=1)
    house.pump()
    assert [state for *_, state in results(again)] == ["success", "success"]
    assert sorted(house.depot.booked.values()) == [1, 1]


def test_an_order_without_shipments_skips_the_step(house):
    house.carrier()
    run = moved(house, house.order(), [{"name": "UpdateShipmentStatus", "per_shipment": True}])
    step = run.steps.get()
    assert (step.state, step.message) == ("skipped", "The order has no shipment")


@pytest.mark.parametrize(
    ("number", "pattern", "state", "message"),
    [
        ("", "", "error", "has no tracking number; run CompleteShipment first"),
        ("70000", "[0-9]{6}", "error", "the tracking number 70000 does not fit [0-9]{6}"),
        ("700001", "[0-9]{6}", "success", "Shipment 1 (home): 700001"),
        ("700001", "", "success", "Shipment 1 (home): 700001"),
    ],
)
def test_tracking_numbers(house, number, pattern, state, message):
    house.carrier()
    order = house.order(shipments=TWO[:1])
    Shipment.objects.update(tracking_number=number)
    check = {"name": "ValidateTrackingNumber", "properties": {"Pattern": pattern} if pattern else {}}
    run = moved(house, order, [check, {"name": "AddTag", "properties": {"Tag": "sent"}}])
    first, second = run.steps.order_by("position")
    assert (first.state, message in first.message) == (state, True)
    assert second.state == ("skipped" if state == "error" else "success")
