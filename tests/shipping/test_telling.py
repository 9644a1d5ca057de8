"""ExportShipments: a receiver hears where each shipment stands, each standing once."""

import json

import pytest

from tests.factories.connectors import publish_connector
from tests.faultserver import FaultServer, answer, reset
from tests.shipping.house import the_shipment

HOME = [{"shipping_option": "home"}]
TELL = {"name": "ExportShipments", "connector": "Webhook"}


@pytest.fixture
def receiver(house, settings):
    with FaultServer(answer(200, {"id": "L-1"})) as server:
        settings.CROSSDOCK_EGRESS_ALLOW = [*settings.CROSSDOCK_EGRESS_ALLOW, f"127.0.0.1/32:{server.port}"]
        publish_connector(house.tenant, "webhook", host=server.url)
        house.chart(
            {"New": [], "Ship": ["CompleteShipment!"], "Told": [TELL], "OrderCanceled": ["CancelShipments"]}
        )
        yield server


def bodies(receiver):
    return [json.loads(request.body) for request in receiver.requests]


def test_each_standing_is_told_once(house, receiver):
    house.carrier()
    order = house.order(shipments=HOME)
    assert house.ships(order, "Told") == "warning: No shipment is booked yet; run CompleteShipment first"
    house.ships(order)
    assert house.ships(order, "Told") == "success: Webhook was told: 700001-1 booked"
    house.chart({"New": [], "Again": [TELL], "OrderCanceled": ["CancelShipments"]})
    assert house.ships(order, "Again") == "success: Nothing has changed since"
    house.ships(order, "OrderCanceled")
    house.chart({"New": [], "Last": [TELL]})
    assert house.ships(order, "Last") == "success: Webhook was told: 700001-1 cancelled"
    subject = the_shipment(order).subject
    assert [(body["type"], body["reference"]) for body in bodies(receiver)] == [
        ("shipment.export", f"{subject}:booked"),
        ("shipment.export", f"{subject}:cancelled"),
    ]
    assert bodies(receiver)[0]["Value"]["number"] == order.number
    assert bodies(receiver)[0]["Value"]["parcels"]


@pytest.mark.thorough
def test_a_lost_answer_is_told_again_under_the_same_id(house, receiver):
    house.carrier()
    order = house.order(shipments=HOME)
    house.ships(order)
    receiver.script = [reset(effect=True), answer(200, {"id": "L-1"})]
    assert house.ships(order, "Told") == "success: Webhook was told: 700001-1 booked"
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
