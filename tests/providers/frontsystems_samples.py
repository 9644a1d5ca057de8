"""What Front Systems' published samples have to come to. Many show shapes only: every text is "string", every number 0."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from connectors.contracts.base import Inbound
from connectors.contracts.catalog import PriceRecord, ProductRecord
from connectors.contracts.common import Address
from connectors.contracts.erp import OrderExport, StockLevel
from connectors.providers.frontsystems import omni, people, webhooks, websales
from connectors.providers.frontsystems.api import lowered
from tenants.money import Money
from tests.contract.scenarios.base import ORDER
from tests.contract.scenarios.catalog import PRICES
from tests.contract.scenarios.shop import LEVELS
from tests.providers.frontsystems_asking import paid_order, told, values

Samples = dict[str, Any]

LEFT_OUT = {
    "fs-13": "no JSON (quotes are doubled), and products are sent in batches only",
    "fs-27": "stock locations are read with the stores",
    "fs-31": "reservations are made in Front Systems",
    "fs-33": "goods that are expected are entered in Front Systems",
    "fs-41": "settlements of tills have no place here",
    "fs-43": "gift cards are redeemed at the till",
    "fs-45": "vouchers are made at the till",
    "fs-47": "webhooks are subscribed by hand",
}


def customer(data: dict[str, Any], samples: Samples) -> None:
    """Read, and written again: nothing of what we know is lost or invented."""
    record = people._customer(lowered(data))
    assert (record.number, record.email, record.phone) == (data["extId"], data["email"], "+1234567890")
    assert (record.first_name, record.last_name, record.company) == ("John", "Doe", "Acme Corp")
    assert record.address == Address(
        name="John Doe",
        company="Acme Corp",
        line1="123 Main St",
        postal_code="12345",
        city="Metropolis",
        country="US",
        email=data["email"],
        phone="+1234567890",
    )
    sent = people._body(replace(record, fields={}))
    same = {name: data.get(name) for name in sent if name not in {"phone", "phoneCountryPrefix", "isCompany"}}
    assert {name: value for name, value in sent.items() if name in same} == same


def filtered(operation: str, path: str) -> Callable[[dict[str, Any], Samples], None]:
    """Our filters are of the sample's fields."""

    def read(data: dict[str, Any], samples: Samples) -> None:
        asked = told(operation, json.dumps({"since": "2026-11-20T00:00:00+00:00"}), 1, 1, [])
        bodies = [
            body
            for (_, sent), body in zip(asked.sent, asked.bodies, strict=True)
            if sent.endswith(path) and body
        ]
        assert bodies and all(set(body) <= set(data) for body in bodies)

    return read


def product(data: dict[str, Any], samples: Samples) -> None:
    [record] = told("import_products", "", 1, 1, [{**data, "upt": "2026-11-20T00:00:00"}]).result.items
    assert (record.sku, record.external_id, record.name, record.brand) == ("string",) * 4
    assert record.price == Money.of("0.24", "NOK")
    assert record.options == {"Size": "string", "Color": "string"}


def batch(data: list[dict[str, Any]], samples: Samples) -> None:
    """Our records of the sample's products become the same variants and sizes."""
    records = [
        ProductRecord(
            sku=size["gtin"],
            name=item["name"],
            description=item["description"],
            brand=item["brand"],
            category=item["groupName"],
            parent=item["extId"],
            price=Money.of(str(item["productPrices"][0]["price"]), "NOK"),
            options={"Size": size["label"], "Color": item["color"]},
            images=tuple(item["images"]),
        )
        for item in data
        for size in item["productSizes"]
    ]
    answer = {
        "created": 4,
        "updated": 0,
        "unprocessedProducts": [{"isNew": True, "product": data[2], "errors": {}}],
    }
    asked = told("export_products", records, answer)
    [sent] = asked.bodies
    for item, ours in zip(data, sent, strict=True):
        named = ("extId", "name", "description", "brand", "groupName", "color", "images")
        assert {name: ours[name] for name in named} == {name: item[name] for name in named}
        sizes = [{name: size[name] for name in ("gtin", "label")} for size in item["productSizes"]]
        assert (ours["productSizes"], ours["productPrices"]) == (sizes, item["productPrices"][:1])
        assert set(ours) <= set(item)
    assert [item.key for item in asked.result.failed()] == ["7123395309756"]


def price_lists(data: list[dict[str, Any]], samples: Samples) -> None:
    asked = told("import_prices", "", data, [], price_list="")
    assert asked.sent[1][1].endswith("/api/PricelistV2/0/prices")


def price_list_made(data: dict[str, Any], samples: Samples) -> None:
    assert {item.external_id for item in told("export_prices", PRICES, data).result.items} == {"0"}


def prices(data: str, samples: Samples) -> None:
    """The sample lacks the brackets of a list."""
    lists = [{"pricelistId": 1, "name": "NOK RRP"}]
    found = told("import_prices", "", lists, json.loads(f"[{data}]")).result.items
    assert found == (
        PriceRecord(
            sku="7048652486967",
            price=Money.of("244.00", "NOK"),
            price_list="NOK RRP",
            external_id="6777734",
        ),
        PriceRecord(
            sku="7048654321234", price=Money.of("89.00", "NOK"), price_list="NOK RRP", external_id="7496937"
        ),
    )


def stock(data: list[dict[str, Any]], samples: Samples) -> None:
    page = told("read_inventory", "", 1, data).result
    assert page.items == (StockLevel(sku="string", quantity=Decimal(0), location="0"),)


def adjusted(data: str, samples: Samples) -> None:
    assert told("set_inventory", LEVELS, data).result.message == "2 levels set"


def sale(data: dict[str, Any], samples: Samples) -> None:
    """A web sale of ours has the sample's fields, the same sums on both sides, and rates it can read."""
    body = websales.body_of(paid_order(), values(), UUID(int=7), websales.Places(1234, "FREIGHT"))
    assert set(body) | {"customerID", "comment"} == set(data)
    assert all(set(line) == set(data["salesLines"][0]) for line in body["salesLines"])
    assert all(set(line) <= set(data["paymentLines"][0]) for line in body["paymentLines"])
    assert {line["vat"] for line in body["salesLines"]} == {Decimal("0.25")}
    for sums in (data, body):
        rows = sum(Decimal(str(line["price"])) * Decimal(str(line["qty"])) for line in sums["salesLines"])
        assert rows == sum(Decimal(str(line["amount"])) for line in sums["paymentLines"])


def order_told(data: dict[str, Any], samples: Samples) -> None:
    export = OrderExport(reference="r", order=replace(ORDER, number="string"), properties={})
    assert told("find_order", export, data).result.external_id == "string"
    assert omni.is_open(lowered(data))


def order_sent(data: dict[str, Any], samples: Samples) -> None:
    """The order's type came after the sample was written."""
    body = omni.body_of(paid_order(), values())
    assert set(body) - {"orderType", "vatTotal", "total"} <= set(data)
    for name in ("orderLines", "paymentLines"):
        assert all(set(line) <= set(data[name][0]) for line in body[name])
    assert set(body["customer"]) <= set(data["customer"])
    assert set(body["shippingAddress"]) <= set(data["shippingAddress"])


def webhook_event(data: dict[str, Any], samples: Samples) -> None:
    body = json.dumps(data).encode()
    [event] = webhooks.read(Inbound(method="POST", url="", headers={}, body=body, received_at=1200.0))
    assert (event.id, event.type, event.provider_id) == (data["webhookEventId"], "CustomerUpdated", "3012659")


def stores(data: list[dict[str, Any]], samples: Samples) -> None:
    asked = told("read_inventory", "", data, 0, [], stock_ids=())
    assert asked.bodies[1]["stockIds"] == [1446]


READERS: dict[str, Callable[[Any, Samples], None]] = {
    "fs-01": customer,
    "fs-03": filtered("import_customers", "/api/Customer"),
    "fs-05": filtered("import_customers", "/api/Customer/count"),
    "fs-07": filtered("import_products", "/api/Product"),
    "fs-09": filtered("import_products", "/api/Product/count"),
    "fs-11": product,
    "fs-15": batch,
    "fs-17": batch,
    "fs-19": price_lists,
    "fs-21": price_list_made,
    "fs-23": prices,
    "fs-25": stock,
    "fs-29": adjusted,
    "fs-35": sale,
    "fs-37": order_told,
    "fs-39": order_sent,
    "fs-49": webhook_event,
    "fs-doc-stores": stores,
}
