"""With which of the merchant's accounts a shipment is booked: AuthSettings of the shipping provider.

The account is the connector that the shipment keeps, so that label, tracking and cancellation never resolve again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shipping.models import ShippingAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountConfig:
    """Codes in lower case; "" for any. `connector` is a key of `TenantRuntime.connectors`."""

    market: str = ""
    store: str = ""
    connector: int

    @property
    def place(self) -> str:
        """For whom it is, as staff read it."""
        places = (("store", self.store), ("market", self.market))
        return ", ".join(f"{kind} {code.upper()}" for kind, code in places if code)

    def serves(self, market: str, store: str) -> bool:
        return self.market in ("", market.lower()) and self.store in ("", store.lower())


@dataclass(frozen=True, slots=True)
class Account:
    """The connector to use, and for whom it is: "" for the provider's own."""

    connector: int
    place: str = ""


def account_for(own: int, accounts: Sequence[AccountConfig], market: str, store: str) -> Account:
    """Store and market together beat the store alone, which beats the market; else it is the provider's own."""
    fits = [row for row in accounts if row.serves(market, store)]
    best = max(fits, key=lambda row: (bool(row.store), bool(row.market)), default=None)
    return Account(best.connector, best.place) if best else Account(own)


def account_document(row: ShippingAccount) -> dict[str, Any]:
    return {
        "market": row.market.code if row.market else "",
        "store": row.store.code if row.store else "",
        "connector": row.connector_id,
    }


def compile_account(document: Mapping[str, Any]) -> AccountConfig:
    return AccountConfig(
        market=document["market"].lower(), store=document["store"].lower(), connector=document["connector"]
    )
