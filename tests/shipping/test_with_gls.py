"""GLS through the whole house: options at checkout, booking with its label, tracking, the way back, and too late a no."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from connectors.contracts.shipping import ZPL
from shipping.checkout import memory
from shipping.models import Label, Shipment
from tenants.scoping import tenant_scope
from tests.api.conftest import Api
from tests.factories.connectors import make_connector
from tests.factories.shipping import publish_shipping_provider
from tests.shipping.carrier import Depot
from tests.shipping.house import CHART, House, the_shipment
from tests.shop import running_vendors, vendors

__all__ = ["running_vendors", "vendors"]
pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

GLS = {
    "is_test": True,
    "client_app_id": "app-1",
    "client_app_secret": "s-0123456789",
    "properties": {"GlsContactId": "c-1"},
}
OPTIONS = [
    {
        "name": "shop",
        "product": "PARCEL",
        "return_product": "PARCEL",
        "services": ["FlexDelivery"],
        "prices": [{"currency": "NOK", "price": "49.00"}],
        "get_price_from_provider": True,
        "get_service_points": True,
    },
    {
        "name": "express",
        "product": "EXPRESS",
        "prices": [{"currency": "NOK", "price": "99.00"}],
        "label_format": ZPL,
    },
]
KARI = {"name": "Kari", "line1": "Torget 1", "postal_code": "5014", "city": "Bergen", "country": "NO"}


@pytest.fixture
def house(vendors):
    made = House(Depot(), vendors.url)
    with tenant_scope(made.tenant):
        made.chart(CHART)
        publish_shipping_provider(
            made.tenant, name="GLS", connector=make_connector(made.tenant, "gls", **GLS), options=OPTIONS
        )
        memory.forget()
        yield made
        memory.forget()


def test_from_checkout_to_the_parcel_shop_and_back(house, vendors):
    body = {"market": house.made.market.code, "recipient": {**KARI, "country": "no"}, "store": "OSL"}
    told = Api(house.tenant, "checkout:read").send("checkout/shipping-options/", body).json()["options"]
    offered = {item["shipping_option"]: item for item in told}
    [near, *_] = offered["shop"]["pickup_points"]
    assert (offered["shop"]["price"], offered["shop"]["available"]) == ("49.00", True)

    parcels = [{"weight": 900}, {"weight": 50}]
    wanted = {"shipping_option": "shop", "packages": parcels, "pickup_point": near["id"]}
    order = house.order(shipping=KARI, shipments=[wanted])
    assert house.ships(order).startswith("success: ")
    shipment = the_shipment(order)
    label = Label.objects.get(shipment=shipment)
    assert len(PdfReader(BytesIO(bytes(label.content))).pages) == 2
    asked = [call["path"] for call in vendors.calls("gls")]
    house.ships(order, "Packed")
    assert [call["path"] for call in vendors.calls("gls")] == asked

    numbers = [package.number for package in shipment.packages.all()]
    vendors.control("POST", "gls/advance", {"number": numbers[0], "steps": 9})
    house.ships(order, "Sent")
    assert the_shipment(order).tracking_state == "pre_transit"
    vendors.control("POST", "gls/advance", {"number": numbers[1], "steps": 9})
    house.ships(order, "Packed")
    house.ships(order, "Sent")
    assert the_shipment(order).tracking_state == "delivered"

    assert house.ships(order, "Returned").startswith("success: Return 2 (shop) is booked")
    back = Shipment.objects.get(is_return=True)
    assert "SHOP RETURN" in PdfReader(BytesIO(bytes(back.label.content))).pages[0].extract_text()
    assert vendors.doubles() == []


def test_a_zpl_label_and_a_parcel_that_was_scanned(house, vendors):
    order = house.order(shipping=KARI, shipments=[{"shipping_option": "express"}])
    house.ships(order)
    label = Label.objects.get()
    assert (label.content_type, bytes(label.content)[:3]) == (ZPL, b"^XA")
    vendors.control("POST", "gls/advance", {})
    told = house.ships(order, "OrderCanceled")
    assert "cannot be cancelled at GLS: GLS does not take parcel" in told
    assert the_shipment(order).state == "booked"
