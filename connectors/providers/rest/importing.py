"""Where the reading of a described list stands. `since` moves on only when a run has come to its end and could read
everything, so that nothing is lost to a page that broke off or to an order that was not understood."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from connectors.contracts.ecommerce import ImportedOrder
from connectors.errors import Rejected
from connectors.order_json import OrderReader, at
from connectors.providers.rest.calls import Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`since` and `kept` are where this run began, `token` and `page` where it is; `seen` is the latest change met in it,
    `flawed` whether something of it could not be read. `last` names the content of the page before."""

    since: str = ""
    kept: str = ""
    token: str = ""
    page: int | None = None
    seen: str = ""
    flawed: bool = False
    last: str = ""

    @classmethod
    def stored(cls, cursor: str) -> Place:
        """Raises Rejected for a text that is none of ours."""
        try:
            return cls(**json.loads(cursor)) if cursor else cls()
        except (ValueError, TypeError):
            raise Rejected("The cursor is none of this connector's; empty it to begin anew") from None

    @classmethod
    def begun_anew(cls, cursor: str) -> str:
        """Where the run began; where that was at a token that a former run was given, without it. Raises Rejected."""
        at = cls.stored(cursor)
        under_way = at.token or at.page is not None
        if not under_way and not at.kept:
            return cursor
        return cls(since=at.since, kept=at.kept if under_way else "").text()

    @classmethod
    def read(cls, cursor: str, listing: Listing) -> Place:
        """Raises Rejected for a text that is none of ours."""
        place = cls.stored(cursor)
        return replace(place, page=listing.first) if place.page is None else place

    def text(self) -> str:
        return json.dumps(
            {name: value for name, value in asdict(self).items() if value not in ("", None, False)}
        )

    def fields(self, listing: Listing) -> dict[str, Any]:
        """What templates of the list may ask for; empty texts leave their parameter out."""
        since = ""
        if self.since:
            earlier = datetime.fromisoformat(self.since) - timedelta(seconds=listing.overlap_s)
            since = earlier.isoformat().replace("+00:00", "Z")
        return {"since": since, "page": self.page or "", "cursor": self.token or self.kept}

    def after(
        self, answer: Any, count: int, orders: Iterable[ImportedOrder], flawed: bool, listing: Listing
    ) -> Place:
        """Behind a page with that many items; without a next page, at the beginning of the next run."""
        seen = max([self.seen, *(order.modified_at.isoformat() for order in orders)], default="", key=_moment)
        here = replace(self, seen=seen, flawed=self.flawed or flawed)
        token = at(answer, listing.next) if listing.next else None
        if token and str(token) != self.token:
            return replace(here, token=str(token))
        if self.page is not None and count:
            content = hashlib.sha256(json.dumps(answer, default=str).encode()).hexdigest()[:16]
            if content == self.last:
                raise Rejected(
                    f"Page {self.page} is the same as the one before; mend where {{page}} stands in ImportOrders"
                )
            return replace(here, page=self.page + 1, last=content)
        return here.end(str(token or self.token or self.kept) if listing.keep else "")

    def end(self, kept: str) -> Place:
        if self.flawed:
            return Place(since=self.since, kept=self.kept)
        return Place(since=self.seen or self.since, kept=kept)

    @property
    def goes_on(self) -> bool:
        """Whether a page of the same run comes after this one."""
        return bool(self.token) or self.page is not None


def items_of(answer: Any, listing: Listing) -> list[Any]:
    """Raises Rejected where there is no list."""
    found = at(answer, listing.items) if listing.items else answer
    if not isinstance(found, list):
        raise Rejected(f"The answer has no list at {listing.items or 'its top'}; mend items of ImportOrders")
    return found


def orders_of(items: list[Any], config: Any) -> tuple[list[ImportedOrder], list[str]]:
    """The orders, and what to tell staff of those that are none."""
    reader = OrderReader(config.field_mapping, config.store)
    orders, unread = [], []
    for number, item in enumerate(items, start=1):
        try:
            orders.append(reader.read(item))
        except Rejected as error:
            name = at(item, "number") or at(item, "id") or f"number {number} of the page"
            unread.append(f"Order {name} cannot be read: {error.message}; it is read again in every run")
    return orders, unread


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() if text else float("-inf")
