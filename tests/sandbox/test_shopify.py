"""The simulated shop: orders, pages, stock, fulfilments and signed webhooks, each in Shopify's own shape."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.base import Inbound
from connectors.contracts.erp import StockLevel
from connectors.errors import Misconfigured
from connectors.providers.shopify import Shopify
from connectors.sandbox import Sandbox
from connectors.sandbox.shopify.selection import UnknownField, pick
from tenants.secret_value import SecretValue
from tests.contract.graphql_schema import answer_problems, schema
from tests.contract.published import specs
from tests.providers.shopify_shapes import line_sum
from tests.sandbox.callers import Caller, until
from tests.sandbox.receiver import Receiver
from tests.sandbox.shops import SWEATERS, ShopStand

SECRET = "shpss_sandbox"
PATH = "/shopify/nordstore/admin/api/2026-07/graphql.json"


@pytest.fixture
def shop(sandbox: Sandbox) -> ShopStand:
    return ShopStand(sandbox)


def level(sku: str, quantity: int, location: str = "Oslo") -> StockLevel:
    return StockLevel(sku=sku, quantity=Decimal(quantity), location=location)


def call(sandbox: Sandbox, body: Any, token: str = "shpat_1", path: str = PATH) -> Any:
    reply = Caller(sandbox).call("POST", path, json.dumps(body).encode(), {"X-Shopify-Access-Token": token})
    return reply.status, reply.json


class TestOrders:
    def test_a_short_order_is_written_out_and_adds_up(self, shop: ShopStand) -> None:
        data = {
            "lines": [
                {"sku": "WOOL-M", "price": "499.00", "quantity": 2, "discount": "98.00"},
                {"sku": "SOCK-42", "price": "79.90"},
            ],
            "shipping": "49.00",
            "taxes_included": False,
            "note": "Ring twice",
            "attributes": {"GiftWrap": "yes"},
        }
        shop.order(data)
        shop.order({**data, "taxes_included": True, "paid": True})
        excluded, included = shop.imported()
        assert (str(excluded.total), str(included.total)) == ("1286.13 NOK", "1028.90 NOK")
        assert all(line_sum(order) == order.total for order in (excluded, included))
        assert included.payments[0].captured == included.total
        assert (excluded.properties["Note"], excluded.properties["GiftWrap"]) == ("Ring twice", "yes")

    def test_an_order_in_the_shops_own_shape_is_kept_as_it_is(self, shop: ShopStand) -> None:
        from tests.providers.shopify_shapes import rest

        given = {
            **rest(),
            "customer": {"id": 6001, "first_name": "Kari", "last_name": "Nordmann", "email": "k@x.no"},
        }
        kept = shop.order({"order": given})
        assert {name: kept[name] for name in given if name != "line_items"} == {
            name: given[name] for name in given if name != "line_items"
        }
        [order] = shop.imported()
        assert (order.external_id, order.customer.external_ids) == ("9001", {"Shopify": "6001"})

    def test_pages_are_read_to_the_end_while_orders_change(self, shop: ShopStand) -> None:
        numbers = [shop.order()["name"][1:] for _ in range(12)]
        page = shop.import_page()
        assert (len(page.items), page.more) == (10, True)
        shop.control(f"/orders/{numbers[0]}", {"note": "changed meanwhile"})
        rest = shop.import_page(page.cursor)
        assert sorted({order.number for order in (*page.items, *rest.items)}) == sorted(numbers)
        assert [order.number for order in rest.items][-1] == numbers[0]

    def test_only_what_changed_since_is_told(self, shop: ShopStand) -> None:
        shop.order({**SWEATERS, "updated_at": "2026-11-01T10:00:00+01:00"})
        shop.order({**SWEATERS, "updated_at": "2026-11-02T10:00:00+01:00"})
        cursor = json.dumps({"since": "2026-11-02T09:00:00+00:00"})
        assert [order.modified_at.day for order in shop.imported(cursor)] == [2]
        assert len(shop.imported()) == 2

    def test_edited_and_cancelled_orders(self, shop: ShopStand) -> None:
        order = shop.order()
        line = str(order["line_items"][0]["id"])
        shop.control(f"/orders/{order['id']}", {"pieces": {line: 1}, "current_total_price": "548.00"})
        [edited] = shop.imported()
        assert (edited.lines[0].quantity, str(edited.total)) == (Decimal(1), "548.00 NOK")
        shop.control(f"/orders/{order['id']}/cancel", {"reason": "customer"})
        [cancelled] = shop.imported()
        assert cancelled.cancelled
        assert cancelled.modified_at > edited.modified_at

    def test_orders_of_more_lines_than_a_page_holds(self, shop: ShopStand) -> None:
        shop.order({"lines": [{"sku": f"S{number}", "price": "1.00"} for number in range(170)]})
        [order] = shop.imported()
        assert len(order.lines) == 170
        assert shop.asked() == ["ReadOrders", "ReadOrderLines", "ReadOrderLines"]

    def test_shops_do_not_see_each_other(self, sandbox: Sandbox, shop: ShopStand) -> None:
        shop.order()
        assert ShopStand(sandbox, "otherstore").imported() == []


class TestStock:
    def test_levels_are_set_per_location_under_a_key(self, shop: ShopStand) -> None:
        for sku in ("WOOL-M", "SOCK-42"):
            shop.control("/stock", {"sku": sku, "quantity": 5})
        outcome = shop.set_stock([level("WOOL-M", 12), level("SOCK-42", 0, "Bergen")])
        assert outcome.ending is Ending.SUCCEEDED
        assert shop.control("")["stock"] == {
            "WOOL-M": {"Oslo": 12, "Bergen": 0},
            "SOCK-42": {"Oslo": 5, "Bergen": 0},
        }
        assert shop.set_stock([level("WOOL-M", 12), level("SOCK-42", 0, "Bergen")]).ending is Ending.SUCCEEDED
        assert shop.executed("set_stock") == 1

    def test_rows_are_set_all_or_none(self, shop: ShopStand) -> None:
        shop.control("/stock", {"sku": "WOOL-M", "quantity": 5})
        shop.control("/stock", {"sku": "SOCK-42", "location": "Bergen", "quantity": None})
        outcome = shop.set_stock([level("WOOL-M", 12), level("SOCK-42", 1, "Bergen")])
        assert "SKU SOCK-42 at location 56" in outcome.message
        assert shop.control("")["stock"]["WOOL-M"]["Oslo"] == 5

    def test_a_key_with_other_rows_is_refused(self, shop: ShopStand) -> None:
        shop.control("/stock", {"sku": "WOOL-M", "quantity": 5})
        shop.set_stock([level("WOOL-M", 12)])
        assert shop.set_stock([level("WOOL-M", 13)]).error.code == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"  # type: ignore[union-attr]


class TestFulfilments:
    def test_goods_of_two_locations_in_two_parcels(self, shop: ShopStand) -> None:
        order = shop.order(
            {
                "lines": [
                    {"sku": "WOOL-M", "price": "499.00", "quantity": 3},
                    {"sku": "SOCK-42", "price": "79.00", "location": "Bergen"},
                ]
            }
        )
        line = f"_{order['line_items'][0]['id']}"
        assert shop.fulfil(order, "T1", **{line: 1}).ending is Ending.SUCCEEDED
        assert shop.fulfil(order, "T2").ending is Ending.SUCCEEDED
        [shown] = shop.control("")["orders"]
        pieces = [(item["number"], list(item["pieces"].values())) for item in shown["fulfilments"]]
        assert pieces == [("T1", [1]), ("T2", [2]), ("T2", [1])]
        assert shown["order"]["fulfillment_status"] == "fulfilled"
        assert shop.sandbox.doubles() == []

    def test_what_is_on_hold_or_cancelled_is_refused(self, shop: ShopStand) -> None:
        held, gone = shop.order(), shop.order()
        shop.control(f"/orders/{held['id']}/hold", {"held": True})
        shop.control(f"/orders/{gone['id']}/cancel", {})
        assert "on hold" in shop.fulfil(held).message
        assert "cancelled" in shop.fulfil(gone).message
        shop.control(f"/orders/{held['id']}/hold", {"held": False})
        assert shop.fulfil(held).ending is Ending.SUCCEEDED

    def test_the_ledger_sees_a_parcel_that_is_told_twice(self, sandbox: Sandbox, shop: ShopStand) -> None:
        """Were the provider to look for none, the shop would take the second half as another fulfilment."""
        order = shop.order()
        line = order["line_items"][0]["id"]
        provider = shop.provider()
        state = provider._state(shop.fulfilment(order))
        for _ in range(2):
            parts = state.groups({str(line): 1})[0]
            provider._create(shop.fulfilment(order), parts)
        assert [double["times"] for double in sandbox.doubles()] == [2]


class TestWebhooks:
    def subscribe(self, shop: ShopStand, url: str, **more: Any) -> None:
        shop.control("/webhooks", {"url": url, "secret": SECRET, **more})

    def test_an_order_by_webhook_is_the_order_that_is_imported(
        self, shop: ShopStand, receiver: Receiver
    ) -> None:
        self.subscribe(shop, receiver.url)
        order = shop.order({**SWEATERS, "tags": "Vip, Gift", "paid": True})
        shop.control(f"/orders/{order['id']}", {"note": "new"})
        until(lambda: len(receiver.received) == 2)
        headers, body = receiver.received[1]
        inbound = Inbound(
            method="POST", url="https://hub.example/", headers=headers, body=body, received_at=0
        )
        Shopify.webhook.verify(inbound, [SecretValue(SECRET)], 0)
        [event] = shop.provider().read_webhook(inbound)
        [imported] = shop.imported()
        assert event.type == "orders/updated"
        told = event.data["order"]
        assert (told.lines, told.total, told.tags) == (imported.lines, imported.total, ("Vip", "Gift"))
        assert told.payments[0].captured == imported.payments[0].captured
        assert told.modified_at == imported.modified_at

    def test_repetitions_keep_their_id(self, shop: ShopStand, receiver: Receiver) -> None:
        self.subscribe(shop, receiver.url, times=3, topics=["orders/create"])
        order = shop.order()
        shop.fulfil(order)
        until(lambda: len(receiver.received) == 3)
        assert len({headers["x-shopify-webhook-id"] for headers, _ in receiver.received}) == 1
        assert {headers["x-shopify-shop-domain"] for headers, _ in receiver.received} == {
            "nordstore.myshopify.com"
        }

    def test_what_happens_to_an_order_is_told_to_those_who_asked(
        self, shop: ShopStand, receiver: Receiver
    ) -> None:
        topics = ["orders/create", "orders/updated", "orders/fulfilled", "orders/cancelled"]
        self.subscribe(shop, receiver.url, topics=topics)
        order = shop.order()
        shop.fulfil(order)
        other = shop.order()
        shop.control(f"/orders/{other['name'][1:]}/cancel", {})
        until(lambda: len(receiver.received) == 6)
        assert [headers["x-shopify-topic"] for headers, _ in receiver.received] == [
            "orders/create",
            "orders/updated",
            "orders/fulfilled",
            "orders/create",
            "orders/updated",
            "orders/cancelled",
        ]

    def test_failed_deliveries_are_repeated_when_asked_for(
        self, sandbox: Sandbox, shop: ShopStand, receiver: Receiver
    ) -> None:
        sandbox.control("POST", "shopify/webhooks", {"retries": 2, "wait_ms": 1})
        self.subscribe(shop, receiver.url)
        receiver.statuses = [503]
        shop.order()
        until(lambda: len(sandbox.control("GET", "shopify/deliveries")["deliveries"]) == 2)
        assert [item["status"] for item in sandbox.control("GET", "shopify/deliveries")["deliveries"]] == [
            503,
            200,
        ]


class TestApi:
    def test_the_connectors_check(self, sandbox: Sandbox, shop: ShopStand) -> None:
        assert shop.provider().test_connection()["myshopifyDomain"] == "nordstore.myshopify.com"
        with pytest.raises(Misconfigured, match=r"otherstore\.myshopify\.com, not nordstore"):
            ShopStand(sandbox, "otherstore").provider().test_connection()

    def test_who_may_not_come_in(self, sandbox: Sandbox) -> None:
        status, body = call(sandbox, {}, token="wrong")
        assert (status, body["errors"][:21]) == (401, "[API] Invalid API key")
        assert call(sandbox, {}, path="/shopify/nordstore/admin/orders.json")[0] == 404

    @pytest.mark.parametrize("body", [{}, [], {"operationName": "DropShop", "query": "{ shop { name } }"}])
    def test_unknown_operations(self, sandbox: Sandbox, body: Any) -> None:
        assert call(sandbox, body)[1]["errors"][0]["extensions"]["code"] == "BAD_REQUEST"

    def test_an_unknown_field_is_an_error(self, sandbox: Sandbox) -> None:
        body = {"operationName": "CheckShop", "query": "query CheckShop { shop { colour } }"}
        assert "'colour' doesn't exist on 'shop'" in call(sandbox, body)[1]["errors"][0]["message"]

    def test_stock_needs_its_key(self, sandbox: Sandbox) -> None:
        body = {
            "operationName": "SetStock",
            "query": "mutation SetStock { x }",
            "variables": {"idempotencyKey": "k"},
        }
        assert "@idempotent" in call(sandbox, body)[1]["errors"][0]["message"]

    @pytest.mark.skipif(not (specs() / "shopify.graphql").exists(), reason="Shopify's schema is not at hand")
    def test_answers_are_as_published(self, sandbox: Sandbox, shop: ShopStand) -> None:
        order = shop.order(
            {**SWEATERS, "customer": {"id": 6, "email": "k@example.com"}, "note_attributes": []}
        )
        shop.imported()
        shop.fulfil(order)
        shop.fulfil(order)
        shop.control("/stock", {"sku": "WOOL-M", "quantity": 5})
        shop.again(shop.set_stock([level("WOOL-M", 12)]), days_later=30)
        shop.provider().test_connection()
        known, caller, judged = schema("shopify.graphql"), Caller(sandbox), set()
        for made in sandbox.calls("shopify"):
            asked = json.loads(made["body"])
            if asked["operationName"] == "CreateFulfilment":
                continue
            answer = caller.call(
                "POST", PATH, made["body"].encode(), {"X-Shopify-Access-Token": "shpat_1"}
            ).json
            assert answer_problems(known, asked, answer["data"]) == []
            judged.add(asked["operationName"])
        assert judged == {
            "ReadOrders",
            "ReadFulfilments",
            "FindStockItems",
            "ReadLocations",
            "SetStock",
            "ReadStockLevels",
            "CheckShop",
        }


def test_a_document_picks_what_it_names() -> None:
    data = {"a": {"b": 1, "c": [{"d": None, "e": 2}, {"d": {"f": 3}, "e": 4}], "g": None}}
    document = 'query X($v: [Int!]!) { a(first: 1, q: "{)") @include(if: $v) { b c(x: {y: 1}) { d { f } } g { h } } }'
    assert pick(document, data) == {"a": {"b": 1, "c": [{"d": None}, {"d": {"f": 3}}], "g": None}}
    with pytest.raises(UnknownField, match="'z' doesn't exist on 'a'"):
        pick("{ a { z } }", data)
