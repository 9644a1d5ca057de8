"""The carrier that is none: published in one press, booked, labelled and cancelled without any network."""

from dataclasses import replace

from connectors.calls import CallContext, CallSpec, Ending, Prepared, perform
from connectors.client import Ports
from connectors.contracts.common import Address
from connectors.contracts.shipping import Booking, Parcel
from connectors.runtime import runtime
from eventlog.events import Category
from eventlog.models import Event
from tests.factories.connectors import make_connector
from tests.factories.shipping import publish_shipping_provider
from tests.shipping.house import the_shipment
from tests.shipping.test_labels import bars, bars_of

HOME = [{"shipping_option": "home"}]


def publish_empty(tenant):
    return publish_shipping_provider(tenant, name="Van", connector=make_connector(tenant, "empty"))


def test_an_order_is_shipped_and_cancelled_without_asking_anybody(house):
    publish_empty(house.tenant)
    order = house.order(shipments=HOME)
    number = the_shipment(order).reference[:12].upper()
    assert house.ships(order) == f"success: Shipment 1 (home) is booked with Empty as {number}"
    assert house.ships(order, "Packed") == "success: Shipment 1 (home): the label is stored"
    shipment = the_shipment(order)
    assert shipment.tracking_number == f"{number}-1"
    assert bars(bytes(shipment.label.content)) == bars_of(f"{number}-1")
    assert house.ships(order, "OrderCanceled") == "success: Shipment 1 (home) is cancelled"
    assert not Event.objects.filter(category=Category.CONNECTOR).exists()


def test_a_booking_that_was_cut_off_is_the_same_booking(tenant):
    """A worker that died in between leaves nothing to look up anywhere, and nothing that could differ."""
    provider = publish_empty(tenant)
    address = Address(name="Kari", line1="Storgata 1", city="Oslo", country="NO")
    booking = Booking(
        reference="9f" * 16,
        order_number="S-1",
        product="van",
        sender=address,
        recipient=address,
        parcels=(Parcel(reference="1", weight=1),),
    )
    spec = CallSpec(
        connector=runtime(tenant.pk).connectors[provider.connector_id],
        operation="book",
        subject="shipment:1",
        request=booking,
    )
    prepared = Prepared(spec=spec, context=CallContext())
    ports = Ports(events=lambda event: None)
    first, again = perform(prepared, ports), perform(replace(prepared, uncertain=True, attempt=2), ports)
    assert (first.ending, again.ending) == (Ending.SUCCEEDED, Ending.SUCCEEDED)
    assert first.result == again.result
