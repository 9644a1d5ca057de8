"""The contract of receivers that fetch our products as a file: how the file is written, and how they are told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from connectors.contracts.base import NotExecuted, Provider, operation
from connectors.errors import NotSupported


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedProduct:
    """One of our products. `price` is per unit, tax included, in `currency`; `available` is what may be sold, in units."""

    sku: str
    name: str
    unit: str = ""
    price: Decimal | None = None
    currency: str = ""
    tax_rate: Decimal = Decimal(0)
    available: Decimal = Decimal(0)
    external_ids: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRemark:
    """What is wrong with one attribute of a product, and the cure. `leaves_out`: the file is without the product."""

    attribute: str
    message: str
    leaves_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """A product as it stands in the file; an empty `text` is left out, and the remarks tell why."""

    text: str
    remarks: tuple[FeedRemark, ...] = ()


class FeedWriter(Protocol):
    """Writes one file: the head, then each product, then the tail. Knows nothing but what it is given."""

    def head(self) -> str: ...

    def item(self, product: FeedProduct) -> FeedItem: ...

    def tail(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFile:
    """How the file of a connector is made and served.

    `extension` is that of its address; `username` and `password` are asked for where both are set. `market` is a code,
    `stores` are codes of those whose stock counts, none for all.
    """

    writer: FeedWriter
    extension: str
    content_type: str
    market: str = ""
    stores: tuple[str, ...] = ()
    username: str = ""
    password: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedNews:
    """A new file. `reference` is ours, of this file."""

    reference: str
    url: str


class FeedState(StrEnum):
    """READING: the receiver is at it. UNKNOWN is never success."""

    READING = "reading"
    TAKEN = "taken"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReading:
    """What the receiver made of the file that it fetched last. `remarks` are its own words."""

    state: FeedState
    items: int = 0
    created: int = 0
    updated: int = 0
    remarks: tuple[str, ...] = ()


class FeedProvider(Provider):
    @classmethod
    def feed_of(cls, config: Any) -> FeedFile:
        """The file of a compiled connector."""
        raise NotSupported(f"{cls.label} does not say what its file is")

    @classmethod
    def is_told(cls, config: Any) -> bool:
        """Whether this connector has what it takes to tell the receiver of a new file."""
        return False

    @operation
    def announce_feed(self, news: FeedNews) -> None:
        """Have the receiver fetch the file now; again is harmless."""
        raise NotSupported(f"{self.label} comes for the file by itself")

    @operation
    def read_feed_state(self, news: FeedNews) -> FeedReading:
        """What became of the file that the receiver fetched last."""
        raise NotSupported(f"{self.label} does not tell what it made of the file")

    def settle(self, operation: str, request: Any) -> Any:
        """Fetching once more changes nothing, so an announcement whose answer was lost may be made again."""
        return NotExecuted() if operation == "announce_feed" else super().settle(operation, request)
