import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.models.api_key import recent_keys
from tenants.scoping import tenant_scope
from tests.api.conftest import Api, fields
from tests.factories.tenants import MarketFactory, StoreFactory
from tests.factories.workflows import ProductFactory
from workflows.api import examples
from workflows.models import Order, WorkflowRun
from workflows.orders import create_order


@pytest.fixture
def orders(shop):
    with tenant_scope(shop.tenant):
        return [
            create_order(shop.order_data(number=f"N-{index}", external_ids={"shop": str(index)}))
            for index in range(3)
        ]


def numbers(answer) -> list[str]:
    return [row["number"] for row in answer.json()["results"]]


class TestPlace:
    def test_the_described_example_is_what_happens(self, shop, api):
        with tenant_scope(shop.tenant):
            ProductFactory(sku="TENT-2", name="Tent for two", tenant=shop.tenant)
            ProductFactory(sku="STOVE-1", name="Stove", tenant=shop.tenant)
        answer = api.send("orders/", examples.NEW_ORDER)
        assert answer.status_code == 201, answer.json()
        assert answer.headers["Location"] == "http://testserver/api/v1/orders/WEB-1001/"
        saved = api.get(answer.headers["Location"]).json()
        times = {name: saved.pop(name) for name in ("created_at", "modified_at")}
        assert saved == {name: value for name, value in examples.ORDER.items() if name not in times}
        with tenant_scope(shop.tenant):
            run = WorkflowRun.objects.get()
        assert answer.json() == {**saved, **times, "run_id": run.pk}
        assert run.actor.startswith("shop (cdk_")

    def test_a_number_is_generated_and_the_workflow_may_rest(self, shop, api):
        answer = api.send("orders/", {**shop.order_data(), "run_workflow": False})
        assert answer.status_code == 201
        assert answer.json()["run_id"] is None
        assert answer.json()["number"].isdigit()

    def test_shape_and_meaning_are_judged_in_one_answer(self, shop, api):
        answer = api.send(
            "orders/",
            {
                "market": "NRO",
                "colour": "red",
                "currency": 5,
                "lines": [{"sku": "ZZ", "quantity": 1.5, "unit_price": 100}, {"sku": "A", "quantity": "1"}],
                "total": "-1.00",
            },
        )
        assert answer.status_code == 400
        assert {name: text.split("; ")[1] for name, text in fields(answer).items()} == {
            "colour": "known are number, order_type, status, market, store, currency, customer, billing, shipping,"
            " lines, shipping_total, shipping_tax_rate, discount_total, tax_total, total, tags, properties,"
            " external_ids, placed_at, run_workflow, payments, shipments",
            "market": "did you mean NOR?",
            "currency": 'send it in quotes, such as "NOR".',
            "lines.0.quantity": 'send digits in quotes, such as "2" or "0.5".',
            "lines.0.unit_price": 'send the amount in quotes, such as "199.00".',
            "total": "give what is taken off as a positive discount.",
        }

    def test_a_number_that_is_taken_is_a_conflict(self, shop, api, orders):
        answer = api.send("orders/", shop.order_data(number="N-1"))
        assert answer.status_code == 409
        assert "already is an order N-1" in fields(answer)["number"]

    def test_what_was_just_written_is_not_read_again(self, shop, api):
        with CaptureQueriesContext(connection) as seen:
            assert api.send("orders/", shop.order_data()).json()["lines"][2]["total"] == "100.00"
        assert [row["sql"] for row in seen if row["sql"].startswith('SELECT "workflows_orderline"')] == []

    def test_an_amount_finer_than_its_currency_is_refused(self, shop, api):
        line = {"sku": "A", "quantity": "1", "unit_price": "10.005"}
        assert set(fields(api.send("orders/", shop.order_data(lines=[line])))) == {"lines.0.unit_price"}

    def test_a_repeated_request_places_one_order(self, shop, api):
        body = shop.order_data()
        first, second = (api.send("orders/", body, **{"Idempotency-Key": "k-1"}) for _ in "ab")
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        with tenant_scope(shop.tenant):
            assert Order.objects.count() == 1

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "{",
            "[]",
            "7",
            "null",
            '"NOR"',
            '{"market": NaN}',
            '{"market": "NOR", "market": "SWE"}',
            '{"market": "NOR", "lines": null}',
            '{"market": "NOR", "lines": {}}',
            '{"market": "NOR", "lines": [null]}',
            '{"market": "NOR", "lines": [[]]}',
            '{"market": "a\\u0000", "lines": []}',
            '{"market": {"code": "NOR"}, "lines": [{"sku": {}, "quantity": [], "unit_price": {}}]}',
            '{"market": "NOR", "customer": [], "billing": 1, "tags": "x", "properties": [], "external_ids": 1}',
            '{"market": "NOR", "placed_at": "0001-01-01T00:00:00+14:00", "run_workflow": "maybe"}',
            '{"lines": [{"sku": "A", "quantity": "1e400", "unit_price": "1e400"}]}',
            '{"properties": ' + '{"a":' * 40 + "1" + "}" * 40 + "}",
            json.dumps({"tags": ["x"] * 1001}),
            json.dumps({"market": "x" * 5000}),
            b"\xff\xfe{}",
        ],
    )
    def test_broken_bodies_are_refused_and_nothing_is_saved(self, shop, api, body):
        answer = api.send("orders/", body)
        assert answer.status_code == 400
        assert answer.headers["Content-Type"] == "application/problem+json"
        with tenant_scope(shop.tenant):
            assert not Order.objects.exists()

    def test_oversize_bodies_are_refused(self, api):
        answer = api.send("orders/", json.dumps({"market": "x" * (1 << 20)}))
        assert answer.status_code == 413

    def test_other_media_types_are_refused(self, api):
        assert api.post("/api/v1/orders/", {"market": "NOR"}).status_code == 415

    def test_codes_of_another_tenant_do_not_exist(self, shop, api, stranger):
        with tenant_scope(shop.tenant):
            MarketFactory(tenant=shop.tenant, code="OURS")
            StoreFactory(tenant=shop.tenant, code="OURS")
        answer = stranger.send("orders/", {**shop.order_data(), "market": "OURS", "store": "OURS"})
        assert set(fields(answer)) == {"market", "store"}
        assert "OURS" not in str([text.split("; ")[1] for text in fields(answer).values()])


class TestRead:
    def test_one_order(self, api, orders):
        document = api.read("orders/N-1/").json()
        assert (document["number"], document["total"], len(document["lines"])) == ("N-1", "300.00", 3)

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({}, ["N-2", "N-1", "N-0"]),
            ({"number": "N-1"}, ["N-1"]),
            ({"number": "n-1"}, []),
            ({"external_id": "shop:2"}, ["N-2"]),
            ({"external_id": "erp:2"}, []),
            ({"status": "New", "market": "nor", "order_type": "Online"}, ["N-2", "N-1", "N-0"]),
            ({"status": "Ship"}, []),
            ({"market": "SWE"}, []),
            ({"order_type": "Pos"}, []),
            ({"modified_since": "2000-01-01T00:00:00Z"}, ["N-0", "N-1", "N-2"]),
            ({"modified_since": "2190-01-01T00:00:00Z"}, []),
        ],
    )
    def test_filters(self, api, orders, query, expected):
        assert numbers(api.read("orders/", **query)) == expected

    def test_pages_follow_each_other_while_orders_arrive(self, shop, api, orders):
        first = api.read("orders/", limit=2)
        with tenant_scope(shop.tenant):
            create_order(shop.order_data(number="LATE"))
        assert numbers(first) == ["N-2", "N-1"]
        assert numbers(api.get(first.json()["next"])) == ["N-0"]

    def test_a_change_moves_an_order_to_the_end_of_what_changed(self, api, orders):
        api.send("orders/N-0/status/", {"status": "InProgress"})
        assert numbers(api.read("orders/", modified_since="2000-01-01T00:00:00Z")) == ["N-1", "N-2", "N-0"]

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"modified_since": "yesterday"}, "modified_since"),
            ({"modified_since": "2026-05-03T12:00:00"}, "modified_since"),
            ({"modified_since": "0001-01-01T00:00:00+14:00"}, "modified_since"),
            ({"external_id": "17"}, "external_id"),
            ({"external_id": "a\x00:b"}, "external_id"),
            ({"statsu": "New"}, "statsu"),
            ({"limit": "1000"}, "limit"),
            ({"cursor": "zzz"}, "cursor"),
        ],
    )
    def test_a_query_with_errors_is_refused(self, api, query, field):
        answer = api.read("orders/", **query)
        assert answer.status_code == 400
        assert set(fields(answer)) == {field}

    def test_a_list_costs_the_same_statements_for_any_length(
        self, shop, api, orders, django_assert_num_queries
    ):
        api.read("orders/")
        recent_keys.forget()
        with django_assert_num_queries(4):  # key, orders, lines, errors
            api.read("orders/", limit=1)
        with tenant_scope(shop.tenant):
            for _ in range(10):
                create_order(shop.order_data())
        recent_keys.forget()
        with django_assert_num_queries(4):
            assert len(numbers(api.read("orders/", limit=100))) == 13

    def test_an_order_costs_four_statements(self, api, orders, django_assert_num_queries):
        api.read("orders/N-0/")
        recent_keys.forget()
        with django_assert_num_queries(4):
            api.read("orders/N-0/")


class TestStatus:
    def test_an_order_is_moved(self, shop, api, orders):
        answer = api.send("orders/N-0/status/", {"status": "InProgress", "reason": "paid", "version": 1})
        assert answer.status_code == 200
        with tenant_scope(shop.tenant):
            run = WorkflowRun.objects.get(status="InProgress")
        moved = {"number": "N-0", "status": "InProgress", "version": 2}
        assert answer.json() == {**moved, "run_id": run.pk, "run_state": None}
        assert run.reason == "paid"

    def test_an_order_is_moved_without_a_workflow(self, api, orders):
        answer = api.send("orders/N-0/status/", {"status": "InProgress", "run_workflow": False})
        assert answer.json()["run_id"] is None

    def test_what_may_not_follow_is_a_conflict(self, api, orders):
        answer = api.send("orders/N-0/status/", {"status": "Completed"})
        assert answer.status_code == 409
        expected = {**examples.STATUS_NOT_ALLOWED, "instance": "/api/v1/orders/N-0/status/"}
        assert answer.json() == {**expected, "request_id": answer.headers["X-Request-Id"]}

    def test_a_stale_version_is_a_conflict_that_tells_the_state(self, api, orders):
        api.send("orders/N-0/status/", {"status": "InProgress"})
        answer = api.send("orders/N-0/status/", {"status": "Ship", "version": 1})
        assert answer.status_code == 409
        assert answer.json()["detail"].startswith("The order is at version 2 (status InProgress), not 1")

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "status"),
            ({"status": "Shipp"}, "status"),
            ({"status": 5, "version": "x"}, "version"),
            ({"status": "Ship", "version": 2**40}, "version"),
            ({"status": "Ship", "statuss": "x"}, "statuss"),
            ({"status": "Ship", "reason": "x" * 301}, "reason"),
        ],
    )
    def test_a_body_with_errors_is_refused(self, api, orders, body, field):
        answer = api.send("orders/N-0/status/", body)
        assert answer.status_code == 400
        assert field in fields(answer)


CALLS = [
    ("GET", "orders/N-0/"),
    ("POST", "orders/N-0/status/", {"status": "InProgress"}),
    ("GET", "orders/N-0/runs/"),
    ("GET", "orders/N-0/errors/"),
    ("POST", "orders/N-0/errors/", {"key": "K", "message": "m"}),
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call[0]} {call[1]}")
def test_another_tenants_order_is_not_found(shop, stranger, orders, call):
    answer = stranger.read(call[1]) if call[0] == "GET" else stranger.send(call[1], call[2])
    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is no order N-0."
    with tenant_scope(shop.tenant):
        order = Order.objects.get(number="N-0")
        assert (order.status, order.errors.count()) == ("New", 0)


def test_another_tenants_orders_are_not_listed(stranger, orders):
    assert numbers(stranger.read("orders/")) == []
    assert numbers(stranger.read("orders/", external_id="shop:1")) == []


@pytest.mark.parametrize("call", [("POST", "orders/", {}), *CALLS], ids=lambda call: f"{call[0]} {call[1]}")
def test_a_key_needs_the_scope_of_the_call(shop, orders, call):
    method, path, *body = call
    granted = "orders:read" if method == "POST" else "orders:write"
    api = Api(shop.tenant, granted, "products:read", "products:write")
    answer = api.read(path) if method == "GET" else api.send(path, body[0])
    assert answer.status_code == 403


@pytest.mark.parametrize("number", ["nothing", "N-0%00", "N-0%2F..", "%ED%A0%80"])
def test_a_number_that_cannot_be_is_not_found(api, orders, number):
    assert api.get(f"/api/v1/orders/{number}/").status_code == 404
