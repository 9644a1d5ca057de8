"""What only Front Systems does: two keys, traps of OData, HTTP 200 that hides refusals, sums that must be equal."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.common import Address
from connectors.contracts.ecommerce import OrderKind
from connectors.contracts.erp import OrderExport, StockLevel
from connectors.errors import Misconfigured, Rejected, RetryLater, Unknown
from connectors.providers.frontsystems import FrontSystems, omni, rows
from connectors.providers.frontsystems.cursor import PAGE, Days, Paging
from connectors.schema import SettingsError
from tenants.money import Money
from tests.contract.fixtures import fixture
from tests.contract.published import description, specs
from tests.contract.scenarios.base import ORDER, line
from tests.contract.scenarios.catalog import CUSTOMERS, PRODUCTS
from tests.contract.scenarios.shop import LEVELS
from tests.providers.frontsystems_asking import paid_order, told, values

AT = '{"day": "2025-01-16", "going": true}'


def recorded(scenario: str, place: int) -> list[dict[str, Any]]:
    body = fixture("frontsystems")["scenarios"][scenario]["exchanges"][place]["answer"]["body"]
    found: list[dict[str, Any]] = copy.deepcopy(body["value"])
    return found


def sales(headers: list[Any], lines: list[Any], **settings: Any) -> Any:
    return told("import_orders", AT, {"value": headers}, {"value": lines}, **settings)


def export(order: Any) -> OrderExport:
    return OrderExport(reference="r", order=order, properties={})


def compiled(**properties: str) -> Any:
    columns = fixture("frontsystems")["connector"]["columns"]
    return FrontSystems.settings.compile(columns, properties)


def test_both_keys_go_along_and_neither_is_told() -> None:
    asked = told("import_customers", "", (401, {"message": "Access denied"}))
    assert isinstance(asked.error, Misconfigured)
    assert "subscription key" in asked.error.message and "Integration users" in asked.error.message
    headers = asked.server.requests[0].headers
    assert {"ocp-apim-subscription-key", "x-api-key"} <= set(headers)


def test_sales_are_asked_for_without_personal_data_and_without_pages() -> None:
    asked = sales([], [])
    for _, path in asked.sent:
        assert "%24top=2000000" in path and "%24select=" in path and "skip" not in path
        assert not any(name in path for name in ("FirstName", "LastName", "Email", "Phone", "Address"))


@pytest.mark.parametrize(
    "change", [{"IsVoided": True}, {"IsComplete": False}, {"IsTest": True}, {"IsWeb": True}], ids=str
)
def test_only_finished_real_sales_of_tills_are_taken(change: dict[str, Any]) -> None:
    [header, *_], lines = recorded("import", 0), recorded("import", 1)[:2]
    assert [one.external_id for one in sales([header], lines).result.items] == ["125300101"]
    assert sales([{**header, **change}], lines).result.items == ()


def test_web_sales_come_too_where_they_are_asked_for() -> None:
    headers, lines = recorded("import", 0), recorded("import", 1)
    taken = sales(headers, lines, import_orders="all").result.items
    assert {one.external_id for one in taken} == {"125300101", "125300104"}


def test_goods_both_ways_are_a_sale_and_a_return_that_settle_each_other() -> None:
    taken = sales(recorded("import a return", 0), recorded("import a return", 1)).result.items
    told_of = {
        one.external_id: (
            one.kind,
            str(one.total.amount),
            [(pay.method, str(pay.captured.amount)) for pay in one.payments],
        )
        for one in taken
    }
    assert told_of == {
        "125300110": (OrderKind.RETURN, "449.00", [("PointOfSale", "449.00")]),
        "125300111": (OrderKind.SALE, "200.00", [("Exchange", "200.00")]),
        "125300111-R": (OrderKind.RETURN, "449.00", [("PointOfSale", "249.00"), ("Exchange", "200.00")]),
    }


def test_a_cut_answer_of_odata_takes_nothing_rather_than_part() -> None:
    """HTTP 200 with rows missing on either side, which OData does where it counts before it filters."""
    headers, lines = recorded("import", 0), recorded("import", 1)
    for cut in ((headers[1:], lines), (headers, lines[1:])):
        asked = sales(*cut)
        assert isinstance(asked.error, RetryLater), asked.outcome
        assert "1253001" in asked.error.message


def test_sales_of_other_locations_are_left_out() -> None:
    headers, lines = recorded("import", 0)[:1], recorded("import", 1)[:2]
    assert sales(headers, lines, stock_ids=("3302",)).result.items == ()
    assert len(sales(headers, lines, stock_ids=()).result.items) == 1


def test_every_run_goes_back_and_ends_today() -> None:
    assert str(Days.read('{"day": "2025-01-20"}', None).day) == "2025-01-17"
    assert Days.read("", None).next().under_way
    far = Days.read('{"day": "2099-01-01", "going": true}', None).next()
    assert not far.under_way
    with pytest.raises(Rejected, match="empty it"):
        Days.read("[1]", None)


def test_pages_that_are_counted_and_not_skipped_are_found_out() -> None:
    """The second page of everything is empty though half is missing: so the numbers are of pages."""
    first = Paging().counted(PAGE + 1, PAGE + 1).behind(["2026"] * PAGE)
    again = first.behind([])
    assert (again.in_pages, again.skip) == (True, 1)
    done = again.behind(["2027"])
    assert done == Paging(since="2027", in_pages=True)
    short = Paging(since="2026").counted(3, 2 * PAGE).behind([])
    assert (short.in_pages, short.skip, short.wanted) == (False, PAGE, 3)


def test_a_batch_that_is_refused_in_part_says_which() -> None:
    answer = {"created": 0, "updated": 0, "unprocessedProducts": [{"product": {"extId": "someone else's"}}]}
    asked = told("export_products", PRODUCTS, answer)
    assert isinstance(asked.error, Unknown)
    assert "which were taken" in asked.error.message


def test_sizes_of_one_parent_are_one_variant() -> None:
    sizes = [
        replace(PRODUCTS[0], sku=sku, gtin="", parent="WOOL", options={"Size": sku}) for sku in ("S", "M")
    ]
    asked = told("export_products", sizes, {"created": 1, "updated": 0, "unprocessedProducts": []})
    [[variant]] = asked.bodies
    assert variant["extId"] == "WOOL"
    assert [size["label"] for size in variant["productSizes"]] == ["S", "M"]


def test_what_is_only_to_fill_gaps_overwrites_nothing() -> None:
    record = replace(PRODUCTS[0], keep=frozenset({"description", "brand"}))
    done = {"created": 0, "updated": 1, "unprocessedProducts": []}
    asked = told("export_products", [record], {"extId": "WOOL-M", "Brand": "Theirs", "description": ""}, done)
    [sent] = asked.bodies[-1]
    assert ("brand" in sent, sent["description"]) == (False, "Knitted in Norway")
    new = told("export_products", [record], (404, {"message": "no"}), done).bodies[-1]
    assert new[0]["brand"] == "Nordstore"


@pytest.mark.parametrize("answer", ["Failed", {"message": "Ok"}, None, 1], ids=str)
def test_a_count_is_booked_only_where_it_is_confirmed(answer: Any) -> None:
    asked = told("set_inventory", LEVELS, answer)
    assert asked.outcome.ending is Ending.UNKNOWN


def test_levels_need_a_location_and_whole_pieces() -> None:
    half = [StockLevel(sku="A", quantity=Decimal("0.5"))]
    assert isinstance(told("set_inventory", half, "Ok").error, Rejected)
    nowhere = told(
        "set_inventory", [StockLevel(sku="A", quantity=Decimal(1), location="X")], "Ok", stock_id=None
    )
    assert "FrontSystemsStockId" in nowhere.error.message


def test_a_second_export_changes_the_address_while_nobody_has_begun() -> None:
    body = json.loads(json.dumps(omni.body_of(ORDER, values()), default=float))
    there = {**body, "orderId": 7, "orderLines": []}
    assert told("export_order", export(ORDER), there).result.message == "nothing to change"
    moved = replace(ORDER, shipping=replace(ORDER.shipping, line1="Storgata 99"))
    asked = told("export_order", export(moved), there, 7)
    assert (asked.result.message, asked.sent[-1][0]) == ("changed shippingAddress", "PUT")
    for status, word in (("Picked", "picked"), ("Levitating", "not known here")):
        asked = told("export_order", export(moved), {**there, "status": status})
        assert word in asked.result.message and len(asked.sent) == 1


@pytest.mark.parametrize(
    ("order_type", "kind", "sent"),
    [("Online", "BOSS", True), ("Online-PickupInStore", "BOPIS", False), ("Hold", "ROPIS", False)],
)
def test_what_is_collected_goes_without_delivery_address(order_type: str, kind: str, sent: bool) -> None:
    order = replace(paid_order(), order_type=order_type)
    body = omni.body_of(order, values(reserve_order_types=frozenset({"hold"})))
    assert (body["orderType"], "shippingAddress" in body) == (kind, sent)
    assert [pay["amount"] for pay in body["paymentLines"]] == (
        [] if kind == "ROPIS" else [Decimal("1250.00")]
    )


def test_lines_that_cannot_be_divided_keep_their_total() -> None:
    odd = replace(line(1, "A", "Article", "3", "33.50", "20.00"), discount=Money.of("0.50", "NOK"))
    odd = replace(odd, total=Money.of("100.00", "NOK"))
    found = list(rows.rows_of(replace(ORDER, lines=(odd,))))
    assert [(row.quantity, str(row.price)) for row in found] == [(2, "33.33"), (1, "33.34")]
    assert rows.total_of(found) == Decimal("100.00")


def test_a_web_sale_is_booked_under_one_id_and_adds_up() -> None:
    order = paid_order(
        shipping_total=Money.of("49.00", "NOK"),
        total=Money.of("1299.00", "NOK"),
        tax_total=Money.of("259.80", "NOK"),
    )
    answers = ("FREIGHT-1", [{"StoreId": 101, "StockId": 3301}], 5101, 9001)
    bodies = [told("export_order", export(order), *answers).bodies for _ in range(2)]
    assert bodies[0] == bodies[1]
    sale = bodies[0][-1]
    assert [(row["identity"], row["vat"]) for row in sale["salesLines"]][-1] == ("FREIGHT-1", 0.25)
    assert sale["saleDateTime"] == "2026-11-20T11:00:00+01:00"
    assert (sale["customerID"], sale["paymentLines"][0]["paymentType"]) == (5101, 10)


@pytest.mark.parametrize(
    ("changes", "settings", "words"),
    [
        ({"total": Money.of("1000.00", "NOK")}, {}, "capture the order first"),
        ({}, {"payment_types": {}}, "PaymentTypes"),
    ],
)
def test_a_web_sale_that_would_not_add_up_is_not_sent(changes: Any, settings: Any, words: str) -> None:
    asked = told(
        "export_order", export(paid_order(**changes)), [{"StoreId": 101, "StockId": 3301}], **settings
    )
    assert isinstance(asked.error, Rejected)
    assert words in asked.error.message
    assert all(method == "GET" for method, _ in asked.sent)


def test_a_lost_web_sale_may_be_sent_again_and_a_lost_order_is_looked_for() -> None:
    booked = told("export_order", export(paid_order()), [{"StoreId": 101, "StockId": 3301}], 5101, 9001)
    assert booked.result.external_id == "9001"
    assert (
        told("export_order", export(ORDER), (404, {"message": "no"}), "a text").outcome.ending
        is Ending.UNKNOWN
    )


def test_an_order_without_place_is_not_sent_anywhere() -> None:
    asked = told("export_order", export(replace(ORDER, store="OSLO")), 1, stock_id=None)
    assert "The store OSLO has no stock location" in asked.error.message
    assert asked.sent == []
    placed = replace(
        ORDER, sections={"store_ids": {"FrontSystemsStockId-NOR": "7", "FrontSystemsStockId": "8"}}
    )
    asked = told("export_order", export(placed), (404, {"message": "no"}), 5, stock_id=None)
    assert asked.server.requests[-1].headers["x-stockid"] == "7"


def test_staff_and_deleted_customers_are_let_be() -> None:
    [customer] = fixture("frontsystems")["scenarios"]["customers"]["exchanges"][2]["answer"]["body"][:1]
    asked = told("export_customers", CUSTOMERS, [{**customer, "isEmployee": True}])
    assert [str(item.state) for item in asked.result.items] == ["skipped"]
    gone = [replace(CUSTOMERS[0], deleted=True, address=Address())]
    assert [str(item.state) for item in told("export_customers", gone, []).result.items] == ["skipped"]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("PaymentTypes", '{"Vipps": 11}', "Front Systems takes 5"),
        ("StockOwner", "both", "must be one of"),
        ("Currency", "kroner", "three letters"),
        ("StockIds", "Oslo", "numbers as Front Systems"),
        ("ImportOrders", "some", "must be one of"),
    ],
)
def test_settings_take_documented_values_only(key: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        compiled(**{key: value})


def test_our_own_web_sales_never_come_back_as_orders() -> None:
    with pytest.raises(Misconfigured, match="WebSaleOrderTypes"):
        FrontSystems.own_host(compiled(ImportOrders="all", WebSaleOrderTypes="Web"))


@pytest.mark.thorough
def test_each_product_of_a_batch_is_as_published() -> None:
    """The description has one product where the call takes a list."""
    if not (specs() / "frontsystems.json").exists():
        pytest.skip("the vendor's description is not at hand; set CROSSDOCK_SPECS to its folder")
    asked = told("export_products", PRODUCTS, {"created": 2, "updated": 0, "unprocessedProducts": []})
    judge = description("frontsystems.json")
    assert [judge.violations("BatchedProduct", item) for item in asked.bodies[0]] == [[], []]
