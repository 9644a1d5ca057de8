"""What Stripe knows of one account in one mode, and the context in which a call is executed."""

from __future__ import annotations

import itertools
import marshal
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.sender import Sender
from connectors.sandbox.stripe.cards import Card
from connectors.sandbox.stripe.keys import Keys
from connectors.sandbox.stripe.params import Params
from connectors.sandbox.stripe.posts import post_of

API_VERSION = "2022-11-15"
#: Older events are forgotten; Stripe keeps them for 30 days.
EVENTS_KEPT = 5_000

Json = dict[str, Any]


def now() -> int:
    return int(time.time())


def whole_event(kept: Json) -> Json:
    """An event as Stripe shows it, with the object as it was then. Most events are never looked at, so they are packed."""
    return {**kept, "data": {"object": marshal.loads(kept["data"])}}  # noqa: S302 - packed by emit


def reference_of(metadata: Mapping[str, str]) -> str:
    """Our own reference of a payment or refund, where the caller left one."""
    return metadata.get("reference", "")


@dataclass(slots=True)
class Account:
    """Objects by id, oldest first. `methods` are payment methods, `cards` the card behind each charge."""

    name: str
    livemode: bool
    payment_intents: dict[str, Json] = field(default_factory=dict)
    charges: dict[str, Json] = field(default_factory=dict)
    refunds: dict[str, Json] = field(default_factory=dict)
    sessions: dict[str, Json] = field(default_factory=dict)
    endpoints: dict[str, Json] = field(default_factory=dict)
    events: dict[str, Json] = field(default_factory=dict)
    session_data: dict[str, Json] = field(default_factory=dict)
    methods: dict[str, Card] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    keys: Keys = field(default_factory=Keys)

    def holds(self, object_id: str) -> bool:
        return any(
            object_id in items for items in (self.payment_intents, self.sessions, self.refunds, self.events)
        )


@dataclass(slots=True)
class Desk:
    """What all accounts share. `url` is the sandbox's address."""

    ledger: Ledger
    url: str
    sender: Sender
    token: str = field(default_factory=lambda: secrets.token_hex(4))
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{self.token}{next(self.numbers):010d}"


@dataclass(slots=True)
class Call:
    """One API call, or an act of a shopper through the control API, which has neither key nor request id."""

    account: Account
    desk: Desk
    tree: Json = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    key: str = ""
    request_id: str = ""

    def params(self, *allowed: str) -> Params:
        return Params(self.tree, (*allowed, "expand"))

    def new_id(self, prefix: str) -> str:
        return self.desk.new_id(prefix)

    def new(self, prefix: str, kind: str, **fields: Any) -> Json:
        """A new object with what all of them have."""
        return {
            "id": self.new_id(prefix),
            "object": kind,
            "created": now(),
            "livemode": self.account.livemode,
            **fields,
        }

    def record(self, operation: str, item: Json, amount: int, payment: str, *, act: str = "") -> None:
        """Note an executed effect on the object; `payment` is the payment intent's id, `act` tells repeatable acts apart."""
        reference = reference_of(item["metadata"])
        self.desk.ledger.record(
            vendor="stripe",
            operation=operation,
            identity=" ".join(filter(None, (operation, reference or payment, act))),
            key=self.key,
            reference=reference,
            object=payment,
            amount_minor=amount,
            currency=item["currency"].upper(),
            account=self.account.name,
        )

    def emit(self, kind: str, item: Json) -> None:
        """Make an event of the object as it is now, and send it to the endpoints that want it."""
        listeners = self.listeners(kind)
        event: Json = {
            "id": self.new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": now(),
            "data": marshal.dumps(item),
            "livemode": self.account.livemode,
            "pending_webhooks": len(listeners),
            "request": {"id": self.request_id or None, "idempotency_key": self.key or None},
            "type": kind,
        }
        events = self.account.events
        events[event["id"]] = event
        if len(events) > EVENTS_KEPT:
            del events[next(iter(events))]
        if listeners:
            self.send(whole_event(event))

    def send(self, event: Json) -> None:
        for endpoint in self.listeners(event["type"]):
            secret = self.account.secrets[endpoint["id"]]
            self.desk.sender.send(post_of(endpoint["url"], secret, event))

    def listeners(self, kind: str) -> list[Json]:
        return [
            endpoint
            for endpoint in self.account.endpoints.values()
            if endpoint["status"] == "enabled" and {"*", kind} & set(endpoint["enabled_events"])
        ]
