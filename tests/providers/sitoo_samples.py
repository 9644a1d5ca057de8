"""What the samples of Sitoo's developer pages have to come to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from connectors.auth import Basic
from connectors.contracts.ecommerce import OrderKind
from connectors.contracts.erp import StockLevel
from connectors.providers.sitoo import Sitoo
from connectors.providers.sitoo.exports import AMENDABLE
from connectors.providers.sitoo.receipts import Taking
from connectors.providers.sitoo.stock import MOVE_IN, MOVE_OUT, movement_of
from connectors.schema import SettingsValues
from tenants.money import Money
from tenants.secret_value import SecretValue
from tests.contract.scenarios.catalog import CUSTOMERS, PRICES, PRODUCTS
from tests.providers.sitoo_asking import EMPTY, listed, told, values, written

Samples = dict[str, Any]

_UNUSED = "not part of what is exchanged with the order system"
LEFT_OUT = {
    "sitoo-02": "service orders: " + _UNUSED,
    "sitoo-04": "shipments between stores: " + _UNUSED,
    "sitoo-06": "shipments between stores: " + _UNUSED,
    "sitoo-10": "cash registers: " + _UNUSED,
    "sitoo-12": "categories: " + _UNUSED,
    "sitoo-14": "categories: " + _UNUSED,
    "sitoo-16": "custom attributes: " + _UNUSED,
    "sitoo-18": "gift cards: " + _UNUSED,
    "sitoo-20": "gift cards: " + _UNUSED,
    "sitoo-22": "gift cards: " + _UNUSED,
    "sitoo-28": "deliveries are made at the till, which closes the order",
    "sitoo-34": "price lists themselves are made in Sitoo",
    "sitoo-38": "prices are not taken out of lists",
    "sitoo-42": "product groups are made in Sitoo",
    "sitoo-46": "products are never deleted, only switched off",
    "sitoo-50": "variants are put together in Sitoo; each is a product with its own SKU",
    "sitoo-52": "stores are made in Sitoo",
    "sitoo-54": "stores are made in Sitoo",
    "sitoo-64": "warehouses are made in Sitoo",
}

TAKING = Taking("Sitoo", "PosSitoo", True, ())


def orders(data: dict[str, Any], samples: Samples) -> None:
    """A sale, and a return whose payment is 90.00 less than its goods: told as it is."""
    sale, back = (one for order in data["items"] for one in TAKING.read(order))
    assert (sale.kind, sale.external_id, sale.total) == (OrderKind.SALE, "11513", Money.of("15.00", "USD"))
    assert (sale.lines[0].sku, sale.lines[0].unit_price.amount, sale.lines[0].discount.amount) == (
        "121292-4",
        Decimal("15.00"),
        Decimal("0.00"),
    )
    assert (sale.handed_over, sale.location) == (True, "1")
    assert sale.placed_at == datetime.fromtimestamp(1463041119, UTC)
    assert (back.kind, back.total) == (OrderKind.RETURN, Money.of("2990.00", "USD"))
    assert (back.lines[0].quantity, back.lines[0].unit_price.amount) == (1, Decimal("2990.00"))
    assert back.payments[0].captured == Money.of("2900.00", "USD")
    assert back.properties["ReturnReason"] == "RC123"


def order_log(data: dict[str, Any], samples: Samples) -> None:
    [order] = [item for item in samples["sitoo-00"]["items"] if item["orderid"] == 11513]
    logged = [{**entry, "datelog": entry["datelog"] + 100} for entry in data["items"]]
    [read] = TAKING.read({**order, "orderlogitems": logged})
    assert read.modified_at == datetime.fromtimestamp(1463041159, UTC)


def order_change(data: dict[str, Any], samples: Samples) -> None:
    """The fields that a sample changes are among those that a second export changes."""
    assert set(data) <= set(AMENDABLE)


def site(data: dict[str, Any], samples: Samples) -> None:
    config = SimpleNamespace(values=values(eshop_id=data["eshopid"]))
    provider = Sitoo(config, None)  # type: ignore[arg-type]
    provider.read_check(listed(data))


def price_lists(data: dict[str, Any], samples: Samples) -> None:
    [price] = told("import_prices", "", data, listed({"sku": "A", "moneyprice": "5.00"})).result.items
    assert (price.price, price.price_list) == (Money.of("5.00", "USD"), "Default Price List")


def prices_sent(data: list[dict[str, Any]], samples: Samples) -> None:
    lists = listed({"pricelistid": 1, "pricelistname": "A", "currencycode": "NOK"})
    [sent] = written(told("export_prices", PRICES, lists, True))
    assert {key for row in sent for key in row} == {"sku", "moneyprice"} == set(data[0])


def product_groups(data: dict[str, Any], samples: Samples) -> None:
    """The lowest goods group of a rate; gift cards and services are none."""
    asked = told("export_products", PRODUCTS[:1], EMPTY, data, [{"statuscode": 200, "return": 1}])
    assert written(asked)[0][0]["vatid"] == 2


def products(data: dict[str, Any], samples: Samples) -> None:
    page = told("import_products", "", {**data, "totalcount": 5}).result
    assert [(item.sku, item.name) for item in page.items][:2] == [
        ("10038-1", "Sofa Grand III"),
        ("10038-5", "Kitchen Table"),
    ]
    assert page.total == 5


def product_change(data: dict[str, Any], samples: Samples) -> None:
    asked = told("export_products", PRODUCTS[:1], listed({"productid": 9, "sku": "WOOL-M"}), True)
    assert asked.result.items[0].external_id == "9"
    assert set(data) <= set(written(asked)[0][0])


def users_made(data: list[dict[str, Any]], samples: Samples) -> None:
    asked = told("export_customers", CUSTOMERS, EMPTY, [{"statuscode": 200, "return": "{A}"}])
    assert asked.result.items[0].external_id == "{A}"
    assert set(data[0]) <= set(written(asked)[0][0])


def users_changed(data: list[dict[str, Any]], samples: Samples) -> None:
    found = {"userid": data[0]["userid"], "email": CUSTOMERS[0].email, "role": None}
    asked = told("export_customers", CUSTOMERS, listed(found), [{"statuscode": 200, "return": True}])
    assert asked.result.items[0].external_id == data[0]["userid"]
    assert written(asked)[0][0]["userid"] == data[0]["userid"]


def user_change(data: dict[str, Any], samples: Samples) -> None:
    found = {"userid": "{A}", "email": CUSTOMERS[0].email, "role": None}
    changed = replace(CUSTOMERS[0], company="Example Inc.")
    asked = told("export_customers", [changed], listed(found), True)
    assert written(asked)[0][0]["company"] == data["company"]


def warehouses(data: dict[str, Any], samples: Samples) -> None:
    page = told("read_inventory", "", data, EMPTY, warehouse_ids=()).result
    assert '"left": ["2"]' in page.cursor


def levels_sent(data: list[dict[str, Any]], samples: Samples) -> None:
    """The sample sets where goods lie; levels go the same way, by SKU."""
    levels = [StockLevel(sku="10038-1", quantity=Decimal(3), location="1")]
    asked = told("set_inventory", levels, {"warehousetype": 20}, [{"statuscode": 200, "return": 1}])
    assert written(asked) == [[{"sku": data[0]["sku"], "decimaltotal": "3.000"}]]


def movement(data: dict[str, Any], samples: Samples) -> None:
    """Ours have the fields of the sample's, and a sign of their own."""
    for kind, by in ((MOVE_IN, "2.000"), (MOVE_OUT, "-1.000")):
        made = movement_of("1", kind, {"10038-1": Decimal(by)})
        assert set(made) <= set(data)
        assert set(made["items"][0]) <= set(data["items"][0])
        assert made["items"][0]["decimalquantity"] == by


def movements(data: dict[str, Any], samples: Samples) -> None:
    """What Sitoo itself books when goods are sold, come back or are counted is none of our kinds."""
    assert {item["transactiontype"] for item in data["items"]} == {30, 40, 50}
    assert not {30, 40, 50} & {MOVE_IN, MOVE_OUT}
    movement(data["items"][0], samples)


def login(data: dict[str, Any], samples: Samples) -> None:
    headers: dict[str, str] = {}
    values = SettingsValues({"api_id": data["api_id"], "api_password": SecretValue(data["password"])})
    Basic("api_id", "api_password").apply(headers, values, None)
    assert headers == {"Authorization": data["authorization"]}


READERS = {
    "sitoo-00": orders,
    "sitoo-08": site,
    "sitoo-24": orders,
    "sitoo-26": order_change,
    "sitoo-30": order_log,
    "sitoo-32": price_lists,
    "sitoo-36": prices_sent,
    "sitoo-40": product_groups,
    "sitoo-44": products,
    "sitoo-48": product_change,
    "sitoo-56": users_made,
    "sitoo-58": users_changed,
    "sitoo-60": user_change,
    "sitoo-62": warehouses,
    "sitoo-66": levels_sent,
    "sitoo-68": movement,
    "sitoo-70": movements,
    "sitoo-auth": login,
}
