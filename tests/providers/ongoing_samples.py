"""What Ongoing's published examples have to come to."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.client.answer import HttpAnswer
from connectors.contracts.base import Inbound
from connectors.contracts.catalog import ProductRecord
from connectors.contracts.common import Address, Customer
from connectors.contracts.warehouse import InboundDelivery, InboundLine
from connectors.providers.ongoing import articles
from connectors.providers.ongoing.bodies import order_body
from connectors.providers.ongoing.states import STATES
from connectors.strict_json import parse
from tests.contract.scenarios.base import LINES, ORDER
from tests.contract.test_webhooks import reader

Samples = dict[str, Any]

LEFT_OUT = {
    "ongoing-455220": "adjustments of stock; the hub reads the levels that come of them",
    "ongoing-28a2f5": "a file for an order, which the hub does not send",
    "ongoing-b9dbde": "the answer to a file, which the hub does not send",
}


def told(data: Any) -> Any:
    """As it comes off the wire, numbers with decimals as Decimal."""
    return parse(json.dumps(data).encode())


def article_body(data: Any, samples: Samples) -> None:
    body = articles._body(ProductRecord(sku=data["articleNumber"], name=data["articleName"]))
    assert {"goodsOwnerId": data["goodsOwnerId"], **body} == data


def order_sent(data: Any, samples: Samples) -> None:
    wanted = data["consignee"]
    address = Address(
        name=wanted["name"],
        line1=wanted["address1"],
        postal_code=wanted["postCode"],
        city=wanted["city"],
        country=wanted["countryCode"],
    )
    lines = tuple(
        replace(line, sku=row["articleNumber"], quantity=Decimal(row["numberOfItems"]))
        for line, row in zip(LINES, data["orderLines"], strict=True)
    )
    order = replace(
        ORDER,
        customer=Customer(number=wanted["customerNumber"]),
        billing=address,
        shipping=address,
        lines=lines,
    )
    day = date.fromisoformat(data["deliveryDate"])
    order = replace(order, placed_at=order.placed_at.replace(year=day.year, month=day.month, day=day.day))
    values = reader("ongoing").values
    body = order_body(order, data["orderNumber"], values, (), None)
    body["deliveryDate"] = order.placed_at.date().isoformat()
    assert {name: body[name] for name in data if name != "goodsOwnerId"} == {
        name: value for name, value in data.items() if name != "goodsOwnerId"
    }


def delivery_sent(data: Any, samples: Samples) -> None:
    lines = tuple(
        InboundLine(
            number=int(row["rowNumber"]), sku=row["articleNumber"], quantity=Decimal(row["numberOfItems"])
        )
        for row in data["purchaseOrderLines"]
    )
    delivery = InboundDelivery(reference=data["purchaseOrderNumber"], lines=lines)
    body = reader("ongoing")._announced(delivery)  # type: ignore[attr-defined]
    assert body["purchaseOrderNumber"] == f"NS-{data['purchaseOrderNumber']}"
    assert body["purchaseOrderLines"] == data["purchaseOrderLines"]


def answered(data: Any, samples: Samples) -> None:
    """An id, and a message without the markup of Ongoing's own pages."""
    provider = reader("ongoing")
    key = next(name for name in data if name != "message")
    provider.put = lambda path, body: told(data)  # type: ignore[method-assign]
    number, said = provider.upsert("orders", {}, key)  # type: ignore[attr-defined]
    assert number == str(data[key])
    assert said
    assert "<" not in said


def article_read(data: Any, samples: Samples) -> None:
    """It is older than the sellable figure, so that only the physical one can be read."""
    provider = reader("ongoing")
    values = provider.settings.compile(
        {"host": "https://x.example/y", "username": "WSI1", "password": "p"},
        {"GoodsOwnerId": 159, "StockFigure": "physical"},
    )
    provider.config = replace(provider.config, values=values)
    [level] = provider._in_all([told(data)])  # type: ignore[attr-defined]
    assert (level.sku, level.quantity, level.location) == ("TestArticleNumber_ManyFields1", Decimal(11), "")


def statuses(data: Any, samples: Samples) -> None:
    """Every status that a warehouse begins with is known."""
    assert {str(status["number"]) for status in data["orderStatuses"]} == set(STATES)
    provider = reader("ongoing")
    provider.read_check(HttpAnswer(200, {}, json.dumps(data).encode()).json())


def webhook(data: Any, samples: Samples) -> None:
    """The sample's ids are all 0, which is no goods owner of ours; with it, the event is read."""
    ours = {**data, "goodsOwnerId": 812, "orderNumber": "NS-1"}
    read = [
        reader("ongoing").read_webhook(  # type: ignore[attr-defined]
            Inbound(method="POST", url="", headers={}, body=json.dumps(body).encode(), received_at=0)
        )
        for body in (data, ours)
    ]
    assert read[0] == ()
    [event] = read[1]
    assert (event.id, event.reference, event.data["read_by"]) == ("order:0", "1", "import_order_states")
    assert event.occurred_at.isoformat() == "2023-01-01T12:00:00+00:00"


READERS = {
    "ongoing-9aa7e0": article_body,
    "ongoing-6746d2": answered,
    "ongoing-fca675": article_read,
    "ongoing-35ecac": order_sent,
    "ongoing-f76fcb": answered,
    "ongoing-8f10c0": statuses,
    "ongoing-8bb5ca": delivery_sent,
    "ongoing-104617": answered,
    "ongoing-webhook-order": webhook,
}
