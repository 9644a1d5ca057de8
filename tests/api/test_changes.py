"""Changing what is there: nobody overwrites what somebody else has changed meanwhile."""

import pytest

from eventlog.models import Event
from tenants.scoping import tenant_scope
from tests.api.conftest import Api, fields
from workflows.models import Customer, Order, Product
from workflows.orders import create_order


@pytest.fixture
def order(shop):
    data = shop.order_data(number="N-1", tags=["web"], external_ids={"shop": "1", "old": "2"})
    with tenant_scope(shop.tenant):
        return create_order({**data, "properties": {"gift": True}})


def patch(api, path, body, **headers):
    return api.patch(f"/api/v1/{path}", body, format="json", headers=headers)


class TestOrder:
    def test_what_is_not_sent_stays_and_null_takes_away(self, shop, api, order):
        change = {
            "tags": ["gift", "gift"],
            "external_ids": {"erp": "SO-9", "old": None},
            "properties": {"gift": None, "note": {"deep": [1, 1.5]}},
            "billing": {"line1": "Storgata 2", "name": None},
            "customer": {"phone": "+4799999999"},
        }
        answer = patch(api, "orders/N-1/", change, **{"If-Match": '"1"'})
        assert answer.status_code == 200, answer.json()
        assert (answer.headers["ETag"], answer.json()["version"]) == ('"2"', 2)
        assert answer.json() == api.read("orders/N-1/").json()
        now = answer.json()
        assert (now["tags"], now["external_ids"]) == (["gift"], {"shop": "1", "erp": "SO-9"})
        assert now["properties"] == {"note": {"deep": [1, 1.5]}}
        assert (now["billing"]["line1"], now["billing"]["city"]) == ("Storgata 2", "Oslo")
        assert "name" not in now["billing"]
        assert (now["customer"]["email"], now["customer"]["phone"]) == ("kari@buyer.example", "+4799999999")
        with tenant_scope(shop.tenant):
            event = Event.objects.latest("id")
        assert event.message == "Order N-1 changed: tags, properties, external ids, customer, billing"
        assert event.actor.startswith("shop (cdk_")

    def test_what_changes_nothing_is_no_new_version(self, api, order):
        assert patch(api, "orders/N-1/", {"tags": ["web"]}).json()["version"] == 1

    @pytest.mark.parametrize("stale", [{"version": 1}, {"If-Match": '"1"'}, {"If-Match": 'W/"1"'}], ids=str)
    def test_a_stale_version_is_a_conflict_with_the_current_state(self, api, order, stale):
        patch(api, "orders/N-1/", {"tags": ["first"]})
        version = {name: stale[name] for name in stale if name == "version"}
        headers = {name: stale[name] for name in stale if name != "version"}
        for answer in (
            patch(api, "orders/N-1/", {"tags": ["second"], **version}, **headers),
            api.send("orders/N-1/status/", {"status": "InProgress", **version}, **headers),
        ):
            assert answer.status_code == 409
            assert answer.json()["current"] == api.read("orders/N-1/").json()
            assert answer.json()["current"]["tags"] == ["first"]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"total": "1.00"}, "total"),
            ({"customer": {"number": "C-2"}}, "customer.number"),
            ({"customer": {"email": "nobody"}}, "customer.email"),
            ({"billing": {"country": "XX"}}, "billing.country"),
            ({"billing": None}, "billing"),
            ({"tags": [""]}, "tags.0"),
            ({"properties": {"": 1}}, "properties."),
            ({"external_ids": {"erp": 5.5}}, "external_ids.erp"),
            ({"version": 0}, "version"),
        ],
    )
    def test_a_body_with_errors_is_refused_and_nothing_is_saved(self, shop, api, order, body, field):
        answer = patch(api, "orders/N-1/", {"external_ids": {"erp": "1"}, **body})
        assert answer.status_code == 400
        assert field in fields(answer)
        with tenant_scope(shop.tenant):
            assert Order.objects.get().version == 1

    def test_a_header_that_is_no_version_is_refused(self, api, order):
        assert set(fields(patch(api, "orders/N-1/", {}, **{"If-Match": "abc"}))) == {"If-Match"}

    def test_tags_are_added_and_taken_off_without_a_version(self, api, order):
        answer = api.send("orders/N-1/tags/", {"add": ["a", "b", "a"], "remove": ["web", "none"]})
        assert (answer.json()["tags"], answer.json()["version"]) == (["a", "b"], 2)
        full = api.send("orders/N-1/tags/", {"add": [str(number) for number in range(999)]})
        assert set(fields(full)) == {"add"}

    def test_another_tenants_order_is_not_found(self, shop, stranger, order):
        assert patch(stranger, "orders/N-1/", {"tags": []}).status_code == 404
        assert stranger.send("orders/N-1/tags/", {"add": ["x"]}).status_code == 404


def test_customers_and_products_are_changed(shop, api, stranger):
    api.send("customers/", {"number": "C-1", "email": "kari@buyer.example"})
    assert patch(api, "customers/C-1/", {"phone": "1"}).json()["email"] == "kari@buyer.example"
    assert set(fields(patch(api, "customers/C-1/", {"number": "C-2"}))) == {"number"}
    assert patch(api, "products/A/", {"price": "5.50"}).json()["price"] == "5.50"
    assert set(fields(patch(api, "products/A/", {"price": "5.505"}))) == {"price"}
    assert set(fields(patch(api, "products/A/", {"name": ""}))) == {"name"}
    assert patch(stranger, "customers/C-1/", {"phone": "2"}).status_code == 404
    assert patch(api, "products/NONE/", {}).status_code == 404
    reader = Api(shop.tenant, "customers:read", "products:read")
    assert patch(reader, "customers/C-1/", {"phone": "3"}).status_code == 403
    with tenant_scope(shop.tenant):
        assert (Customer.objects.get().phone, str(Product.objects.get(sku="A").price)) == ("1", "5.500")
