"""Many rows in one call: the good ones are kept, and each bad one is told at its place."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.scoping import tenant_scope
from tests.api.conftest import fields
from tests.factories.tenants import StoreFactory
from tests.factories.workflows import InventoryLevelFactory, ProductFactory
from workflows.models import Customer, InventoryLevel, Order, Product


def told(answer) -> dict[int, dict[str, str]]:
    """What is said of each failed row, by its place and field."""
    rows = answer.json()["results"]
    assert [row["index"] for row in rows] == list(range(len(rows)))
    return {
        row["index"]: {error["field"]: f"{error['message']}; {error['cure']}" for error in row["errors"]}
        for row in rows
        if row["outcome"] == "failed"
    }


class TestOrders:
    def test_good_ones_are_placed_and_bad_ones_told(self, shop, api):
        good, twice = (shop.order_data(number=number) for number in ("B-1", "B-1"))
        strange = shop.order_data(number="B-3", market="NRO", lines=[{"sku": "AA", "quantity": "x"}])
        answer = api.send("orders/bulk/", {"items": [good, twice, strange, 7, shop.order_data()]})
        assert answer.status_code == 200
        assert (answer.json()["saved"], answer.json()["failed"]) == (1, 4)
        first = answer.json()["results"][0]
        assert (first["outcome"], first["number"]) == ("created", "B-1")
        assert first["run_id"] is not None
        wrong = told(answer)
        assert "already is an order B-1" in wrong[1]["number"]
        assert {"market", "lines.0.quantity", "lines.0.unit_price"} >= {"market", "lines.0.quantity"}
        assert "did you mean NOR?" in wrong[2]["market"]
        assert set(wrong[4]) == {"number"}
        with tenant_scope(shop.tenant):
            assert list(Order.objects.values_list("number", flat=True)) == ["B-1"]

    def test_the_same_call_again_places_nothing_twice(self, shop, api):
        body = {"items": [shop.order_data(number=f"B-{number}") for number in range(3)]}
        assert api.send("orders/bulk/", body).json()["saved"] == 3
        again = api.send("orders/bulk/", body)
        assert (again.json()["saved"], set(told(again))) == (0, {0, 1, 2})
        keyed = [api.send("orders/bulk/", body, **{"Idempotency-Key": "k"}).json() for _ in "ab"]
        assert keyed[0] == keyed[1]


class TestInventory:
    @pytest.fixture
    def store(self, shop):
        with tenant_scope(shop.tenant):
            return StoreFactory(tenant=shop.tenant, code="OSL")

    def test_good_ones_are_set_and_what_is_reserved_stays(self, shop, api, store):
        with tenant_scope(shop.tenant):
            InventoryLevelFactory(tenant=shop.tenant, product=shop.products["A"], store=store, reserved=2)
        rows = [
            ("A", "osl", "7"),
            ("B", "OSL", 3),
            ("AA", "OSLO", "1"),
            ("B", "Osl", "4"),
            ("C", "OSL", "-1"),
        ]
        items = [{"sku": sku, "store": code, "on_hand": count} for sku, code, count in rows]
        answer = api.send("inventory/bulk/", {"items": items})
        wrong = told(answer)
        assert {index: set(row) for index, row in wrong.items()} == {
            2: {"sku", "store"},
            3: {""},
            4: {"on_hand"},
        }
        assert "did you mean osl" in wrong[2]["store"]
        with tenant_scope(shop.tenant):
            levels = InventoryLevel.objects.order_by("product__sku")
            assert [(level.on_hand, level.reserved) for level in levels] == [(7, 2), (3, 0)]

    def test_a_thousand_rows_cost_as_many_statements_as_one(self, shop, api, store):
        with tenant_scope(shop.tenant):
            made = [ProductFactory.build(tenant=shop.tenant, sku=f"P{n}") for n in range(1000)]
            Product.objects.bulk_create(made)
        items = [{"sku": f"P{n}", "store": "OSL", "on_hand": n} for n in range(1000)]
        costs = []
        for few in (items[:1], items):
            with CaptureQueriesContext(connection) as seen:
                assert api.send("inventory/bulk/", {"items": few}).json()["failed"] == 0
            costs.append(len(seen))
        assert costs[1] <= costs[0] <= 5

    def test_rows_of_another_tenant_do_not_exist(self, shop, stranger, store):
        items = [{"sku": "A", "store": "OSL", "on_hand": "9"}]
        assert set(told(stranger.send("inventory/bulk/", {"items": items}))[0]) == {"store"}
        with tenant_scope(shop.tenant):
            assert not InventoryLevel.objects.exists()


class TestProducts:
    def test_what_a_row_leaves_out_stays(self, shop, api):
        rows = [
            {"sku": "A", "price": "12.50"},
            {"sku": "NEW", "name": "New", "price": "5.00", "currency": "NOK"},
            {"sku": "NAMELESS", "price": "5.00", "currency": "NOK"},
            {"sku": "B", "price": "1.005"},
            {"sku": "C", "colour": "red"},
        ]
        answer = api.send("products/bulk/", {"items": rows})
        assert [row["outcome"] for row in answer.json()["results"]] == [
            "updated",
            "created",
            "failed",
            "failed",
            "failed",
        ]
        assert {index: set(row) for index, row in told(answer).items()} == {
            2: {"name"},
            3: {"price"},
            4: {"colour"},
        }
        with tenant_scope(shop.tenant):
            first, before = Product.objects.get(sku="A"), shop.products["A"]
            assert (str(first.price), first.name, first.pk) == ("12.500", before.name, before.pk)
            assert first.created_at == before.created_at
            assert not Product.objects.filter(sku__in=["NAMELESS"]).exists()
            assert Product.objects.get(sku="B").price == before.price

    def test_the_same_skus_of_another_tenant_stay(self, shop, stranger):
        stranger.send("products/bulk/", {"items": [{"sku": "A", "name": "Theirs"}]})
        with tenant_scope(shop.tenant):
            assert Product.objects.get(sku="A").name == shop.products["A"].name


def test_customers_are_saved(shop, api):
    rows = [{"number": "C-1", "email": "kari@buyer.example"}, {"number": "C-1", "phone": "1"}, {"email": "x"}]
    answer = api.send("customers/bulk/", {"items": rows})
    assert {index: set(row) for index, row in told(answer).items()} == {1: {""}, 2: {"number", "email"}}
    assert api.send("customers/bulk/", {"items": [{"number": "C-1", "phone": "1"}]}).json()["saved"] == 1
    with tenant_scope(shop.tenant):
        assert list(Customer.objects.values_list("email", "phone")) == [("kari@buyer.example", "1")]


@pytest.mark.parametrize("path", ["orders", "products", "customers", "inventory"])
@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"items": []},
        {"items": {}},
        {"items": None},
        {"items": [{}], "more": 1},
        {"items": [{}] * 1001},
    ],
    ids=lambda body: json.dumps(body)[:20],
)
def test_a_body_that_is_no_list_of_rows_is_refused(api, path, body):
    assert api.send(f"{path}/bulk/", body).status_code == 400


def test_a_bulk_body_may_have_ten_mebibytes(api):
    row = {"sku": "x" * 2000, "name": "x" * 8000}
    assert api.send("products/bulk/", {"items": [row] * 1000}).json()["failed"] == 1000
    assert api.send("products/bulk/", {"items": [row] * 1000, "more": "x" * (1 << 20)}).status_code == 413
    assert fields(api.send("orders/bulk/", {"items": [{}] * 201}))["items"].endswith(
        "Send at most 200 at a time."
    )
