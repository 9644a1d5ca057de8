"""What Shopify's published samples and vectors have to come to."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from connectors.client.answer import HttpAnswer
from connectors.errors import BadSignature, Rejected
from connectors.providers.shopify import Shopify
from connectors.providers.shopify.graphql import throttled_for
from connectors.providers.shopify.payments import payments_of
from connectors.providers.shopify.rest import node_of
from tenants.secret_value import SecretValue
from tests.contract.test_webhooks import reader
from tests.providers.shopify_shapes import delivered, hook, line_sum, rest

Samples = dict[str, Any]

_REST = "an answer of the REST API, which is legacy; the hub asks by GraphQL"
_OTHERS = (
    "py-inventory_levels rb-2026_07-fulfillment-test_1 rb-2026_07-fulfillment-test_4 "
    "rb-2026_07-fulfillment-test_6 rb-2026_07-fulfillment-test_13 rb-2026_07-fulfillment_order-test_4 "
    "rb-2026_07-fulfillment_order-test_8 rb-2026_07-fulfillment_order-test_10 "
    "rb-2026_07-fulfillment_order-test_12 rb-2026_07-fulfillment_order-test_14 rb-2026_07-inventory_level-test_4 "
    "rb-2026_07-inventory_level-test_6 rb-2026_07-transaction-test_7 rb-2026_07-webhook-test_1 "
    "rb-2026_07-webhook-test_6 rb-2026_07-webhook-test_9 rb-2026_07-refund-test_1 rb-2026_07-product-test_1 "
    "rb-2026_07-product-test_23 rb-2026_07-customer-test_1 rb-2026_07-customer-test_17 "
    "rb-2026_07-customer-test_22 rb-2026_07-customer-test_25"
)
LEFT_OUT = {
    **dict.fromkeys(_OTHERS.split(), _REST),
    "oauth-query-hmac": "the signature of an app's installation; the hub uses the token of a custom app",
}


def signed(data: dict[str, Any], samples: Samples) -> None:
    verify(data)
    with pytest.raises(BadSignature):
        verify({**data, "raw_body": data["raw_body"] + " "})
    for name in data["headers"]:
        with pytest.raises(BadSignature):
            verify({**data, "headers": {key: item for key, item in data["headers"].items() if key != name}})


def not_signed(data: dict[str, Any], samples: Samples) -> None:
    others = samples["webhook-hmac-js"]["headers"]
    for sample in (data, {**data, "headers": {**others, **data["headers"]}}):
        with pytest.raises(BadSignature):
            verify(sample)


def verify(data: dict[str, Any]) -> None:
    inbound = delivered(data["raw_body"].encode())
    given = {name.lower(): value for name, value in data["headers"].items()}
    inbound = type(inbound)("POST", inbound.url, given, inbound.body, 0)
    Shopify.webhook.verify(inbound, [SecretValue(data["secret"])], 0)


def throttle(data: dict[str, Any], samples: Samples) -> None:
    """Room is left in the bucket, so the error is about the query itself."""
    error = reader("shopify").classify(HttpAnswer(200, {}, json.dumps(data).encode()), False)
    assert isinstance(error, Rejected)
    assert data["errors"][0]["message"] in error.message
    assert throttled_for(data) == 0


def sound_order(data: dict[str, Any], samples: Samples) -> None:
    [event] = hook(delivered(data["response"]))
    order, told = event.data["order"], data["response"]["order"]
    assert (order.external_id, order.number) == (str(told["id"]), told["name"][1:])
    assert str(order.total) == f"{told['total_price']} {told['currency']}"
    assert line_sum(order) == order.total
    [line] = order.lines
    assert (line.quantity, line.tax_rate, line.sku) == (Decimal(3), Decimal(6), "")


def order_that_does_not_add_up(data: dict[str, Any], samples: Samples) -> None:
    """Three lines of 199.00 against a total of 409.94: refused by name, not taken over with a made-up amount."""
    with pytest.raises(Rejected, match=r"Order #1001 of Shopify does not add up: .* its total is 409.94"):
        hook(delivered(data))


def part_of_an_order(data: dict[str, Any], samples: Samples) -> None:
    with pytest.raises(Rejected, match="updated_at"):
        hook(delivered(data["response"]))


def transaction(data: dict[str, Any], samples: Samples) -> None:
    told = data["transaction"]
    [payment] = payments_of(
        node_of({**rest(), "currency": "USD", "transactions": [{**told, "currency": "USD"}]})
    )
    assert (payment.provider_id, payment.method) == (str(told["id"]), told["gateway"])
    assert (str(payment.authorized), str(payment.captured)) == ("409.94 USD", "0.00 USD")


def transactions(data: dict[str, Any], samples: Samples) -> None:
    """A reservation of which a part was captured, and some of that refunded."""
    told = data["response"]["transactions"]
    [payment] = payments_of(node_of({**rest(), "currency": "USD", "transactions": told}))
    assert payment.provider_id == "389404469"
    assert (str(payment.authorized), str(payment.captured)) == ("598.94 USD", "250.94 USD")


def other_resource(data: dict[str, Any], samples: Samples) -> None:
    """What is no order is known by its id and changes nothing."""
    [(name, resource)] = data.get("response", data).items()
    [event] = hook(delivered(resource, f"{name}s/update"))
    assert (event.id, event.type, event.provider_id) == ("w-1", f"{name}s/update", str(resource["id"]))
    assert event.data == {}


READERS = {
    "webhook-hmac-js": signed,
    "webhook-hmac-negative": not_signed,
    "graphql-throttle-cost": throttle,
    "py-order": order_that_does_not_add_up,
    "rb-2026_07-order-test_7": part_of_an_order,
    "rb-2026_07-order-test_16": sound_order,
    "py-transaction": transaction,
    "rb-2026_07-transaction-test_1": transactions,
    **dict.fromkeys(
        (
            "py-product",
            "py-fulfillment",
            "py-customer",
            "py-fulfillment_event",
            "py-inventory_item",
            "rb-2026_07-refund-test_4",
            "rb-2026_07-product-test_9",
            "rb-2026_07-customer-test_12",
        ),
        other_resource,
    ),
}
