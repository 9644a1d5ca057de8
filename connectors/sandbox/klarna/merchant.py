"""What Klarna knows of one merchant, and the context in which a call is executed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.sender import Post, Sender
from connectors.sandbox.core.wire import Response
from connectors.sandbox.klarna.errors import not_found

Json = dict[str, Any]


def stamp(**later: float) -> str:
    """A time in Klarna's form, by default now."""
    return (datetime.now(UTC) + timedelta(**later)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_id() -> str:
    return str(uuid.uuid4())


@dataclass(slots=True)
class Merchant:
    """Objects by id; `placed` holds the order of each authorization token, `replies` the answers under their keys."""

    name: str
    sessions: dict[str, Json] = field(default_factory=dict)
    pages: dict[str, Json] = field(default_factory=dict)
    orders: dict[str, Json] = field(default_factory=dict)
    placed: dict[str, str] = field(default_factory=dict)
    replies: dict[str, Response] = field(default_factory=dict)

    def order(self, order_id: str) -> Json:
        if order_id not in self.orders:
            raise not_found("The order", "NO_SUCH_ORDER")
        return self.orders[order_id]

    def page(self, page_id: str) -> Json:
        if page_id not in self.pages:
            raise not_found("The session")
        return self.pages[page_id]


@dataclass(slots=True)
class Desk:
    """What all merchants share. `callback_url` takes the place of the addresses that sessions carry."""

    ledger: Ledger
    url: str
    sender: Sender
    callback_url: str = ""
    repeats: int = 0

    def tell(self, url: str, body: Mapping[str, Any], what: str) -> None:
        """Post a callback, as often again as `repeats` says. Nobody signs it."""
        target = self.callback_url or url
        raw = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "Klarna (sandbox)"}
        for _ in range((1 + self.repeats) if target else 0):
            self.sender.send(Post(url=target, make=lambda at: (raw, headers), noted={"type": what}))


@dataclass(slots=True)
class Call:
    """One API call, or an act of a shopper or of Klarna through the control API, which has no key."""

    merchant: Merchant
    desk: Desk
    body: Any = None
    key: str = ""

    def record(self, operation: str, order: Json, amount: int, act: str = "") -> None:
        """Note an executed effect; `act` tells repeatable ones apart."""
        reference = order.get("merchant_reference2", "")
        self.desk.ledger.record(
            vendor="klarna",
            operation=operation,
            identity=" ".join(filter(None, (operation, reference or order["order_id"], act))),
            key=self.key,
            reference=reference,
            object=order["order_id"],
            amount_minor=amount,
            currency=order["purchase_currency"].upper(),
            account=self.merchant.name,
        )
