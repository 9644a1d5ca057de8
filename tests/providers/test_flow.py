"""What only Flow does: pointers instead of news, whole numbers for everything, and fields that the merchant names."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.base import Inbound
from connectors.contracts.erp import OrderExport
from connectors.errors import Misconfigured, Rejected
from connectors.providers.flow import Flow, webhooks
from connectors.providers.flow.numbers import number, written
from connectors.schema import SettingsError
from tests.contract.fixtures import fixture
from tests.contract.scenarios.base import ORDER, PLACED_AT, nok
from tests.contract.scenarios.catalog import CUSTOMERS, PRICES, PRODUCTS
from tests.contract.test_webhooks import arrived, deliveries, reader
from tests.providers.asking import ask
from tests.providers.flow_asking import paged, told, values
from tests.providers.flow_asking import written as sent

SALE = fixture("flow")["scenarios"]["import"]["exchanges"][1]["answer"]["body"]
RECEIPT = {"orderUid": "or-9001", "settledAt": "2026-11-20T10:00:30.000Z"}
EXPORT = OrderExport(reference="100234", order=ORDER, properties={})
NO_ROWS = {"field_mapping": ()}


def sale(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(SALE), **changes}


def imported(order: dict[str, Any], **settings: Any) -> Any:
    return told("import_orders", "", paged(RECEIPT), order, **settings)


def test_numbers_are_whole_with_two_implied_decimals() -> None:
    assert (str(number(2500)), str(number(-150)), str(number(0))) == ("25.00", "-1.50", "0.00")
    for strange in ("25", 25.5, True, None):
        with pytest.raises(TypeError):
            number(strange)
    assert [written(value) for value in (nok("12.99"), ORDER.lines[0].tax_rate, PLACED_AT, "x", True)] == [
        1299,
        2500,
        "2026-11-20T10:00:00.000Z",
        "x",
        True,
    ]


def test_nothing_is_read_of_orders_before_flows_names_are_known() -> None:
    error = imported(sale(), read_fields={"Sku": "sku"}).error
    assert isinstance(error, Misconfigured)
    assert "Quantity, LineTotal, OrderTotal are not set" in error.message


def test_states_mean_only_what_the_merchant_says() -> None:
    [order] = imported(sale(deliveryState="SOMETHING", orderState="VOID")).result.items
    assert (order.handed_over, order.cancelled) == (False, False)
    words = {"delivered_states": frozenset({"SOMETHING"}), "cancelled_states": frozenset({"VOID"})}
    [order] = imported(sale(deliveryState="something", orderState="void"), **words).result.items
    assert (order.handed_over, order.cancelled) == (True, True)
    [order] = imported(sale(type="credit"), return_types=frozenset({"CREDIT"})).result.items
    assert (order.kind, order.total) == ("return", nok("749.00"))


def test_goods_both_ways_become_a_sale_and_a_return() -> None:
    both = sale()
    both["items"][0] |= {"pieces": -100, "lineSum": -44900}
    both["orderTotals"] = {"sum": -14900}
    out, back = imported(both).result.items
    assert [(one.external_id, one.kind, one.total) for one in (out, back)] == [
        ("or-9001", "sale", nok("300.00")),
        ("or-9001-R", "return", nok("449.00")),
    ]


@pytest.mark.parametrize(
    "change",
    [{"items": [{}]}, {"orderUid": None}, {"createdAt": "today"}, {"lastModifiedAt": "2026-11-20T10:00:00"}],
)
def test_an_order_that_cannot_be_read_is_named(change: dict[str, Any]) -> None:
    error = imported(sale(**change)).error
    assert isinstance(error, Rejected)
    assert error.message.startswith("Order 10234 of Flow cannot be read")


def test_what_came_from_here_is_not_taken_over() -> None:
    assert imported(sale(external="100234")).result.items == ()


def hook(action: str, at: float = 1_795_168_900.0, **more: Any) -> Inbound:
    body = {"action": action, "tenant": {"Id": 7, "Uid": "nord-7"}, **more}
    return Inbound(method="POST", url="", headers={}, body=json.dumps(body).encode(), received_at=at)


def test_the_same_pointer_within_two_minutes_is_the_same_event() -> None:
    """And is known again whenever the stored body is read."""
    pointer = {"order": {"Id": 1, "Uid": "or-1"}}
    [first] = webhooks.read(hook("ORDER_SETTLED", **pointer), "nord-7")
    [soon] = webhooks.read(hook("ORDER_SETTLED", 1_795_168_901.0, **pointer), "nord-7")
    [late] = webhooks.read(hook("ORDER_SETTLED", 1_795_169_100.0, **pointer), "nord-7")
    assert first.id == soon.id != late.id
    stored = replace(hook("", 1_795_199_999.0), body=first.body)
    assert webhooks.read(stored, "nord-7")[0].id == first.id
    with pytest.raises(Rejected, match="of tenant nord-7, not of other"):
        webhooks.read(hook("ORDER_SETTLED", **pointer), "other")


def test_a_pointer_becomes_the_order_as_it_is_and_other_things_make_their_import_due() -> None:
    [hint] = reader("flow").read_webhook(arrived("flow", deliveries("flow")[0]))  # type: ignore[attr-defined]
    [event] = told("confirm", hint, sale()).result
    assert (event.data["order"].external_id, event.data["order"].handed_over) == ("or-9001", False)
    [event] = told("confirm", replace(hint, type="ORDER_DELIVERED"), sale()).result
    assert event.data["order"].handed_over
    assert told("confirm", hint, (404, {})).outcome.ending is Ending.FAILED
    for action, operation in (
        ("STOCK_CHANGE", "read_inventory"),
        ("PRODUCT_UPDATE", "import_products"),
        ("CUSTOMER_CREATE", "import_customers"),
    ):
        [hint] = webhooks.read(hook(action), "nord-7")
        assert [event.data for event in told("confirm", hint, {}).result] == [{"read_by": operation}]
    [hint] = webhooks.read(hook("TILL_OPEN"), "nord-7")
    assert told("confirm", hint, {}).result == []


@pytest.mark.parametrize(
    ("operation", "request_", "answers"),
    [
        ("export_order", EXPORT, [{}]),
        ("export_products", PRODUCTS, [paged()]),
        ("export_prices", PRICES, [paged({"productSku": "WOOL-M", "productUid": "pr-1"})]),
        ("export_customers", CUSTOMERS, [paged()]),
    ],
)
def test_writes_wait_for_what_only_flows_reference_tells(operation: str, request_: Any, answers: Any) -> None:
    """Without the request, and without the mapping: nothing is written, and the text says what to fill in."""
    for settings, options, words in (({"calls": {}}, (), "FlowCalls"), ({}, NO_ROWS, "Field Mapping")):
        asked = told(operation, request_, *answers, options=options, **settings)
        assert isinstance(asked.error, Misconfigured)
        assert words in asked.error.message
        assert [body for body in sent(asked) if "productSkus" not in body] == []


def test_an_order_that_was_made_is_not_sent_again_and_a_lost_answer_waits_for_a_person() -> None:
    known = replace(EXPORT, order=replace(ORDER, external_ids={"Flow": "or-1"}))
    asked = told("export_order", known, {})
    assert (asked.result.external_id, asked.sent) == ("or-1", [])
    again = ask("flow", "export_order", EXPORT, (200, {}), uncertain=True)
    assert (again.outcome.ending, again.sent) == (Ending.UNKNOWN, [])
    assert told("export_order", EXPORT, {}).outcome.ending is Ending.UNKNOWN


def test_the_path_names_the_orders_own_store() -> None:
    there = replace(EXPORT, order=replace(ORDER, sections={"store_ids": {"FlowStoreUid-NOR": "st/7"}}))
    asked = told("export_order", there, {"orderUid": "or-5"})
    assert asked.sent == [("POST", "/v2/tenants/nord-7/stores/st%2F7/sales")]


def test_a_customer_is_only_known_by_our_number() -> None:
    other = paged({"customerUid": "cu-1", "externalId": "C-770"})
    made = told("export_customers", CUSTOMERS, other, (201, {"customerUid": "cu-2"}))
    assert [item.external_id for item in made.result.items] == ["cu-2"]
    asked = told("export_customers", [replace(CUSTOMERS[0], number="")], {})
    assert [(item.state, asked.sent) for item in asked.result.items] == [("skipped", [])]


def test_prices_of_another_currency_are_refused() -> None:
    asked = told("export_prices", PRICES[:1], paged(), currency="SEK")
    assert "Flow's are in SEK" in asked.result.items[0].message


def test_a_refused_token_names_the_rights() -> None:
    asked = told("import_customers", "", (403, {}))
    assert isinstance(asked.error, Misconfigured)
    assert "TENANT.ACCESS" in asked.error.message
    for cursor in ("x", "0", "-1"):
        assert isinstance(told("import_products", cursor, {}).error, Rejected)
    assert isinstance(told("import_orders", "[]", {}).error, Rejected)


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"TenantUid": "a b"}, "must be a Uid"),
        ({"StoreUids": "a/b"}, "must be Uids"),
        ({"Currency": "crowns"}, "ISO 4217"),
        ({"FlowCalls": {"OrderCreate": "orders"}}, "method and path"),
        ({"FlowCalls": {"OrderCreate": "POST /orders/{productUid}"}}, "its path may hold {storeUid}"),
        ({"FlowCalls": {"OrderMake": "POST /orders"}}, "has no ordermake; use OrderCreate"),
        ({"FlowFields": {"Colour": "color"}}, "has no colour; use Sku"),
    ],
)
def test_settings_are_refused_with_the_cure(properties: dict[str, Any], words: str) -> None:
    given = {"TenantUid": "t", "StoreUids": "s", "Currency": "NOK", **properties}
    with pytest.raises(SettingsError, match=words.replace("{", r"\{").replace("}", r"\}")):
        Flow.settings.compile({"bearer_token": "t"}, given)
    assert values().currency == "NOK"
