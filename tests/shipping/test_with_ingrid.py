"""A shopper meets Ingrid's widget through the checkout API; what is chosen there decides which carrier books."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.checklist import findings
from connectors.sandbox import Sandbox
from eventlog.models import Event
from shipping.models import Label, Shipment, ShipmentState, ShippingProvider
from shipping.providers import KIND, provider_document
from tenants.models import IdempotencyRecord
from tenants.scoping import tenant_scope
from tests.api.conftest import Api
from tests.factories.connectors import make_connector
from tests.factories.shipping import publish_shipping_provider
from tests.shipping.carrier import Depot
from tests.shipping.house import House
from tests.shop import running_vendors, vendors

__all__ = ["running_vendors", "vendors"]

MARKUP = "ingrid-widget"
CHART = {
    "New": [],
    "Chosen": ["ConfirmDeliveryChoice!"],
    "Ship": ["CompleteShipment!"],
    "Packed": ["PrintShippingLabel"],
    "Sent": ["UpdateShipmentStatus"],
    "Returned": ["BookReturn"],
}
CART = {
    "id": "cart-1",
    "total": "499.00",
    "lines": [{"sku": "A", "name": "Sweater", "quantity": 1, "unit_price": "499.00", "weight": 600}],
}
RECIPIENT = {
    "name": "Kari Nordmann",
    "line1": "Torget 1",
    "postal_code": "5014",
    "city": "Bergen",
    "country": "NO",
    "phone": "+4790000001",
}


class Counter(House):
    """Ingrid at checkout; Bring books by pickup point and to the door."""

    def __init__(self, vendors: Sandbox) -> None:
        super().__init__(Depot(), vendors.url)
        self.vendors = vendors
        self.api = Api(self.tenant, "checkout:read")

    def open(self) -> None:
        self.chart(CHART)
        keys = {"merchant_id": "ship@example.com", "bearer_token": "k-0123456789"}
        bring = make_connector(self.tenant, "bring", is_test=True, properties={"CustomerNumber": "5"}, **keys)
        ingrid = make_connector(self.tenant, "ingrid", is_test=True, bearer_token="shop-0123456789_staging")
        ways = (("pickup", "5800", "pickup-point"), ("door", "5600", "home-delivery"))
        options = [
            {"name": name, "product": product, "checkout_codes": [code], "return_product": "9300"}
            for name, product, code in ways
        ]
        publish_shipping_provider(self.tenant, name="Bring", connector=bring, options=options)
        checkout = [{"name": "checkout", "prices": [{"currency": "NOK", "price": "99.00"}], "tax_rate": "25"}]
        publish_shipping_provider(self.tenant, name="Ingrid", connector=ingrid, options=checkout)

    def visit(self, session: str = "", headers: Any = (), **values: Any) -> dict[str, Any]:
        """What the shop is told of the delivery checkout."""
        body = {
            "market": self.made.market.code,
            "recipient": {"postal_code": "5014", "city": "Bergen", "country": "NO"},
            "cart": CART,
            "shipping_options": ["checkout"],
            **({"sessions": {"checkout": session}} if session else {}),
            **values,
        }
        reply = self.api.send("checkout/shipping-options/", body, **dict(headers))
        assert reply.status_code == 200, reply.content
        [option] = reply.json()["options"]
        return dict(option)

    def chooses(self, session: str, product: str) -> None:
        self.vendors.control("POST", "ingrid/choose", {"session": session, "product": product})

    @property
    def ordered(self) -> list[dict[str, Any]]:
        return self.vendors.ledger(vendor="ingrid")


@pytest.fixture
def counter(db: None, vendors: Sandbox) -> Iterator[Counter]:
    made = Counter(vendors)
    with tenant_scope(made.tenant):
        made.open()
        yield made


def test_the_widget_goes_out_in_the_answer_and_nowhere_else(counter: Counter) -> None:
    first = counter.visit(headers={"Idempotency-Key": "once"})
    session = first["session"]["id"]
    assert MARKUP in first["session"]["widget"]
    assert (first["source"], first["price"], first["tax"], first["carrier"]) == (
        "live",
        "49.00",
        "9.80",
        "Bring",
    )
    assert first["pickup_points"][0]["id"] == "50141"

    counter.chooses(session, "home-delivery")
    later = counter.visit(session, cart={**CART, "total": "2500.00"})
    assert (later["session"]["id"], later["session"]["chosen"]) == (session, "To your door")
    assert (later["price"], later["delivery_type"], later["pickup_points"]) == ("0.00", "home", [])

    counter.vendors.control("POST", "ingrid/forget", {"session": session})
    assert counter.visit(session)["session"]["id"] != session

    events = Event.objects.filter(provider="ingrid").select_related("payload")
    logged = json.dumps([[vars(event), event.payload.response] for event in events], default=str)
    assert len(events) >= 4
    assert "characters, not logged" in logged
    assert MARKUP not in logged
    assert not IdempotencyRecord.objects.exists()


def test_without_ingrid_the_configured_price_stands_in(counter: Counter) -> None:
    counter.vendors.faults(vendor="ingrid", path="session", status=503, times=None)
    found = counter.visit()
    assert (found["source"], found["price"], found["session"]) == ("failed", "99.00", None)


@pytest.mark.thorough
def test_from_the_widget_to_the_door_and_back(counter: Counter) -> None:
    session = counter.visit()["session"]["id"]
    counter.chooses(session, "home-delivery")
    shipments = [{"shipping_option": "checkout", "session": session}]
    order = counter.order(shipments=shipments, shipping=RECIPIENT)

    assert "the shopper chose To your door; door books it" in counter.ships(order, "Chosen")
    shipment = Shipment.objects.get()
    [done] = counter.ordered
    assert (shipment.option_name, shipment.connector.type) == ("door", "bring")
    assert (shipment.choice["order_id"], shipment.choice["price"]) == (done["object"], "129.00")
    assert MARKUP not in json.dumps(shipment.choice)

    assert counter.ships(order).startswith("success")
    assert counter.ships(order, "Packed").startswith("success")
    assert bytes(Label.objects.get().content).startswith(b"%PDF")
    counter.vendors.control("POST", "bring/advance", {"steps": 6})
    assert "delivered" in counter.ships(order, "Sent").lower()
    assert counter.ships(order, "Returned").startswith("success")
    assert [entry["operation"] for entry in counter.vendors.ledger()] == ["complete", "book", "book"]
    assert counter.vendors.doubles() == []


@pytest.mark.thorough
def test_a_choice_that_could_not_be_kept_is_told(counter: Counter) -> None:
    session = counter.visit()["session"]["id"]
    counter.chooses(session, "home-delivery")
    counter.vendors.control("POST", "ingrid/coverage", {"home": False})
    order = counter.order(shipments=[{"shipping_option": "checkout", "session": session}])
    told = counter.ships(order, "Chosen")
    assert told.startswith("warning")
    assert "could not keep to what the shopper chose" in told
    assert Shipment.objects.get().option_name == "pickup"


@pytest.mark.thorough
def test_a_carrier_that_may_have_booked_already_keeps_the_shipment(counter: Counter) -> None:
    session = counter.visit()["session"]["id"]
    counter.chooses(session, "home-delivery")
    order = counter.order(shipments=[{"shipping_option": "checkout", "session": session}])
    Shipment.objects.update(state=ShipmentState.BOOKING)
    told = counter.ships(order, "Chosen")
    assert told.startswith("warning") and "checkout was asked to book it before" in told
    assert Shipment.objects.get().option_name == "checkout"


@pytest.mark.thorough
@pytest.mark.parametrize(
    "fault", [{"drop_before": True}, {"drop_after": True}, {"status_after_effect": 503}], ids=str
)
def test_a_lost_completion_is_completed_once(counter: Counter, fault: dict[str, Any]) -> None:
    session = counter.visit()["session"]["id"]
    counter.vendors.faults(vendor="ingrid", path="session.complete", **fault)
    order = counter.order(shipments=[{"shipping_option": "checkout", "session": session}])
    counter.ships(order, "Chosen")
    for _ in range(4):
        counter.later(minutes=30)
        counter.pump()
    assert Shipment.objects.get().choice["product"] == "pickup-point"
    assert len(counter.ordered) == 1
    assert counter.vendors.doubles() == []


def test_a_delivery_checkout_tells_prices(counter: Counter) -> None:
    provider = ShippingProvider.objects.get(name="Ingrid")
    provider.shipment_options.update(get_price_from_provider=True, prices=[])
    found = findings(KIND, provider, provider_document(provider))
    assert "no_prices" not in {finding.code for finding in found}
