import pytest

from connectors import registry
from connectors.contracts.shipping import Label as Made
from shipping import labels
from shipping.models import Shipment
from tenants.scoping import tenant_scope
from tests.api.conftest import Api, fields
from tests.factories.shipping import publish_shipping_provider
from tests.shipping.carrier import PDF, Trolley
from tests.shipping.test_tracking import S, hear, told

HOME = [{"shipping_option": "home", "packages": [{"weight": 900, "height": 40}]}]


@pytest.fixture(autouse=True)
def carrier(shop):
    with registry.registered(Trolley):
        with tenant_scope(shop.tenant):
            publish_shipping_provider(shop.tenant)
        yield


def place(shop, api, shipments, number="P-1"):
    return api.send("orders/", shop.order_data(number=number, shipments=shipments))


def booked(shop) -> Shipment:
    """The only shipment, booked and labelled."""
    with tenant_scope(shop.tenant):
        Shipment.objects.update(state="booked", consignment="7")
        shipment = Shipment.objects.get()
        labels.keep(shipment, Made(content=PDF), "step:1")
        return hear(shipment, told(S.IN_TRANSIT, 1))


def test_an_order_is_placed_with_its_shipments(shop, api):
    assert place(shop, api, HOME).status_code == 201
    (shipment,) = api.read("orders/P-1/shipments/").json()
    assert {name: shipment[name] for name in ("shipping_option", "carrier", "product", "state", "store")} == {
        "shipping_option": "home",
        "carrier": "Trolley",
        "product": "5600",
        "state": "draft",
        "store": "",
    }
    assert (shipment["has_label"], shipment["tracking"]) == (False, [])
    assert shipment["packages"] == [
        {"reference": "1", "number": "", "weight": 900, "length": 0, "width": 0, "height": 40}
    ]


def test_shipments_show_their_way(shop, api):
    place(shop, api, HOME)
    booked(shop)
    (shipment,) = api.read("orders/P-1/shipments/").json()
    assert (shipment["state"], shipment["tracking_state"], shipment["has_label"]) == (
        "booked",
        "in_transit",
        True,
    )
    assert [(event["tracking_state"], event["raw_state"]) for event in shipment["tracking"]] == [
        ("in_transit", "raw in_transit")
    ]


def test_shipments_cost_the_same_statements_for_any_number(shop, api, django_assert_max_num_queries):
    place(shop, api, HOME * 20)
    with django_assert_max_num_queries(6):
        assert len(api.read("orders/P-1/shipments/").json()) == 20


def test_what_is_wrong_with_a_shipment_is_told_at_its_field(shop, api):
    found = fields(place(shop, api, [{"shipping_option": "hoem"}, {**HOME[0], "packages": [{"weight": 0}]}]))
    assert "greater than or equal to 1" in found["shipments.1.packages.0.weight"]
    assert (
        "did you mean home?"
        in fields(place(shop, api, [{"shipping_option": "hoem"}]))["shipments.0.shipping_option"]
    )
    assert (
        "did you mean packages?"
        in fields(place(shop, api, [{**HOME[0], "pakages": []}]))["shipments.0.pakages"]
    )
    assert api.read("orders/P-1/").status_code == 404


@pytest.mark.parametrize("accept", ["application/pdf", "*/*", "application/json"])
def test_a_label_is_read_as_the_file_that_it_is(shop, api, accept):
    place(shop, api, HOME)
    path = f"/api/v1/orders/P-1/shipments/{booked(shop).reference}/label/"
    answer = api.get(path, headers={"Accept": accept})
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, PDF, "application/pdf")


def test_a_label_that_is_not_there_is_a_problem(shop, api):
    place(shop, api, HOME)
    (shipment,) = api.read("orders/P-1/shipments/").json()
    answer = api.get(
        f"/api/v1/orders/P-1/shipments/{shipment['reference']}/label/", headers={"Accept": "application/pdf"}
    )
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert "run PrintShippingLabel" in answer.json()["detail"]
    assert api.read("orders/P-1/shipments/nothing/label/").status_code == 404


def test_a_label_belongs_to_its_order_and_tenant(shop, api, stranger):
    place(shop, api, HOME)
    reference = booked(shop).reference
    place(shop, api, HOME, "P-2")
    assert api.read(f"orders/P-1/shipments/{reference}/label/").status_code == 200
    assert api.read(f"orders/P-2/shipments/{reference}/label/").status_code == 404
    assert stranger.read(f"orders/P-1/shipments/{reference}/label/").status_code == 404
    assert stranger.read("orders/P-1/shipments/").status_code == 404


def test_reading_shipments_needs_a_scope(shop, api):
    place(shop, api, HOME)
    reference = booked(shop).reference
    for path in ("orders/P-1/shipments/", f"orders/P-1/shipments/{reference}/label/"):
        assert Api(shop.tenant, "products:read").read(path).status_code == 403
        assert Api(shop.tenant, "orders:read").read(path).status_code == 200
