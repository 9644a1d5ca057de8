"""A shop that ships with PostNord: from the options at checkout to the parcel that comes back."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from connectors.sandbox import Sandbox
from shipping.checkout import memory
from shipping.models import Shipment
from tenants.scoping import tenant_scope
from tests.api.conftest import Api
from tests.factories.connectors import make_connector
from tests.factories.shipping import publish_shipping_provider
from tests.shipping.carrier import Depot
from tests.shipping.house import CHART, House
from tests.shop import running_vendors, vendors

__all__ = ["running_vendors", "vendors"]
pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

TO = {"name": "Kari", "line1": "Torget 1", "postal_code": "5014", "city": "Bergen", "country": "NO"}
OPTION = {
    "name": "home",
    "product": "19",
    "return_product": "24",
    "get_service_points": True,
    "get_price_from_provider": True,
    "prices": [{"currency": "NOK", "price": "79.00"}],
    "tax_rate": "25",
}


@pytest.fixture
def shop(db: None, vendors: Sandbox) -> Iterator[House]:
    """A warehouse in Oslo with an agreement in Sweden, so that bookings can be taken back."""
    made = House(Depot(), vendors.url)
    memory.forget()
    connector = make_connector(
        made.tenant,
        "postnord",
        is_test=True,
        host=f"{vendors.url}/postnord",
        bearer_token="9a8b7c6d5e4f30219a8b7c6d5e4f3021",
        properties={"CustomerNumber": "2400187731", "AgreementCountry": "SE"},
    )
    with tenant_scope(made.tenant):
        made.chart(CHART)
        publish_shipping_provider(made.tenant, name="PostNord", connector=connector, options=[OPTION])
        yield made


def offered(shop: House) -> dict[str, Any]:
    body = {"market": shop.made.market.code, "recipient": TO, "store": "OSL"}
    reply = Api(shop.tenant, "checkout:read").send("checkout/shipping-options/", body)
    assert reply.status_code == 200, reply.content
    [option] = reply.json()["options"]
    return dict(option)


def ordered(shop: House, **shipment: Any) -> Any:
    parcels = [{"weight": 900}, {"weight": 50}]
    return shop.order(shipping=TO, shipments=[{"shipping_option": "home", "packages": parcels, **shipment}])


def test_from_checkout_to_the_point_and_back(shop: House, vendors: Sandbox) -> None:
    option = offered(shop)
    assert (option["source"], option["price"], option["pickup_points_source"]) == ("live", "79.00", "live")
    assert option["delivery"]
    point = option["pickup_points"][0]["id"]

    order = ordered(shop, pickup_point=point)
    assert shop.ships(order).startswith("success: ")
    out = Shipment.objects.get()
    assert (out.state, out.pickup_point, out.packages.count()) == ("booked", point, 2)
    assert len(PdfReader(BytesIO(bytes(out.label.content))).pages) == 2
    assert shop.ships(order, "Packed").startswith("success: ")

    vendors.control("POST", "postnord/advance", {"number": out.reference, "steps": 4})
    assert shop.ships(order, "Sent").startswith("success: ")
    out.refresh_from_db()
    assert out.tracking_state == "delivered"
    assert out.expected_delivery

    assert shop.ships(order, "Returned").startswith("success: Return 2 (home) is booked")
    back = Shipment.objects.get(is_return=True)
    assert back.label.content_type == "application/pdf"
    booked = vendors.control("GET", "postnord/shipments")["shipments"]
    assert [(item["reference"], item["return"]) for item in booked] == [
        (out.reference, False),
        (back.reference, True),
    ]
    assert vendors.doubles() == []


def test_a_booking_is_taken_back_while_nothing_was_handed_in(shop: House, vendors: Sandbox) -> None:
    order = ordered(shop)
    shop.ships(order)
    assert shop.ships(order, "OrderCanceled").startswith("success: ")
    assert Shipment.objects.get().state == "cancelled"
    assert vendors.control("GET", "postnord/shipments")["shipments"] == []


def test_a_parcel_that_is_on_its_way_is_not_taken_back(shop: House, vendors: Sandbox) -> None:
    order = ordered(shop)
    shop.ships(order)
    vendors.control("POST", "postnord/advance", {})
    told = shop.ships(order, "OrderCanceled")
    assert told.startswith("warning: ")
    assert "The items have been handed in" in told
    assert Shipment.objects.get().state == "booked"
