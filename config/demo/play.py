"""Plays the stories, several orders at a time, and compares how each ended with how it should have."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import requests

from config.demo.deliveries import DELIVERED
from config.demo.merchant import Merchant
from config.demo.scenario import Story
from config.demo.story import Delivery
from config.demo.vendors import Vendors

_AT_ONCE = 6

#: Postal code, city and country of the customers of each market.
_HOMES = {
    "NOR": ("0155", "Oslo", "NO"),
    "SWE": ("11122", "Stockholm", "SE"),
    "DNK": ("1050", "København K", "DK"),
}


@dataclass(slots=True)
class Ended:
    """How a story went. `differences` is empty when it went as foreseen."""

    story: Story
    status: str = "…"
    runs: list[dict[str, Any]] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    over: bool = False

    @property
    def steps(self) -> list[dict[str, Any]]:
        return [step for run in self.runs for step in run["steps"]]


def play(
    stories: list[Story], url: str, key: str, vendors: Vendors, tell: Callable[[Ended], None]
) -> list[Ended]:
    """Play all stories; `tell` is called whenever one has moved."""

    def one(story: Story) -> Ended:
        ended = Ended(story)
        try:
            _live(ended, Merchant(url, key), vendors, tell)
        except (requests.RequestException, TimeoutError, LookupError) as error:
            ended.differences.append(str(error))
        ended.over = True
        tell(ended)
        return ended

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        try:
            return list(pool.map(one, stories))
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _live(ended: Ended, merchant: Merchant, vendors: Vendors, tell: Callable[[Ended], None]) -> None:
    story = ended.story
    _begin(story, merchant, vendors)
    ended.runs = merchant.settled(story.number)
    for status in story.path:
        ended.status = merchant.order(story.number)["status"]
        tell(ended)
        if story.delivery and status == DELIVERED:
            _deliver(story.number, story.delivery, merchant, vendors)
        merchant.move(story.number, status)
        ended.runs = merchant.settled(story.number)
        _wait_for(story, status, merchant)
    ended.status = merchant.order(story.number)["status"]
    if story.captured:
        merchant.paid(story.number, "captured", story.due)
    ended.differences = _differences(ended, merchant.payments(story.number))
    if story.delivery:
        ended.differences += _strayed(merchant.shipments(story.number))


def _deliver(number: str, delivery: Delivery, merchant: Merchant, vendors: Vendors) -> None:
    for shipment in merchant.shipments(number):
        vendors.deliver(delivery.carrier, shipment["reference"])
    if delivery.pushed:
        merchant.delivered(number)


def _begin(story: Story, merchant: Merchant, vendors: Vendors) -> None:
    """Orders of a shop arrive by themselves; those of the shop in Norway were sold before the hub was started."""
    if story.at_checkout:
        payment = merchant.checkout(checkout_body(story))
        vendors.pay_on_page(payment["redirect_url"])
        merchant.completed(payment["reference"], story.amount)
        merchant.place(order_body(story, payment["reference"]))
        return
    if not story.shop:
        body = order_body(vendors.with_token(story))
        merchant.place({**body, **_shipments(story, body, merchant, vendors)})
        if story.method == "Vipps":
            merchant.settled(story.number)
            vendors.approve_in_app(merchant.payments(story.number)[0]["provider_id"])
            merchant.paid(story.number, "authorized", story.amount)
        return
    if story.shop == "shopify-sweden":
        vendors.sell(story)
    merchant.arrived(story.number)


def _shipments(story: Story, body: dict[str, Any], merchant: Merchant, vendors: Vendors) -> dict[str, Any]:
    """What the shopper chose of the deliveries that checkout offers."""
    wanted = story.delivery
    if wanted is None:
        return {}
    cart = {"id": f"CART-{story.number}", "total": story.amount}
    asked = {"market": story.market, "recipient": body["shipping"], "cart": cart}
    offer = merchant.delivery(asked, wanted.option)
    chosen = {"shipping_option": wanted.option}
    if offer["session"]:
        chosen["session"] = offer["session"]["id"]
        vendors.choose_delivery(chosen["session"], wanted.choice)
    elif offer["pickup_points"]:
        chosen["pickup_point"] = offer["pickup_points"][0]["id"]
    return {"shipments": [chosen]}


def _strayed(shipments: list[dict[str, Any]]) -> list[str]:
    """What is not so of a parcel that was brought and is on its way back."""
    out = [item for item in shipments if not item["is_return"]]
    back = [item for item in shipments if item["is_return"]]
    seen = {
        "parcel": ([item["tracking_state"] for item in out], ["delivered"]),
        "return": ([item["state"] for item in back], ["booked"]),
        "labels": ([item["has_label"] for item in shipments], [True, True]),
    }
    return [f"{name} is {is_}, should be {should}" for name, (is_, should) in seen.items() if is_ != should]


def _wait_for(story: Story, status: str, merchant: Merchant) -> None:
    """Some providers take a change on first, and tell later that it was carried out."""
    for total, amount in story.totals.get(status, {}).items():
        merchant.paid(story.number, total, amount)


def checkout_body(story: Story) -> dict[str, Any]:
    """The shopper's cart, on the way to the provider's page."""
    order = order_body(story)
    return {
        "cart": f"CART-{story.number}",
        "payment_method": story.method,
        "amount": story.amount,
        **{name: order[name] for name in ("market", "lines", "billing")},
    }


def order_body(story: Story, reference: str = "") -> dict[str, Any]:
    """The order as a shop would send it: one line, prices including 25 % tax, one payment, which may have been begun at
    checkout under that reference."""
    paid = {"reference": reference} if reference else {"token": story.token}
    postal_code, city, country = _HOMES[story.market]
    person = {
        "name": "Kari Nordmann",
        "line1": "Storgata 1",
        "postal_code": postal_code,
        "city": city,
        "country": country,
        "phone": "+4790000002",
    }
    return {
        "number": story.number,
        "order_type": story.order_type,
        "market": story.market,
        "customer": {
            "number": f"C-{story.number}",
            "email": story.email,
            "first_name": "Kari",
            "last_name": "Nordmann",
        },
        "billing": person,
        "shipping": person,
        "lines": [{"sku": "TENT-2", "quantity": "1", "unit_price": story.amount, "tax_rate": "25"}],
        "payments": [{"payment_method": story.method, "amount": story.amount, **paid}],
    }


def _differences(ended: Ended, payments: list[dict[str, Any]]) -> list[str]:
    story = ended.story
    failed = sorted({step["name"] for step in ended.steps if step["state"] == "error"})
    captured = sum((Decimal(payment["captured"]) for payment in payments), Decimal(0))
    seen = {
        "status": (ended.status, story.ends_in),
        "last run": (ended.runs[0]["state"], story.last_run),
        "failed steps": (failed, sorted(story.errors)),
        "captured": (captured, Decimal(story.due)),
    }
    return [f"{name} is {is_}, should be {should}" for name, (is_, should) in seen.items() if is_ != should]
