"""Shops that ship with nShift Delivery and with nShift Ship: from checkout to the parcel that comes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
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
PRODUCTS = {"unifaun": ("P19", "P24"), "consignor": ("1032", "1199")}


def connector_of(slug: str, url: str) -> dict[str, Any]:
    root = f"{url}/{slug}"
    if slug == "consignor":
        host = f"{root}/ship/ShipmentServerModule.dll"
        return {"merchant_id": "63", "bearer_token": "k-0123456789", "host": host}
    return {
        "merchant_id": "K" * 16,
        "bearer_token": "s" * 24,
        "host": f"{root}/rs-extapi/v1",
        "client_app_id": "shop",
        "client_app_secret": "s3cret-portal",
        "tenant_url": root,
        "oauth_resource": root,
        "properties": {"CheckoutConnection": "c1", "AgentType": "POSTNORD"},
    }


@pytest.fixture(params=PRODUCTS)
def slug(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def shop(db: None, vendors: Sandbox, slug: str) -> Iterator[House]:
    made = House(Depot(), vendors.url)
    memory.forget()
    connector = make_connector(made.tenant, slug, is_test=True, **connector_of(slug, vendors.url))
    product, return_product = PRODUCTS[slug]
    option = {
        "name": "home",
        "product": product,
        "return_product": return_product,
        "get_service_points": True,
        "get_price_from_provider": slug == "unifaun",
        "prices": [{"currency": "NOK", "price": "79.00"}],
        "tax_rate": "25",
    }
    with tenant_scope(made.tenant):
        made.chart(CHART)
        publish_shipping_provider(made.tenant, name="nShift", connector=connector, options=[option])
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


def test_from_checkout_to_the_point_and_back(shop: House, vendors: Sandbox, slug: str) -> None:
    option = offered(shop)
    live = ("live", "66.20") if slug == "unifaun" else ("configured", "79.00")
    assert (option["source"], option["price"], option["pickup_points_source"]) == (*live, "live")
    point = option["pickup_points"][0]["id"]

    order = ordered(shop, pickup_point=point)
    assert shop.ships(order).startswith("success: ")
    out = Shipment.objects.get()
    assert (out.state, out.pickup_point, out.packages.count()) == ("booked", point, 2)
    assert len(PdfReader(BytesIO(bytes(out.label.content))).pages) == 2
    if slug == "unifaun":
        assert out.label_expires_at is not None
        assert out.label_expires_at - timezone.now() < timedelta(hours=1)
        vendors.control("POST", "unifaun/lapse", {})
    assert shop.ships(order, "Packed").startswith("success: ")

    vendors.control("POST", f"{slug}/advance", {"number": out.reference, "steps": 4})
    assert shop.ships(order, "Sent").startswith("success: ")
    out.refresh_from_db()
    assert out.tracking_state == "delivered"

    assert shop.ships(order, "Returned").startswith("success: Return 2 (home) is booked")
    back = Shipment.objects.get(is_return=True)
    assert back.label.content_type == "application/pdf"
    assert vendors.doubles() == []


def test_taken_back_before_it_is_on_its_way_and_not_after(shop: House, vendors: Sandbox, slug: str) -> None:
    order = ordered(shop)
    shop.ships(order)
    assert shop.ships(order, "OrderCanceled").startswith("success: ")
    assert Shipment.objects.get().state == "cancelled"

    late = shop.order("S-2", shipping=TO, shipments=[{"shipping_option": "home"}])
    shop.ships(late)
    vendors.control("POST", f"{slug}/advance", {})
    told = shop.ships(late, "OrderCanceled")
    assert told.startswith("warning: ")
    assert "does not take it back" in told
    assert Shipment.objects.get(order=late).state == "booked"
