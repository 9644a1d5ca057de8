"""Ongoing WMS against its simulator: orders there and back, stock, arrivals, returns, and settings that are refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.warehouse import InboundDelivery, InboundLine, WarehouseState
from connectors.errors import Misconfigured
from connectors.providers.ongoing import Ongoing
from connectors.sandbox import Sandbox, start
from connectors.schema import SettingsError
from tests.contract.scenarios.base import ADDRESS
from tests.providers.ongoing_stage import COLUMNS, PROPERTIES, OngoingStand, export

HOST = "https://api.ongoingsystems.se/nordlager"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with start() as running:
        yield running


@pytest.fixture
def stand(sandbox: Sandbox) -> OngoingStand:
    sandbox.reset()
    return OngoingStand(sandbox)


def test_an_order_is_put_once_and_changed_while_that_is_possible(stand: OngoingStand) -> None:
    first = stand.done("export_order", export())
    moved = replace(ADDRESS, line1="Havnegata 3")
    again = stand.done("export_order", export(shipping=moved))
    assert first.external_id == again.external_id
    assert (stand.executed("create_order"), stand.executed("update_order")) == (1, 1)
    [order] = stand.house["orders"]
    assert order["consignee"]["address1"] == "Havnegata 3"
    stand.control("/orders/100234/pick")
    late = stand.call("export_order", export())
    assert (late.ending, "too late to change the address" in late.message) == (Ending.FAILED, True)
    assert "nothing was changed" in stand.done("export_order", export(shipping=moved)).message


def test_a_number_of_somebody_else_is_left_alone(stand: OngoingStand) -> None:
    stand.done("export_order", export(id=99))
    refused = stand.call("export_order", export())
    assert "NumberPrefix" in refused.message
    prefixed = OngoingStand(stand.sandbox, properties={"NumberPrefix": "NS-"})
    prefixed.done("export_order", export())
    assert [item.reference for item in prefixed.everything("import_order_states")[0]] == ["100234"]


def test_an_order_is_sent_as_the_shopper_chose(sandbox: Sandbox) -> None:
    sandbox.reset()
    groups = {"OngoingWaysOfDelivery": {"Pickup": "PUP"}, "OngoingTransporters": {"pickup": "BRING/5800"}}
    stand = OngoingStand(sandbox, properties=groups)
    chosen = {"shipping_option": "PICKUP", "pickup_point": "121414", "state": "created"}
    stand.done("export_order", export(sections={"shipments": [chosen]}))
    [order] = stand.house["orders"]
    info = order["orderInfo"]
    assert (info["wayOfDelivery"], info["servicePointCode"]) == ({"code": "PUP"}, "121414")
    assert (order["transporter"]["code"], order["transporter"]["serviceCode"]) == ("BRING", "5800")


def test_what_the_warehouse_says_of_a_refusal_reaches_staff(stand: OngoingStand) -> None:
    strange = replace(export().order.lines[0], sku="TENT-9")
    refused = stand.call("export_order", export(lines=(strange,)))
    assert (refused.ending, refused.message) == (
        Ending.FAILED,
        "Ongoing: The article number TENT-9 does not exist.",
    )
    mapped = OngoingStand(stand.sandbox, options={"field_mapping": (("GiftWrap", "giftWrap"),)})
    assert "The Field Mapping names giftWrap" in mapped.call("export_order", export()).message


def test_an_order_is_taken_back_until_the_warehouse_is_at_work(stand: OngoingStand) -> None:
    for number in ("1", "2"):
        stand.done("export_order", export(number))
    stand.done("cancel_order", export("1"))
    assert "cancelled there" in stand.done("cancel_order", export("1")).message
    stand.control("/orders/2/allocate")
    refused = stand.call("cancel_order", export("2"))
    assert (refused.ending, "320 Allocated" in refused.message) == (Ending.FAILED, True)
    dead = stand.call("export_order", export("1"))
    assert "cancelled at the warehouse" in dead.message
    assert stand.executed("cancel_order") == 1


def test_states_are_read_page_by_page_and_told_again_only_within_the_overlap(sandbox: Sandbox) -> None:
    sandbox.reset()
    stand = OngoingStand(sandbox, properties={"PageSize": 2, "OngoingStatuses": {"425": "partly_shipped"}})
    for number in "12345":
        stand.done("export_order", export(number))
    stand.control("/orders/1/pick")
    stand.control("/orders/2/ship")
    stand.control("/orders/3/ship", {"short": {"1": 1}})
    stand.control("/orders/4/status", {"number": 425, "text": "Delvis skickad"})
    stand.control("/orders/5/status", {"number": 451, "text": "Avhämtas"})
    items, cursor = stand.everything("import_order_states")
    assert [(item.reference, item.state) for item in items] == [
        ("1", WarehouseState.PICKED),
        ("2", WarehouseState.SHIPPED),
        ("3", WarehouseState.PARTLY_SHIPPED),
        ("4", WarehouseState.PARTLY_SHIPPED),
        ("5", WarehouseState.UNKNOWN),
    ]
    assert (items[1].shipped, items[2].shipped, items[3].shipped) == ({1: 2, 2: 1}, {1: 1, 2: 1}, {})
    assert items[1].parcels[0].tracking_url.startswith("https://tracking.example/7073")
    assert len(stand.everything("import_order_states", cursor)[0]) == 5
    later = f'{{"since": "{(datetime.now(UTC) + timedelta(minutes=1)).isoformat()}"}}'
    assert stand.everything("import_order_states", later)[0] == []


def test_stock_is_what_can_be_sold_and_everything_is_read_after_a_pause(stand: OngoingStand) -> None:
    stand.done("export_order", export())
    levels, cursor = stand.everything("read_inventory")
    assert {level.sku: level.quantity for level in levels} == {"WOOL-M": 10, "SOCK-42": 39}
    old = f'{{"since": "{(datetime.now(UTC) - timedelta(days=3)).isoformat()}"}}'
    assert len(stand.everything("read_inventory", old)[0]) == 2
    physical = OngoingStand(
        stand.sandbox, properties={"StockFigure": "physical", "OngoingWarehouses": {"OSL": 1}}
    )
    assert {
        (level.location, level.quantity) for level in physical.everything("read_inventory", cursor)[0]
    } == {
        ("OSL", Decimal(24)),
        ("OSL", Decimal(80)),
    }


def test_goods_are_announced_once_and_told_of_when_they_arrive(stand: OngoingStand) -> None:
    lines = (InboundLine(number=1, sku="WOOL-M", quantity=Decimal(40)),)
    delivery = InboundDelivery(reference="PO-501", lines=lines, supplier="Ullvarefabrikken")
    first, second = (stand.done("export_inbound", delivery) for _ in range(2))
    assert first.external_id == second.external_id
    stand.control("/deliveries/PO-501/receive", {"pieces": {"1": 36}})
    items, cursor = stand.everything("import_inbound")
    assert [(item.word, item.closed, item.lines[0].received) for item in items] == [
        ("400 Arrived", False, 36)
    ]
    stand.control("/deliveries/PO-501/receive", {"pieces": {}, "done": True})
    assert any(item.closed for item in stand.everything("import_inbound", cursor)[0])
    assert stand.executed("created_delivery") == 1


def test_what_came_back_is_told_by_our_lines(stand: OngoingStand) -> None:
    stand.done("export_order", export())
    stand.control("/orders/100234/ship")
    stand.control("/returns", {"order": "100234", "pieces": {"1": 1}, "cause": "Too small"})
    [item] = stand.everything("import_returns")[0]
    assert (item.reference, item.lines[0].number, item.lines[0].quantity) == ("100234", 1, 1)
    assert (item.lines[0].cause, item.received_at is not None) == ("Too small", True)


def test_a_wrong_password_is_a_matter_for_the_administrator(stand: OngoingStand) -> None:
    stand.sandbox.control("POST", "ongoing/login", {"refused": ["WSINordstore"]})
    refused = stand.call("import_returns", "", write=False)
    assert isinstance(refused.error, Misconfigured)


@pytest.mark.parametrize(
    ("columns", "properties", "words"),
    [
        ({"username": "kari"}, {}, "begins with WSI"),
        ({}, {"GoodsOwnerId": 0}, "from 1 to"),
        ({}, {"OngoingStatuses": {"425": "sent"}}, "425 = sent"),
        ({}, {"OngoingStatuses": {"Sent": "shipped"}}, "Sent = shipped"),
        ({}, {"OngoingWarehouses": {"OSL": "1", "BGO": "1"}}, "one warehouse for two stores"),
        ({}, {"ClosedInboundStatuses": "500;900"}, "whole number"),
        ({}, {"StockFigure": "booked"}, "must be one of sellable, physical"),
        ({}, {"PageSize": 5000}, "from 1 to 1000"),
    ],
)
def test_settings_are_refused_in_words(
    columns: dict[str, Any], properties: dict[str, Any], words: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        Ongoing.settings.compile({"host": HOST, **COLUMNS, **columns}, {**PROPERTIES, **properties})
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("https://api.ongoingsystems.se", "names no warehouse"),
        ("https://api.ongoingsystems.se/apidemo", "Is Test"),
    ],
)
def test_hosts_are_refused_in_words(host: str, words: str) -> None:
    values = Ongoing.settings.compile({"host": host, **COLUMNS}, PROPERTIES)
    with pytest.raises(Misconfigured, match=words):
        Ongoing.own_host(values)


def test_an_order_for_a_warehouse_that_is_none_of_ongoings_is_refused(stand: OngoingStand) -> None:
    there = OngoingStand(stand.sandbox, properties={"OngoingWarehouses": {"OSL": 1}})
    sections = {"shipments": [{"warehouse": "BGO", "state": "booked", "shipping_option": "Home"}]}
    refused = there.call("export_order", export(sections=sections))
    assert "Store BGO has no warehouse at Ongoing" in refused.message
    two = {"shipments": [*sections["shipments"], {"warehouse": "OSL", "state": "booked"}]}
    assert "several warehouses (BGO, OSL)" in there.call("export_order", export(sections=two)).message
