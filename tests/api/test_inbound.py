"""Inbound deliveries by the API: placed once, read, listed, and each tenant's own."""

import pytest

from tests.api.conftest import Api, fields
from tests.factories.tenants import StoreFactory

DELIVERY = {
    "number": "PO-501",
    "supplier": "Ullvarefabrikken",
    "expected_on": "2026-12-01",
    "store": "osl",
    "lines": [{"sku": "A", "quantity": "40"}, {"sku": "B", "quantity": 2}],
}


@pytest.fixture(autouse=True)
def warehouse(shop):
    StoreFactory(tenant=shop.tenant, code="OSL")


def test_a_delivery_is_placed_read_and_listed(api, stranger):
    made = api.send("inbound-deliveries/", DELIVERY)
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["state"], told["store"], told["expected_on"]) == ("new", "OSL", "2026-12-01")
    assert told["lines"][0] == {"number": 1, "sku": "A", "quantity": "40", "received": "0"}
    assert api.read("inbound-deliveries/PO-501/").json() == told
    for query in ({}, {"number": "PO-501"}, {"store": "OSL", "state": "new"}):
        assert [row["number"] for row in api.read("inbound-deliveries/", **query).json()["results"]] == [
            "PO-501"
        ]
    assert api.read("inbound-deliveries/", state="received").json()["results"] == []
    assert stranger.read("inbound-deliveries/PO-501/").status_code == 404
    again = api.send("inbound-deliveries/", DELIVERY)
    assert (again.status_code, set(fields(again))) == (409, {"number"})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": "PO 501"}, "number"),
        ({"store": "MOON"}, "store"),
        ({"lines": []}, "lines"),
        ({"lines": [{"sku": "A", "quantity": "0"}]}, "lines.0.quantity"),
        ({"lines": [{"sku": "ZZ", "quantity": "1"}]}, "lines.0.sku"),
        ({"expected_on": "tomorrow"}, "expected_on"),
        ({"state": "received"}, "state"),
    ],
)
def test_a_body_with_errors_is_refused(api, change, field):
    answer = api.send("inbound-deliveries/", {**DELIVERY, **change})
    assert (answer.status_code, set(fields(answer))) == (400, {field})


def test_scopes_are_asked_for(shop):
    reader = Api(shop.tenant, "inbound:read")
    assert reader.send("inbound-deliveries/", DELIVERY).status_code == 403
    assert reader.read("inbound-deliveries/").status_code == 200
    assert Api(shop.tenant, "inventory:read").read("inbound-deliveries/").status_code == 403
