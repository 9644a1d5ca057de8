"""The way back, the print queue, tracking within the quota, pushed tracking, and an honest no."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from connectors.contracts.labels import join
from connectors.contracts.shipping import ZPL
from connectors.contracts.shipping import Label as Made
from connectors.errors import Rejected
from connectors.runtime import runtime
from shipping import labels, polling, printing
from shipping.models import PrintJob, Shipment
from tests.api.conftest import Api
from tests.shipping.carrier import PDF
from tests.shipping.house import the_shipment
from tests.shipping.test_tracking import S, told

BACK = {"name": "home", "return_product": "9300"}


@pytest.fixture
def sent(house):
    """An order whose shipment of two parcels is booked."""
    house.carrier("caravan", "Caravan", options=[BACK])
    parcels = [{"weight": 900}, {"weight": 50}]
    to = {"name": "Kari", "line1": "Torget 1", "postal_code": "5014", "city": "Bergen", "country": "NO"}
    order = house.order(shipping=to, shipments=[{"shipping_option": "home", "packages": parcels}])
    house.ships(order)
    return order


def test_a_return_goes_the_other_way_round_once(house, sent):
    assert house.ships(sent, "Returned").startswith("success: Return 2 (home) is booked")
    back, out = Shipment.objects.get(is_return=True), Shipment.objects.get(is_return=False)
    assert (back.return_of, back.product, back.connector, back.state) == (
        out,
        "9300",
        out.connector,
        "booked",
    )
    asked = house.depot.bookings[back.reference]["asked"]
    assert (asked["from"], asked["to"]) == ("Bergen", "Oslo")
    assert [parcel["weight"] for parcel in asked["parcels"]] == [900, 50]
    house.ships(sent, "Packed")
    assert house.ships(sent, "Returned").startswith("success: Return 2 (home) was booked before")
    assert house.depot.doubles == []


def test_a_shipment_without_way_back_says_where_to_enter_one(house):
    house.carrier()
    order = house.order(shipments=[{"shipping_option": "home"}])
    house.ships(order)
    assert "enter the Return Product of option home" in house.ships(order, "Returned")


def test_a_carrier_that_does_not_cancel_is_believed_and_the_label_not_printed(house, sent):
    labels.keep(the_shipment(sent), Made(content=PDF), "t")
    printing.enqueue(the_shipment(sent), "t")
    told = house.ships(sent, "OrderCanceled")
    assert told.startswith("warning: ")
    assert "cannot be cancelled at Caravan: it has left the depot" in told
    assert (the_shipment(sent).state, PrintJob.objects.get().state) == ("booked", "failed")


def test_too_many_parcels_are_told_before_anybody_is_called(house):
    house.carrier("caravan", "Caravan")
    parcels = [{"weight": 1}] * 4
    order = house.order(shipments=[{"shipping_option": "home", "packages": parcels}])
    assert "takes at most 3 parcels" in house.ships(order)
    assert not house.depot.booked


def test_tracking_is_asked_in_batches_and_not_beyond_the_day(house, sent):
    shipment = the_shipment(sent)
    other = house.order("S-2", shipments=[{"shipping_option": "home"}])
    house.ships(other)
    connector = runtime(house.tenant.pk).connectors[shipment.connector_id]
    now = timezone.now()
    batch = polling.next_batch(connector, now)
    numbers = list(batch.numbers)
    assert len(numbers) == 3
    assert polling.next_batch(connector, now) is None
    kept = polling.record(batch.shipments, [replace(told(S.DELIVERED, 1), parcel="", number=numbers[2])])
    assert kept == {"news": 1, "moved": 1, "arrived": 1}
    assert Shipment.objects.get(order=other).tracking_state == "delivered"
    later = now + timedelta(hours=1)
    assert len(polling.next_batch(connector, later).numbers) == 2
    assert polling.left_today(connector, later) == 0
    assert polling.next_batch(connector, later + timedelta(hours=1)) is None


def test_tracking_is_pushed_until_the_registration_lapses(house, sent):
    first = house.ships(sent, "Followed")
    shipment = the_shipment(sent)
    assert (shipment.push_id, shipment.pushed_until.day) == ("push-1", 20)
    house.ships(sent, "Packed")
    house.ships(sent, "Followed")
    assert house.depot.asked["POST pushes"] == 1
    Shipment.objects.update(pushed_until=timezone.now() - timedelta(days=1))
    house.ships(sent, "Packed")
    house.ships(sent, "Followed")
    assert house.depot.asked["POST pushes"] == 2
    assert "pushes its tracking until" in first


def test_each_label_is_printed_once_per_request(house, sent):
    shipment = the_shipment(sent)
    labels.keep(shipment, Made(content=PDF), "t")
    api = Api(house.tenant, "printing:write", "printing:read", "orders:read")
    path = f"orders/S-1/shipments/{shipment.reference}/print/"
    first, again = (api.send(path, {}).json()["id"] for _ in range(2))
    assert first == again
    claim = lambda who: api.send("print-queues/OSL/claim/", {"workstation": who, "most": 5}).json()  # noqa: E731
    [job] = claim("one")
    assert (base64.b64decode(job["content"]), job["content_type"]) == (PDF, "application/pdf")
    assert claim("two") == []
    PrintJob.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert [item["id"] for item in claim("two")] == [job["id"]]
    result = lambda who: api.send(f"print-jobs/{first}/result/", {"workstation": who, "printed": True})  # noqa: E731
    assert [result(who).status_code for who in ("one", "two", "two")] == [409, 200, 200]
    assert api.read("print-queues/OSL/").json() == []
    assert api.send(path, {}).json()["id"] != first
    assert api.send("print-queues/NOWHERE/claim/", {"workstation": "x"}).status_code == 404


def test_labels_of_one_type_are_joined_and_others_are_not():
    zpl = Made(content=b"^XA^XZ\n", content_type=ZPL)
    assert join([zpl, zpl]).content == b"^XA^XZ\n^XA^XZ"
    for labels_of in ([zpl, Made(content=PDF)], [Made(content=b"no pdf")] * 2, []):
        with pytest.raises(Rejected):
            join(labels_of)


def test_the_label_of_a_cancelled_shipment_is_not_printed_any_more(house):
    house.carrier()
    order = house.order(shipments=[{"shipping_option": "home"}])
    house.ships(order)
    labels.keep(the_shipment(order), Made(content=PDF), "t")
    printing.enqueue(the_shipment(order), "t")
    assert house.ships(order, "OrderCanceled").startswith("success: ")
    assert (the_shipment(order).state, PrintJob.objects.get().state) == ("cancelled", "failed")
