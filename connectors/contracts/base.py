"""What every provider is: declarations, one method per operation, and a door to the network that is handed in.

A provider knows no Django, no database and no request object. It takes and returns the dataclasses of its contracts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.contracts.calling import (
    Answer,
    Caller,
    Classify,
    Door,
    Request,
    form_pairs,
    kind_by_status,
    retry_after,
)
from connectors.contracts.declaring import Category, Idempotency, Limits, operation
from connectors.errors import NotSupported, ProviderError, Rejected
from connectors.strict_json import BadAnswer, parse

__all__ = [
    "Answer",
    "BadAnswer",
    "Category",
    "Classify",
    "Door",
    "Idempotency",
    "Inbound",
    "Limits",
    "NotExecuted",
    "Provider",
    "Request",
    "form_pairs",
    "kind_by_status",
    "operation",
    "reading",
    "retry_after",
]


@dataclass(frozen=True, slots=True)
class Inbound:
    """A webhook as it arrived: raw bytes, headers by lower-case name, the full public URL, seconds since the epoch.

    `fetched` is what its signature scheme had asked for, by address.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    received_at: float
    fetched: Mapping[str, bytes] = field(default_factory=dict)

    def json(self) -> Any:
        """The body parsed, numbers with decimals as Decimal. Raises BadAnswer for anything that is not JSON."""
        return parse(self.body)


@contextmanager
def reading(what: str, kind: type[ProviderError] = Rejected) -> Iterator[None]:
    """Turns whatever a strange body breaks while it is being read into `kind`; `what` names it for staff."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        raise kind(f"{what} cannot be read: {type(error).__name__}: {error}"[:300]) from error


@dataclass(frozen=True, slots=True)
class NotExecuted:
    """Answer of `settle`: the provider knows nothing of the operation, so it was not executed.

    Where the provider's look-up lags behind what it executes, that is proved only `proved_after_s` seconds after the
    last try.
    """

    proved_after_s: float = 0


class Provider(Caller):
    """Base of all implementations. Subclasses declare, and have one method for each operation of their contracts.

    `sent_between` is told when a lost answer is settled: what was sent has been executed between these two moments, by our
    clock, if at all.
    """

    sent_between: tuple[datetime, datetime] | None = None

    def check_body(self) -> Any:
        """What the request `check` sends, for vendors that are asked by POST; None for nothing."""
        return None

    def test_connection(self) -> Any:
        """Send the check request. Raises ProviderError. Overridden where it needs more than one request."""
        method, path = self.check or ("", "")
        body = self.call(method, path, self.check_body(), write=False)
        self.read_check(body)
        return body

    def read_check(self, body: Any) -> None:
        """Raises ProviderError where the answer to `check` tells that the connector could not do its work."""

    def confirm(self, event: Any) -> Sequence[Any]:
        """What the vendor itself says of something that an unsigned webhook told of: the events that may be believed.

        `event` is one of `read_webhook`. Raises ProviderError; the event is then tried again later.
        """
        raise NotSupported(f"{self.label} cannot be asked about what its webhooks tell")

    @classmethod
    def item_link(cls, values: Any, kind: str, external_id: str) -> str:
        """The page on which people see an item at the vendor's, "" for none. `kind` is product, price, customer or stock,
        `values` are the connector's settings."""
        return ""

    @classmethod
    def begun_anew(cls, operation: str, cursor: str) -> str:
        """Where a reading begins again that is in the middle of its pages, for a vendor that does not know the page of this
        cursor any more: a place before which everything has been read. The same cursor where it names no page.

        Raises Rejected for a cursor that is none of the vendor's.
        """
        return cursor

    def settle(self, operation: str, request: Any) -> Any:
        """Was an operation whose answer was lost executed? Its result, NotExecuted(), or None when it cannot be told."""
        return None
