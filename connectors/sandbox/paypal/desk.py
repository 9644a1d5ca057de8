"""What PayPal knows, and the context in which a call is executed."""

from __future__ import annotations

import itertools
import secrets
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.sender import Sender
from connectors.sandbox.paypal import hooks
from connectors.sandbox.paypal.checking import Json, minor_of
from connectors.sandbox.paypal.errors import not_found

_LETTERS = string.ascii_uppercase + string.digits
#: Older events are forgotten; PayPal keeps them for 30 days.
EVENTS_KEPT = 5_000
HELD_FOR = timedelta(days=29)


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def later(span: timedelta) -> str:
    return (datetime.now(UTC) + span).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(slots=True)
class Desk:
    """Orders by id, and for every authorisation, capture and refund its order's id. `owners` are accounts, "" any.

    `instruments` is what the shopper of an order pays with; `kept` are request ids by account and id.
    """

    ledger: Ledger
    url: str
    sender: Sender
    orders: dict[str, Json] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    instruments: dict[str, str] = field(default_factory=dict)
    invoices: set[tuple[str, str]] = field(default_factory=set)
    tokens: dict[str, str] = field(default_factory=dict)
    webhooks: dict[str, Json] = field(default_factory=dict)
    events: dict[str, Json] = field(default_factory=dict)
    kept: dict[tuple[str, str], Json] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def base(self) -> str:
        return f"{self.url}/paypal"

    def new_id(self) -> str:
        return "".join(secrets.choice(_LETTERS) for _ in range(17))

    def link(self, rel: str, path: str, method: str = "GET") -> dict[str, str]:
        return {"href": path if "://" in path else self.base + path, "rel": rel, "method": method}

    def order_of(self, order_id: str, account: str) -> Json:
        """Raises PaypalError for an order of another account; one of nobody becomes this account's."""
        owner = self.owners.get(order_id)
        if owner is None or (owner and account and owner != account):
            raise not_found()
        self.owners[order_id] = owner or account
        return self.orders[order_id]

    def item_of(self, kind: str, item_id: str, account: str = "") -> tuple[Json, Json]:
        """An authorisation, capture or refund with its order."""
        found, order_id = self.places.get(item_id, ("", ""))
        if found != kind:
            raise not_found()
        order = self.order_of(order_id, account)
        return order, next(item for item in payments_of(order)[kind] if item["id"] == item_id)

    def add(self, kind: str, order: Json, item: Json) -> Json:
        payments_of(order).setdefault(kind, []).append(item)
        self.places[item["id"]] = (kind, order["id"])
        return item

    def record(self, operation: str, order: Json, amount: Mapping[str, str], act: str, key: str = "") -> None:
        """Note an executed effect; `act` is what may be done once for this order."""
        unit = order["purchase_units"][0]
        reference = unit.get("custom_id", "").partition(".")[0]
        self.ledger.record(
            vendor="paypal",
            operation=operation,
            identity=f"{operation} {reference or order['id']} {act}".strip(),
            key=key,
            reference=reference,
            object=order["id"],
            amount_minor=minor_of(amount),
            currency=amount["currency_code"],
            account=self.owners[order["id"]],
        )

    def emit(self, kind: str, resource_type: str, order: Json, item: Json) -> Json:
        """Make an event of an object as it is now, and send it to the account's webhooks."""
        event = hooks.event_of(kind, resource_type, shown(item), next(self.numbers))
        self.events[event["id"]] = event
        if len(self.events) > EVENTS_KEPT:
            del self.events[next(iter(self.events))]
        self.send(event, self.owners[order["id"]])
        return event

    def send(self, event: Json, account: str) -> None:
        for webhook in self.webhooks.values():
            if webhook["account"] in {"", account}:
                for _ in range(1 + webhook["repeats"]):
                    self.sender.send(hooks.post_of(webhook, event, f"{self.base}{hooks.CERTIFICATE}"))


@dataclass(slots=True)
class Call:
    """One API call. `data` is the body."""

    desk: Desk
    account: str
    data: Any = None
    key: str = ""


def payments_of(order: Json) -> Json:
    payments: Json = order["purchase_units"][0].setdefault("payments", {})
    return payments


def shown(item: Json) -> Json:
    """Without what only the simulator knows."""
    return {name: _shown(value) for name, value in item.items() if not name.startswith("_")}


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return [_shown(part) for part in value]
    return shown(value) if isinstance(value, dict) else value
