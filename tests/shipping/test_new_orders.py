"""Shipments that come with a new order."""

import pytest

from shipping.models import Shipment
from tenants.scoping import tenant_scope
from tests.factories.shipping import make_warehouse, publish_shipping_provider
from tests.factories.tenants import MarketFactory
from tests.factories.workflows import make_shop
from workflows.documents import order_documents
from workflows.models import Order
from workflows.orders import create_order
from workflows.problems import InvalidData


@pytest.fixture
def shop(db):
    """A tenant with home delivery everywhere, a pickup option without default package, and one for Sweden only."""
    found = make_shop()
    with tenant_scope(found.tenant):
        point = {"name": "point", "service_point_required": True, "weight": 0}
        publish_shipping_provider(found.tenant, name="Post", options=[{"name": "Home"}, point])
        sweden = MarketFactory(tenant=found.tenant, code="SWE", currency="SEK", country="SE")
        publish_shipping_provider(found.tenant, name="Bud", options=[{"name": "bud"}], markets=[sweden])
        yield found


def ship(**values) -> dict:
    return {"shipping_option": "home", **values}


def refused(shop, shipments) -> dict:
    with pytest.raises(InvalidData) as caught:
        create_order(shop.order_data(shipments=shipments))
    assert not Order.objects.exists()
    assert not Shipment.objects.exists()
    return caught.value.errors


def test_shipments_are_saved_in_their_order_with_their_carrier(shop):
    box = {"weight": 900, "length": 10}
    order = create_order(
        shop.order_data(
            shipments=[ship(), {"shipping_option": "POINT", "pickup_point": "P-7", "packages": [box, box]}]
        )
    )
    first, second = order.shipments.order_by("position")
    assert (first.option_name, first.product, first.state, first.pickup_point) == (
        "Home",
        "5600",
        "draft",
        "",
    )
    assert first.connector == first.provider.connector
    assert [(row.weight, row.length, row.width) for row in first.packages.all()] == [(1200, 300, 200)]
    assert second.pickup_point == "P-7"
    assert [
        (row.position, row.weight, row.length, row.width) for row in second.packages.order_by("position")
    ] == [
        (1, 900, 10, 0),
        (2, 900, 10, 0),
    ]


def test_who_sends_is_said_by_the_shipment_else_by_the_option_else_by_the_order(shop):
    tenant = shop.tenant
    central, north, south = (make_warehouse(tenant, code) for code in ("MAIN", "NORTH", "SOUTH"))
    publish_shipping_provider(tenant, name="Van", options=[{"name": "van", "store": north}])
    shipments = [ship(), {"shipping_option": "van"}, {"shipping_option": "van", "store": "south"}]
    order = create_order(shop.order_data(store="MAIN", shipments=shipments))
    assert [row.store for row in order.shipments.order_by("position")] == [central, north, south]


def test_a_draft_of_an_option_changes_no_new_order(shop):
    from shipping.models import ShipmentOption

    ShipmentOption.objects.update(product="draft")
    order = create_order(shop.order_data(shipments=[ship()]))
    assert order.shipments.get().product == "5600"


BAD = {
    "shipments.0.shipping_option": [ship(shipping_option="hoem"), ship(shipping_option="bud"), {}],
    "shipments.0.pickup_point": [
        ship(shipping_option="point", packages=[{"weight": 1}]),
        ship(pickup_point=7),
    ],
    "shipments.0.packages": [
        ship(shipping_option="point", pickup_point="P"),
        ship(packages={}),
        ship(packages=[{"weight": 1}] * 100),
    ],
    "shipments.0.packages.0.weight": [
        ship(packages=[{}]),
        ship(packages=[{"weight": 0}]),
        ship(packages=[{"weight": -1}]),
        ship(packages=[{"weight": "900"}]),
        ship(packages=[{"weight": 1.5}]),
        ship(packages=[{"weight": True}]),
        ship(packages=[{"weight": 10**9}]),
    ],
    "shipments.0.packages.0.height": [ship(packages=[{"weight": 1, "height": -1}])],
    "shipments.0.packages.0": [ship(packages=["big"])],
    "shipments.0.store": [ship(store="nowhere"), ship(store=1)],
    "shipments.0": ["home"],
    "shipments": ["home", {"shipping_option": "home"}, [ship()] * 21],
}


@pytest.mark.parametrize(("path", "values"), BAD.items(), ids=BAD)
def test_what_is_wrong_is_told_at_its_field(shop, path, values):
    for value in values:
        assert path in refused(shop, value if path == "shipments" else [value]), value


def test_the_cure_is_told(shop):
    found = refused(
        shop, [ship(shipping_option="hoem"), ship(shipping_option="bud"), ship(shipping_option="point")]
    )
    assert found["shipments.0.shipping_option"] == [
        "there is no published shipping option 'hoem'; did you mean Home?"
    ]
    assert found["shipments.1.shipping_option"] == [
        "'bud' does not serve market NOR; available there: Home, point"
    ]
    assert "send the id" in found["shipments.2.pickup_point"][0]
    assert "send packages with their weight" in found["shipments.2.packages"][0]


def test_a_switched_off_store_sends_nothing(shop):
    make_warehouse(shop.tenant, is_active=False)
    assert "switched off" in refused(shop, [ship(store="OSL")])["shipments.0.store"][0]


def test_documents_of_many_orders_carry_their_shipments_in_two_statements(
    shop, django_assert_max_num_queries
):
    from shipping.order_sections import shipments_of

    orders = [create_order(shop.order_data(shipments=[ship(), ship()])) for _ in range(3)]
    with django_assert_max_num_queries(2):
        assert len(shipments_of([order.pk for order in orders])) == 3
    (first, _) = order_documents([orders[0].pk])[orders[0].pk].sections["shipments"]
    shipment = orders[0].shipments.get(position=1)
    assert first == {
        "reference": shipment.reference,
        "shipping_option": "Home",
        "warehouse": "",
        "pickup_point": "",
        "carrier": "Trolley",
        "product": "5600",
        "consignment": "",
        "tracking_number": "",
        "tracking_url": "",
        "state": "draft",
        "tracking_state": "",
        "parcels": [
            {"reference": "1", "number": "", "weight": 1200, "length": 300, "width": 200, "height": 100}
        ],
    }


def test_an_order_without_shipments_has_no_section(shop):
    order = create_order(shop.order_data())
    assert "shipments" not in order_documents([order.pk])[order.pk].sections
