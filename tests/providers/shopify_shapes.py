"""Orders of Shopify in both of its shapes, and what a connector makes of them, for tests."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from connectors.contracts.base import Inbound
from connectors.contracts.common import WebhookEvent
from connectors.contracts.ecommerce import ImportedOrder
from connectors.providers.shopify import Shopify
from connectors.providers.shopify.orders import Taking
from tenants.money import Money
from tests.contract.bench import connector
from tests.contract.fixtures import fixture

DOMAIN = "nordstore.myshopify.com"


def node() -> dict[str, Any]:
    """The fixture's first order as GraphQL answers it: 2 sweaters at 499.00 and shipping at 49.00 NOK, tax included."""
    return copy.deepcopy(_body("import")["nodes"][0])


def second() -> dict[str, Any]:
    """The fixture's second order: EUR, tax on top, discounts, one of three sweaters removed."""
    return copy.deepcopy(_body("import")["nodes"][1])


def rest() -> dict[str, Any]:
    """The first order as webhooks bring it, without transactions."""
    return copy.deepcopy(fixture("shopify")["webhooks"][0]["body"])


def bag(amount: str, currency: str = "NOK") -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


def tax(amount: str, rate: float = 0.25, currency: str = "NOK") -> dict[str, Any]:
    return {"rate": rate, "priceSet": bag(amount, currency)}


def share(amount: str, currency: str = "NOK") -> dict[str, Any]:
    return {"allocatedAmountSet": bag(amount, currency)}


def read(order: Mapping[str, Any], mapping: tuple[tuple[str, str], ...] = ()) -> ImportedOrder:
    return Taking("NO-WEB", "Shopify", mapping).read(order)


def line_sum(order: ImportedOrder) -> Money:
    """What lines and shipping come to by our own arithmetic."""
    nothing = Money.zero(order.currency)
    lines = [
        Money.of(line.unit_price.amount * line.quantity, order.currency) - line.discount
        for line in order.lines
    ]
    return sum(lines, nothing) + order.shipping_total


def delivered(body: Any, topic: str = "orders/create", **headers: str) -> Inbound:
    """A webhook as it arrives, unsigned; `headers` by the last part of their name, with underscores."""
    told = {"Topic": topic, "Shop-Domain": DOMAIN, "API-Version": "2026-07", "Webhook-Id": "w-1"}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Inbound(
        method="POST",
        url="https://hub.example/webhooks/t/",
        headers={f"x-shopify-{name.lower()}": value for name, value in told.items() if value},
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        received_at=0,
    )


def hook(inbound: Inbound, **options: Any) -> list[WebhookEvent]:
    config = connector("shopify", host="https://vendor.invalid", **options)
    return Shopify(config, None).read_webhook(inbound)  # type: ignore[arg-type]


def _body(scenario: str) -> dict[str, Any]:
    found = fixture("shopify")["scenarios"][scenario]["exchanges"][0]["answer"]["body"]["data"]["orders"]
    assert isinstance(found, dict)
    return found
