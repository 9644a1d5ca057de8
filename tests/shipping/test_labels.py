"""PrintShippingLabel: the label is stored once, the carrier's or one of our own."""

import io
import re

import pytest
from django.db import IntegrityError, transaction
from pypdf import PdfReader
from reportlab.graphics.barcode.code128 import Code128

from connectors.contracts.common import Address
from connectors.contracts.shipping import Booking, Parcel
from connectors.contracts.shipping import Label as Made
from shipping import labels
from shipping.drawing import draw
from shipping.models import Label
from tests import faultserver
from tests.factories.shipping import ShipmentFactory
from tests.shipping.carrier import PDF
from tests.shipping.house import the_shipment

HOME = [{"shipping_option": "home"}]


def test_the_carriers_label_is_stored_once(house):
    house.carrier()
    order = house.order(shipments=HOME)
    house.ships(order)
    assert house.ships(order, "Packed") == "success: Shipment 1 (home): the label is stored"
    label = the_shipment(order).label
    assert (bytes(label.content), label.content_type) == (PDF, "application/pdf")

    house.depot.label = b"%PDF another"
    house.move(order, "New")
    assert house.ships(order, "Packed") == "success: Shipment 1 (home): the label was stored before"
    assert bytes(Label.objects.get().content) == PDF
    assert house.depot.asked["GET labels"] == 1


def test_an_empty_label_is_none(house):
    house.carrier()
    house.depot.label = b""
    order = house.order(shipments=HOME)
    house.ships(order)
    assert house.ships(order, "Packed").startswith("error: Shipment 1 (home): Trolley gave an empty label")
    assert not Label.objects.exists()


def test_what_is_not_booked_has_no_label_yet(house):
    house.carrier()
    order = house.order(shipments=HOME)
    told = house.ships(order, "Packed")
    assert told == "warning: Shipment 1 (home) is not booked yet; run CompleteShipment first"
    assert house.ships(house.order("S-2"), "Packed") == "warning: The order has no shipment"


def test_a_carrier_without_labels_gets_one_of_our_own(house):
    house.carrier("handcart", "Handcart")
    order = house.order(shipments=[{**HOME[0], "packages": [{"weight": 1500}, {"weight": 250}]}])
    house.ships(order)
    assert house.ships(order, "Packed") == "success: Shipment 1 (home): the label is stored"
    label = the_shipment(order).label
    assert label.content_type == "application/pdf"
    first, second = pages(bytes(label.content))
    for text in ("Handcart", "Lagerveien 7", "0581 Oslo", "Kari Nordmann", "Storgata 1", "Order S-1"):
        assert text in first
    assert "Parcel 1 / 2" in first
    assert "Weight 1500 g" in first
    assert "Parcel 2 / 2" in second
    assert "700001-2" in second
    assert house.depot.asked == {"POST bookings": 1}


def test_the_database_keeps_one_label_for_each_shipment(tenant):
    shipment = ShipmentFactory(tenant=tenant)
    labels.keep(shipment, Made(content=PDF), "step:1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Label.objects.create(shipment=shipment, content=b"2", content_type="application/pdf")


def test_a_label_is_served_as_what_it_is_and_never_as_a_page(tenant):
    shipment = ShipmentFactory(tenant=tenant)
    labels.keep(shipment, Made(content=b"<script>", content_type="text/html"), "")
    served = labels.serve(labels.find(pk=shipment.pk))
    assert served["Content-Type"] == "application/octet-stream"
    assert served["Content-Disposition"].startswith("attachment")
    assert served["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("number", ["700001-1", "JJFI64301200000011345", "370730000000000117", "a" * 60])
def test_the_bars_say_the_number(number):
    made = draw(booking(), [number], "Handcart")
    assert bars(made.content) == bars_of(number)
    assert number in pages(made.content)[0].replace("\n", "")


def test_any_script_and_any_length_fits_on_a_label():
    """Letters that the font lacks lose their accents, or stand as question marks."""
    recipient = Address(name="Łukasz Ω 山田 " + "x" * 300, line1="Ünterstraße 1", city="Łódź", country="PL")
    made = draw(booking(recipient=recipient), ["число"], "Handcart")
    (page,) = pages(made.content)
    assert "Łódz" in page
    assert "Łukasz Ω ??" in page
    assert "Ünterstraße 1" in page
    assert bars(made.content) == []
    assert draw(booking(recipient=recipient), ["число"], "Handcart") == made


def booking(**values) -> Booking:
    address = Address(name="Kari", line1="Storgata 1", city="Oslo", country="NO")
    parcels = (Parcel(reference="1", weight=100, length=1, width=2, height=3),)
    given = {"sender": address, "recipient": address, "parcels": parcels, **values}
    return Booking(reference="r", order_number="S-1", product="5600", consignment="7", **given)


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def bars(content: bytes) -> list[int]:
    """Widths of the bars of a PDF's first page from left to right, in modules."""
    stream = PdfReader(io.BytesIO(content)).pages[0].get_contents().get_data().decode("latin-1")
    found = re.findall(r"([\d.]+) [\d.]+ ([\d.]+) [\d.]+ re", stream)
    widths = [float(width) for _, width in sorted(found, key=lambda item: float(item[0]))]
    return [round(width / min(widths)) for width in widths]


def bars_of(number: str) -> list[int]:
    """What the library's own encoding of the number says: bars are capitals, spaces small letters, a and A are one."""
    code = Code128(number)
    code.validate()
    code.encode()
    code.decompose()
    return [ord(letter) - ord("A") + 1 for letter in code.decomposed if letter.isupper()]


def test_a_label_that_cannot_be_fetched_now_is_fetched_later(house):
    house.carrier()
    order = house.order(shipments=HOME)
    house.ships(order)
    run = house.move(order, "Packed")
    house.depot.label_faults = [faultserver.answer(503)] * 3
    house.pump()
    assert house.steps(run) == {"PrintShippingLabel": "error"}
    house.later(minutes=10)
    house.pump()
    assert house.steps(run) == {"PrintShippingLabel": "success"}
    assert house.active_errors(order) == []
