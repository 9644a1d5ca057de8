"""One order of the demo: what it goes through, and how it must end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: The way of an order that nothing happens to.
HAPPY = ("InProgress", "Ship", "Completed")

ACCEPTED = "pm_card_visa"


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a parcel travels: the shipping option, the simulated vendor that carries it, and what the shopper chooses where
    the option is a delivery checkout. What is `pushed` the carrier tells of by itself."""

    option: str
    carrier: str
    choice: str = ""
    pushed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One order. `path` are the statuses that the merchant asks for; `errors` the steps that must end in Error.

    `captured` tells whether the money must have been taken. `amount` is in the market's currency. `shop` is the Connector
    ID of the shop at Shopify where the order was placed; without one it comes by API. With `at_checkout` the shopper
    pays on the provider's page before the order is placed; with a `delivery` that is chosen at checkout too. `totals`
    are those of its payment once it has reached a status; providers may tell of them later.
    """

    number: str
    title: str
    market: str
    amount: str
    path: tuple[str, ...] = HAPPY
    token: str = ACCEPTED
    ends_in: str = "Completed"
    last_run: str = "completed"
    errors: tuple[str, ...] = ()
    captured: bool = True
    fault: dict[str, Any] = field(default_factory=dict)
    shop: str = ""
    method: str = "Stripe"
    order_type: str = "Online"
    at_checkout: bool = False
    delivery: Delivery | None = None
    totals: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def due(self) -> str:
        """What must have been captured in the end."""
        told = [totals["captured"] for totals in self.totals.values() if "captured" in totals]
        return told[-1] if told else self.amount if self.captured else "0"

    @property
    def email(self) -> str:
        return f"kari.{self.number.lower()}@shop.example"

    def shop_order(self) -> dict[str, Any]:
        """The order as the shop at Shopify has it."""
        country, city, code, currency = {
            "NOR": ("NO", "Oslo", "0155", "NOK"),
            "SWE": ("SE", "Stockholm", "11122", "SEK"),
        }[self.market]
        person = {
            "first_name": "Kari",
            "last_name": "Nordmann",
            "address1": "Storgata 1",
            "zip": code,
            "city": city,
            "country_code": country,
            "phone": "+4790000002",
        }
        return {
            "name": f"#{self.number.partition('-')[2]}",
            "currency": currency,
            "presentment_currency": currency,
            "email": self.email,
            "paid": True,
            "shipping_address": person,
            "billing_address": person,
            "lines": [{"sku": "TENT-2", "name": "Tent for two", "price": self.amount, "quantity": 1}],
        }
