"""What a shop tells of a shopper who is about to choose a delivery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.contracts.common import Address, Customer
from connectors.contracts.shipping import Cart
from shipping.options import PackageSize
from tenants.models import Market, Store
from tenants.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """`packages` are empty where the options' default packages are meant; `options` are names in lower case, empty for
    all. `sessions` are ids of delivery checkouts by the option's name in lower case. `limit` is of pickup points."""

    market: Market
    currency: str
    language: str
    recipient: Address
    store: Store | None = None
    packages: tuple[PackageSize, ...] = ()
    cart: Cart | None = None
    customer: Customer | None = None
    options: frozenset[str] = frozenset()
    sessions: Mapping[str, str] = field(default_factory=dict)
    limit: int = 5

    @property
    def worth(self) -> Money | None:
        return self.cart.total if self.cart else None

    def wants(self, name: str) -> bool:
        return not self.options or name.lower() in self.options
