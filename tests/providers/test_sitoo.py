"""What only Sitoo does: texts for amounts, refusals inside a success, tills that give and take at once, two kinds of
warehouses."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.common import Address
from connectors.contracts.ecommerce import ImportedOrder
from connectors.contracts.erp import OrderExport, StockLevel
from connectors.errors import Misconfigured, Rejected
from connectors.providers.sitoo import Sitoo
from connectors.providers.sitoo.cursor import Cursor
from connectors.providers.sitoo.receipts import Taking
from connectors.schema import SettingsError
from tests.contract.fixtures import fixture
from tests.contract.scenarios.base import ORDER, nok
from tests.contract.scenarios.catalog import CUSTOMERS, PRICES, PRODUCTS
from tests.contract.test_webhooks import arrived, deliveries, reader
from tests.providers.asking import ask
from tests.providers.sitoo_asking import EMPTY, listed, told, values, written
from workflows.amounts import line_total

TILLS = Taking("Sitoo", "PosSitoo", True, ())
SALE = fixture("sitoo")["scenarios"]["import"]["exchanges"][0]["answer"]["body"]["items"][0]
LEVELS = [
    StockLevel(sku="WOOL-M", quantity=Decimal(12), location="3"),
    StockLevel(sku="SOCK-42", quantity=Decimal(4), location="3"),
]


def receipt(*rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The fixture's sale with other rows and fields; rows are changes of its first one."""
    order = copy.deepcopy(SALE)
    if rows:
        order["orderitems"] = [{**SALE["orderitems"][0], "moneydiscount": "0.00", **row} for row in rows]
    return {**order, **changes}


def adds_up(order: ImportedOrder) -> bool:
    """As the intake counts."""
    rows = [
        line_total(line.quantity, line.unit_price.amount, line.discount.amount, order.currency)
        for line in order.lines
    ]
    return sum(rows, order.shipping_total.amount) == order.total.amount


ROW = {"moneyitemtotal_net": "100.00", "moneyitemtotal_vat": "25.00"}


@pytest.mark.parametrize(
    ("rows", "changes", "total"),
    [
        ([ROW], {}, "125.00"),
        ([{**ROW, "quantity": 3, "decimalquantitytotal": "3.000"}], {}, "125.00"),
        ([{**ROW, "decimalunitquantity": "0.333", "decimalquantitytotal": "0.333"}], {}, "125.00"),
        ([{**ROW, "moneydiscount": "20.00"}], {}, "125.00"),
        ([ROW], {"moneytotal_gross_roundoff": "-0.40"}, "124.60"),
        ([ROW], {"moneytotal_gross_roundoff": "0.50"}, "125.50"),
        ([ROW], {"moneytotal_gross_delivery": "49.00", "moneytotal_gross_checkout": "10.00"}, "184.00"),
        (
            [ROW, {"orderitemtype": 20, "moneyitemtotal_net": "-20.00", "moneyitemtotal_vat": "-5.00"}],
            {},
            "100.00",
        ),
        (
            [
                {
                    "moneyitemtotal_net": "100.00",
                    "moneyitemtotal_vat": "0.00",
                    "vatvalue": 0,
                    "salestaxes": [
                        {
                            "name": "CA",
                            "moneytotal": "100.00",
                            "moneytax": "7.25",
                            "decimaltaxvalue": "7.250",
                        }
                    ],
                }
            ],
            {"currencycode": "USD"},
            "107.25",
        ),
    ],
    ids=[
        "plain",
        "pieces",
        "weight",
        "discount",
        "rounded down",
        "rounded up",
        "fees",
        "discount row",
        "sales tax",
    ],
)
def test_rows_come_to_the_total_to_the_cent(rows: Any, changes: Any, total: str) -> None:
    [order] = TILLS.read(receipt(*rows, moneytotal_gross_all=total, **changes))
    assert adds_up(order)
    assert all(line.discount.amount >= 0 and line.unit_price.amount >= 0 for line in order.lines)


def test_what_does_not_add_up_is_handed_on_with_sitoos_total_for_the_intake_to_refuse() -> None:
    [order] = TILLS.read(receipt(ROW, moneytotal_gross_all="999.00"))
    assert (order.total, adds_up(order)) == (nok("999.00"), False)


def test_goods_both_ways_are_a_sale_and_a_return_that_settle_each_other() -> None:
    back = {
        "quantity": -1,
        "decimalquantitytotal": "-1.000",
        "moneyitemtotal_net": "-80.00",
        "moneyitemtotal_vat": "-20.00",
    }
    paid = [{"name": "Card", "moneyamount": "25.00"}]
    sale, gone = TILLS.read(receipt(ROW, back, moneytotal_gross_all="25.00", payments=paid))
    for order in (sale, gone):
        assert adds_up(order)
        assert sum(payment.captured.amount for payment in order.payments) == order.total.amount
    assert (sale.external_id, gone.external_id) == ("80110", "80110-R")


def test_an_unknown_state_is_the_end_of_nothing() -> None:
    [order] = TILLS.read(receipt(orderstateid=30, paymentstateid=99))
    assert not order.cancelled
    assert not order.handed_over
    assert order.payments == ()
    assert order.properties["SitooOrderState"] == "unknown (30)"
    assert [one.cancelled for state in (20, -1) for one in TILLS.read(receipt(orderstateid=state))] == [
        True,
        True,
    ]


def test_only_tills_are_read_and_never_what_came_from_here() -> None:
    web = receipt(registerid=None)
    assert TILLS.read(web) == []
    assert len(replace(TILLS, tills_only=False).read(web)) == 1
    assert TILLS.read(receipt(additionaldata={"crossdock-order": "100234"})) == []


@pytest.mark.parametrize(
    "change",
    [
        {"moneytotal_gross_all": 749},
        {"moneytotal_gross_all": "NaN"},
        {"orderdate": "today"},
        {"orderid": None},
    ],
)
def test_a_receipt_that_cannot_be_read_is_named(change: dict[str, Any]) -> None:
    with pytest.raises(Rejected, match=r"Order .* of Sitoo cannot be read"):
        TILLS.read({**receipt(), **change})


def test_rows_without_an_article_number_get_one_and_a_mapping_may_name_it() -> None:
    free = {**ROW, "sku": "", "productid": None, "productattributes": "GIFT-WRAP"}
    [order] = TILLS.read(receipt({**ROW, "sku": ""}, free, moneytotal_gross_all="250.00"))
    assert [line.sku for line in order.lines] == ["PRODUCT-4101", "POS-ITEM"]
    mapped = replace(TILLS, mapping=(("SkuId", "productattributes"),))
    assert mapped.read(receipt(free, moneytotal_gross_all="125.00"))[0].lines[0].sku == "GIFT-WRAP"


def test_orders_that_were_open_are_read_again_and_a_little_is_gone_back() -> None:
    at = Cursor.read(Cursor(after=100, open=(7, 90)).text())
    assert (at.after, at.again, at.under_way) == (80, (7, 90), True)
    at = Cursor.read(at.looked_at([7, 90], [90]).text())
    assert (at.after, at.open, at.again) == (80, (90,), ())
    assert Cursor.read(at.next([95, 101], [101], more=False).text()).open == (90, 101)
    for text in ("x", "[]", '{"after": "x"}', '{"open": [1]}'):
        with pytest.raises(Rejected, match="none of Sitoo's"):
            Cursor.read(text)


def export(**changes: Any) -> OrderExport:
    return OrderExport(reference="100234", order=replace(ORDER, **changes), properties={})


def body_of(**changes: Any) -> dict[str, Any]:
    [body] = written(told("export_order", export(**changes), EMPTY, 80500))
    return dict(body)


def test_what_is_collected_goes_to_its_stores_warehouse_without_an_address() -> None:
    stores = {"SitooWarehouseId": "8", "sitoowarehouseid-nor": "9"}
    body = body_of(order_type="Online-PickupInStore", sections={"store_ids": stores})
    assert (body["warehouseid"], body["delivery_address"], body["invoice_address"]) == (9, "", "Storgata 12")
    assert body_of(sections={"store_ids": {"Sitoo": "7"}})["warehouseid"] == 7


@pytest.mark.parametrize(
    ("amounts", "state"),
    [
        ({"captured": "1250.00"}, 20),
        ({"captured": "0.00"}, 15),
        ({"captured": "625.00"}, 15),
        ({"captured": "0.00", "cancelled": "1250.00"}, 0),
        ({"captured": "1250.00", "refunded": "1.00"}, 0),
    ],
)
def test_only_money_that_is_held_is_told(amounts: dict[str, str], state: int) -> None:
    payment = {"payment_method": "Card", "provider_id": "pi_1", "reference": "p1", "authorized": "1250.00"}
    zero = {"refunded": "0.00", "cancelled": "0.00"}
    assert body_of(sections={"payments": [{**payment, **zero, **amounts}]})["paymentstateid"] == state


def test_fees_discounts_and_weights_are_rows_of_sitoos() -> None:
    line = replace(ORDER.lines[0], quantity=Decimal("1.5"), total=nok("700.00"), discount=nok("48.50"))
    body = body_of(
        lines=(line,),
        shipping_total=nok("49.00"),
        tax_total=ORDER.lines[0].tax + nok("9.80"),
        total=nok("749.00"),
    )
    assert body["orderitems"] == [
        {
            "sku": "WOOL-M",
            "productname": "Wool sweater",
            "quantity": 1,
            "decimalunitquantity": "1.500",
            "moneyrowprice": "748.50",
            "moneyrowdiscount": "48.50",
            "vatvalue": 25,
        },
        {"productname": "Shipping", "quantity": 1, "moneyrowprice": "49.00", "vatvalue": 25},
    ]


@pytest.mark.parametrize(
    ("changes", "settings", "kind", "words"),
    [
        ({"number": "100 234"}, {}, Rejected, "letters, digits, dashes"),
        ({"number": "9" * 40}, {}, Rejected, "1 to 40"),
        ({"store": "OSLO"}, {"warehouse_id": ()}, Misconfigured, "store OSLO has no warehouse"),
    ],
)
def test_what_sitoo_could_not_take_is_refused_with_the_cure(
    changes: Any, settings: Any, kind: Any, words: str
) -> None:
    asked = told("export_order", export(**changes), EMPTY, **settings)
    assert isinstance(asked.error, kind)
    assert words in asked.error.message


def test_a_second_export_changes_what_differs_while_the_order_is_open() -> None:
    there = fixture("sitoo")["scenarios"]["export found"]["exchanges"][0]["answer"]["body"]["items"][0]
    moved = replace(ORDER.shipping, line1="Parkveien 1")
    asked = told("export_order", export(shipping=moved), listed(there), True)
    assert written(asked) == [{"ordertypeid": 10, "delivery_address": "Parkveien 1"}]
    assert asked.result.message == "changed delivery_address"
    assert told("export_order", export(), listed(there)).result.message == "nothing to change"
    done = told("export_order", export(shipping=Address()), listed({**there, "orderstateid": 10}))
    assert done.result.message == "closed or cancelled in Sitoo, so nothing was changed"


def test_an_answer_that_got_lost_is_looked_up_by_our_number() -> None:
    there = fixture("sitoo")["scenarios"]["export found"]["exchanges"][0]["answer"]["body"]["items"][0]
    found = told_again("export_order", export(), listed(there))
    assert found.result.external_id == "80500"
    again = told_again("export_order", export(), EMPTY, EMPTY, 80501)
    assert (again.result.external_id, len(written(again))) == ("80501", 1)


def told_again(operation: str, request: Any, *answers: Any) -> Any:
    return ask("sitoo", operation, request, *((200, answer) for answer in answers), uncertain=True)


def test_counted_warehouses_are_moved_by_the_difference() -> None:
    there = listed({"sku": "WOOL-M", "decimaltotal": "9.000"}, {"sku": "SOCK-42", "decimaltotal": "6.000"})
    done = [{"statuscode": 200, "return": 1}, {"statuscode": 400, "errortext": "Closed for counting"}]
    asked = told("set_inventory", LEVELS, {"warehousetype": 10}, there, done)
    [moves] = written(asked)
    assert [(move["transactiontype"], move["items"]) for move in moves] == [
        (10, [{"sku": "WOOL-M", "decimalquantity": "3.000"}]),
        (20, [{"sku": "SOCK-42", "decimalquantity": "-2.000"}]),
    ]
    assert "SOCK-42: Closed for counting; the others were set (1)" in asked.error.message


def test_levels_that_are_there_already_are_not_set_again_after_a_lost_answer() -> None:
    same = listed({"sku": "WOOL-M", "decimaltotal": "12.000"}, {"sku": "SOCK-42", "decimaltotal": "4.000"})
    assert told_again("set_inventory", LEVELS, same).result.message == "2 levels are as they should be"
    assert told_again("set_inventory", LEVELS, EMPTY).outcome.ending is Ending.RETRY


@pytest.mark.parametrize(
    "answer", [True, {"statuscode": 200}, [], [{"statuscode": 200}], [{"statuscode": "200"}, {}]]
)
def test_a_batch_without_an_answer_for_each_item_is_no_success(answer: Any) -> None:
    asked = told("set_inventory", LEVELS, {"warehousetype": 20}, answer)
    assert asked.outcome.ending in {Ending.UNKNOWN, Ending.FAILED}


def test_a_store_without_a_warehouse_is_named() -> None:
    level = StockLevel(sku="WOOL-M", quantity=Decimal(1), location="OSLO")
    asked = told("set_inventory", [level], EMPTY, warehouse_id=())
    assert "The store OSLO has no warehouse in Sitoo" in asked.error.message


def test_products_need_a_group_with_their_rate() -> None:
    groups = listed({"vatid": 1, "value": 15, "productgrouptype": 10})
    asked = told("export_products", PRODUCTS[1:], EMPTY, groups)
    [item] = asked.result.items
    assert (item.state, "no goods group with 25 % VAT" in item.message) == ("failed", True)
    asked = told(
        "export_products", PRODUCTS[1:], EMPTY, [{"statuscode": 200, "return": 5}], product_group_id=7
    )
    assert written(asked)[0][0]["vatid"] == 7


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"price_list": "Summer"}, "no price list Summer"),
        ({"price_list": "Outlet"}, "is in SEK, the price in NOK"),
        ({"includes_tax": False}, "Sitoo's prices include tax"),
    ],
)
def test_prices_go_into_a_list_of_their_currency(change: dict[str, Any], words: str) -> None:
    lists = fixture("sitoo")["scenarios"]["prices"]["exchanges"][0]["answer"]["body"]
    asked = told("export_prices", [replace(PRICES[0], **change)], lists)
    assert [words in item.message for item in asked.result.items] == [True]
    assert written(asked) == []


def test_staff_are_never_changed_and_nobody_without_an_address_is_sent() -> None:
    staff = listed({"userid": "{A}", "email": "kari@example.com", "role": 20})
    for customer, answer in (
        (CUSTOMERS[0], staff),
        (replace(CUSTOMERS[0], email=""), EMPTY),
        (replace(CUSTOMERS[0], deleted=True), EMPTY),
    ):
        asked = told("export_customers", [customer], answer)
        assert [item.state for item in asked.result.items] == ["skipped"]
        assert written(asked) == []


def test_a_refused_login_names_the_address_list_too() -> None:
    asked = told("find_order", export(), (403, {"errortext": "Forbidden"}))
    assert isinstance(asked.error, Misconfigured)
    assert "IP address" in asked.error.message


@pytest.mark.parametrize(
    ("host", "kept"),
    [
        ("https://api.mysitoo.com/v2/accounts/4711", "https://api.mysitoo.com"),
        ("https://api.mysitoo.com/v2/accounts/4711/sites/1", "https://api.mysitoo.com"),
        ("https://eu2.mysitoo.com", "https://eu2.mysitoo.com"),
    ],
)
def test_the_base_url_may_be_entered_as_sitoo_shows_it(host: str, kept: str) -> None:
    assert Sitoo.own_host(values(host=host)) == kept


def test_another_accounts_base_url_is_refused() -> None:
    with pytest.raises(Misconfigured, match="account 1500, AccountNumber is 4711"):
        Sitoo.own_host(values(host="https://api.mysitoo.com/v2/accounts/1500"))


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"AccountNumber": "x"}, "account's number"),
        ({"EshopId": "0"}, "above 0"),
        ({"WarehouseIds": "Oslo"}, "must be numbers"),
        ({"StockOwner": "both"}, "must be one of Sitoo, Crossdock"),
        ({"ImportOrders": "some"}, "must be one of tills, all"),
    ],
)
def test_settings_are_refused_with_the_cure(properties: dict[str, str], words: str) -> None:
    columns = {"username": "a", "password": "b"}
    with pytest.raises(SettingsError, match=words):
        Sitoo.settings.compile(columns, {"AccountNumber": "4711", **properties})


def test_events_of_another_account_are_refused_and_those_of_another_site_ignored() -> None:
    event = fixture("sitoo")["webhooks"][0]["body"][0]
    other = arrived("sitoo", {"body": [{**event, "account_id": 1500}]})
    with pytest.raises(Rejected, match="of account 1500"):
        reader("sitoo").read_webhook(other)  # type: ignore[attr-defined]
    elsewhere = {"body": [{**event, "data": {**event["data"], "eshop_id": 9}}]}
    [hint] = reader("sitoo").read_webhook(arrived("sitoo", elsewhere))  # type: ignore[attr-defined]
    assert told("confirm", hint, EMPTY).result == []
    assert json.loads(hint.body) == elsewhere["body"]


def test_an_event_becomes_the_order_as_it_is_now() -> None:
    [hint, other] = reader("sitoo").read_webhook(arrived("sitoo", deliveries("sitoo")[0]))  # type: ignore[attr-defined]
    [event] = told("confirm", hint, listed(SALE)).result
    assert (event.data["order"].external_id, event.id) == ("80110", hint.id)
    assert told("confirm", other, EMPTY).result == []
    assert told("confirm", hint, EMPTY).outcome.ending is Ending.RETRY
