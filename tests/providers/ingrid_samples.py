"""What the published samples of Ingrid's checkout have to come to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connectors.calls import Ending
from connectors.contracts.common import Address
from connectors.contracts.shipping import Cart, CartLine, CheckoutSession, DeliveryType, ShippingQuery
from connectors.errors import Misconfigured
from connectors.providers.ingrid.bodies import create_body
from tenants.money import Money
from tests.contract.scenarios.shipping import visit
from tests.providers.asking import ask

Samples = dict[str, Any]

LEFT_OUT: dict[str, str] = {}


def create_request(data: dict[str, Any], samples: Samples) -> None:
    """We add where to look for deliveries."""
    money = lambda minor: Money.from_minor(minor, data["purchase_currency"])  # noqa: E731
    cart = data["cart"]
    lines = tuple(
        CartLine(
            sku=item["sku"],
            name=item["name"],
            quantity=item["quantity"],
            unit_price=money(item["price"]),
            discount=money(item["discount"]),
        )
        for item in cart["items"]
    )
    asked = ShippingQuery(
        sender=Address(),
        recipient=Address(country=data["purchase_country"]),
        parcels=(),
        currency=data["purchase_currency"],
        language="sv",
        cart=Cart(id=cart["cart_id"], total=money(cart["total_value"]), lines=lines),
    )
    sent = create_body(asked, "sv-SE")
    assert sent.pop("search_address") == {"country": data["purchase_country"]}
    assert sent == data


def create_response(data: dict[str, Any], samples: Samples) -> None:
    session = read("open_session", visit({}), data)
    [group] = data["session"]["delivery_groups"]
    assert session.widget == data["html_snippet"]
    assert session.choice
    assert (session.choice.product, session.choice.name) == (
        "MPC",
        group["category"]["presented_category_name"],
    )
    assert session.choice.price == Money.of(25, "SEK")
    assert (session.choice.type, session.choice.pickup_point) == (DeliveryType.PICKUP_POINT, None)
    promise = group["delivery_time"]["customer_delivery_promise"]["latest"]
    assert session.choice.delivery and session.choice.delivery.isoformat() == promise


def unauthenticated(data: dict[str, Any], samples: Samples) -> None:
    asked = ask("ingrid", "open_session", visit({}), (401, data))
    assert type(asked.error) is Misconfigured
    assert (asked.error.code, data["trace_id"] in asked.error.message) == ("unauthenticated", True)


def get_response(data: dict[str, Any], samples: Samples) -> None:
    session = read("read_session", "mock", data)
    [group] = data["session"]["delivery_groups"]
    assert session.choice
    assert not session.is_complete
    assert (session.choice.carrier, session.choice.order_id) == ("standard", group["tos_id"])
    assert session.choice.pickup_point
    assert session.choice.pickup_point.id == group["addresses"]["location"]["external_id"]
    assert session.options[0].price == session.choice.price
    assert replace(session.choice, note="") == session.choice


def read(operation: str, request: Any, data: dict[str, Any]) -> CheckoutSession:
    asked = ask("ingrid", operation, request, (200, data))
    assert asked.outcome.ending is Ending.SUCCEEDED, asked.outcome.message
    found: CheckoutSession = asked.result
    return found


READERS = {
    "session.create request": create_request,
    "session.create response": create_response,
    "session.create.unauthenticated response": unauthenticated,
    "session.get response": get_response,
}
