"""Products, prices, customers and stock, in and out: what shops, ERPs, tills, warehouses and CRMs share.

Everything that is read comes page by page with a cursor of the vendor's own; everything that is written is a batch with an
answer for each item, because most vendors take some of a batch and refuse the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from connectors.contracts.base import Inbound, NotExecuted, Provider, operation
from connectors.contracts.common import Address, WebhookEvent
from connectors.errors import NotSupported
from tenants.money import Money

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogPage(Generic[Item]):
    """One page of a list. `cursor` continues after it, also in the next run; `more` tells whether there is something left
    now; `total` is how many there are in all, where the vendor tells."""

    items: tuple[Item, ...]
    cursor: str
    more: bool
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRecord:
    """One article that can be ordered. Empty and None are "not told" and never overwrite anything.

    `price` is per unit with tax, `tax_rate` in percent, `weight_g` in grams. `parent` is what groups variants: the vendor's
    id of the product, or its number. `fields` are the vendor's own fields by their names, for the Field Mapping; of a
    product that is exported, they are what the Field Mapping makes of ours.

    Of a product that is exported: `store` is the code of our store that it belongs to, or "". `keep` names the attributes
    here, and the `fields`, that are only to fill what is empty over there.
    """

    sku: str
    external_id: str = ""
    name: str = ""
    description: str = ""
    brand: str = ""
    gtin: str = ""
    category: str = ""
    unit: str = ""
    active: bool | None = None
    price: Money | None = None
    tax_rate: Decimal | None = None
    weight_g: Decimal | None = None
    parent: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    images: tuple[str, ...] = ()
    modified_at: datetime | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    store: str = ""
    keep: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRecord:
    """A price of one article, per unit. `price_list` is the vendor's name of the list, `market` our code; both may be
    empty. `before` is the price that is crossed out."""

    sku: str
    price: Money
    includes_tax: bool = True
    before: Money | None = None
    price_list: str = ""
    market: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    external_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRecord:
    """A buyer. Empty and None are "not told" and never overwrite anything.

    `consents` are by name, such as email, sms, post: None where nothing is told. `fields` as of products. `deleted` tells
    that the vendor has the customer no more.
    """

    external_id: str = ""
    number: str = ""
    email: str = ""
    phone: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    organisation_number: str = ""
    address: Address | None = None
    consents: Mapping[str, bool | None] = field(default_factory=dict)
    member: bool | None = None
    deleted: bool = False
    modified_at: datetime | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


class ItemState(StrEnum):
    """SKIPPED: the vendor needs nothing, or cannot take it for a reason that is told; it is no failure."""

    DONE = "done"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """What became of one item of a batch. `key` is that of the item: a SKU or a customer number."""

    key: str
    state: ItemState = ItemState.DONE
    external_id: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult:
    """What became of every item of a batch, in any order."""

    items: tuple[ItemResult, ...]

    def failed(self) -> Iterator[ItemResult]:
        return (item for item in self.items if item.state is ItemState.FAILED)


class _Upserts(Provider):
    """Batches that set what is given may be sent again when the answer to them was lost."""

    repeatable: ClassVar[frozenset[str]] = frozenset({"export_products", "export_prices", "export_customers"})

    def settle(self, operation: str, request: Any) -> Any:
        if operation in self.repeatable:
            return NotExecuted()
        return super().settle(operation, request)


class ProductSource(Provider):
    @operation
    def import_products(self, cursor: str) -> CatalogPage[ProductRecord]:
        """Products changed since `cursor` ("" is all of them), oldest change first."""
        raise NotSupported(f"{self.label} offers no products")


class PriceSource(Provider):
    @operation
    def import_prices(self, cursor: str) -> CatalogPage[PriceRecord]:
        """Prices changed since `cursor` ("" is all of them)."""
        raise NotSupported(f"{self.label} offers no prices")


class CustomerSource(Provider):
    @operation
    def import_customers(self, cursor: str) -> CatalogPage[CustomerRecord]:
        """Customers changed since `cursor` ("" is all of them), oldest change first."""
        raise NotSupported(f"{self.label} offers no customers")


class ChangeNotices(Provider):
    """Vendors whose webhooks say that something has changed, for the next import to read."""

    @operation
    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        """Read a verified webhook; `data["changed"]` of an event is products or customers, or "" for anything else."""
        raise NotSupported(f"{self.label} sends no webhooks")


class ProductSink(_Upserts):
    #: How many go into one call.
    most_products: ClassVar[int] = 50

    @operation
    def export_products(self, products: Sequence[ProductRecord]) -> BatchResult:
        """Create or update the products by their SKU. Sending the same again changes nothing."""
        raise NotSupported(f"{self.label} takes no products")


class PriceSink(_Upserts):
    most_prices: ClassVar[int] = 50

    @operation
    def export_prices(self, prices: Sequence[PriceRecord]) -> BatchResult:
        """Set the prices. Sending the same again changes nothing."""
        raise NotSupported(f"{self.label} takes no prices")


class CustomerSink(_Upserts):
    most_customers: ClassVar[int] = 20

    @operation
    def export_customers(self, customers: Sequence[CustomerRecord]) -> BatchResult:
        """Create or update customers by the connector's unique identifier. Sending the same again changes nothing."""
        raise NotSupported(f"{self.label} takes no customers")
