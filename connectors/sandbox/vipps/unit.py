"""What Vipps knows of one sales unit: its payments, its keys, and who wants to hear of it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.sender import Sender
from connectors.sandbox.core.wire import Response
from connectors.sandbox.vipps.errors import refused
from connectors.sandbox.vipps.posts import Registration, post_of

Json = dict[str, Any]

#: What a caller puts behind his own reference for a further attempt; all attempts are for one purchase.
_ATTEMPT = re.compile(r"-try\d+$")


def stamp() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(slots=True)
class Payment:
    """Amounts in minor units. The state stays AUTHORIZED; what became of the money is in the amounts."""

    reference: str
    amount: int
    currency: str
    flow: str
    return_url: str
    state: str = "CREATED"
    authorized: int = 0
    captured: int = 0
    refunded: int = 0
    cancelled: int = 0
    psp: str = field(default_factory=lambda: str(uuid4()))
    events: list[Json] = field(default_factory=list)

    @property
    def left(self) -> int:
        """What is reserved and neither captured nor released."""
        return self.authorized - self.captured - self.cancelled

    def money(self, value: int) -> Json:
        return {"currency": self.currency, "value": value}

    def changed(self) -> Json:
        return {
            "amount": self.money(self.amount),
            "state": self.state,
            "aggregate": {
                "authorizedAmount": self.money(self.authorized),
                "cancelledAmount": self.money(self.cancelled),
                "capturedAmount": self.money(self.captured),
                "refundedAmount": self.money(self.refunded),
            },
            "pspReference": self.psp,
            "reference": self.reference,
        }


@dataclass(slots=True)
class Kept:
    """What a key stood for; no response while the call is at work."""

    asked: tuple[Any, ...]
    response: Response | None = None


@dataclass(slots=True)
class Unit:
    msn: str
    payments: dict[str, Payment] = field(default_factory=dict)
    keys: dict[str, Kept] = field(default_factory=dict)
    registrations: dict[str, Registration] = field(default_factory=dict)

    def payment(self, reference: str) -> Payment:
        if reference not in self.payments:
            raise refused("5090", f"Sales unit {self.msn} has no payment {reference}")
        return self.payments[reference]


@dataclass(slots=True)
class Desk:
    """What all units share. `repeatable` tells whether a key that is known gives the first answer again."""

    ledger: Ledger
    url: str
    sender: Sender
    repeatable: bool = True
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1_304_787_000))


@dataclass(slots=True)
class Call:
    """One API call, or an act of a shopper or of staff in the portal, which has no key."""

    unit: Unit
    desk: Desk
    body: Json = field(default_factory=dict)
    key: str = ""

    def record(self, operation: str, payment: Payment, amount: int, act: str = "") -> None:
        """Note an executed effect; `act` tells the parts of a capture or refund apart."""
        ours = _ATTEMPT.sub("", payment.reference)
        self.desk.ledger.record(
            vendor="vipps",
            operation=operation,
            identity=" ".join(filter(None, (operation, ours, act))),
            key=self.key,
            reference=ours,
            object=payment.reference,
            amount_minor=amount,
            currency=payment.currency,
            account=self.unit.msn,
        )

    def emit(self, payment: Payment, name: str, amount: int, *, success: bool = True) -> None:
        """Write an event into the payment's log and tell those who want to hear of it, in order."""
        event = {
            "reference": payment.reference,
            "pspReference": payment.psp if name == "CREATED" else str(next(self.desk.numbers)),
            "name": name,
            "amount": payment.money(amount),
            "timestamp": stamp(),
            "idempotencyKey": self.key or None,
            "success": success,
        }
        payment.events.append(event)
        self.tell(event)

    def tell(self, event: Json) -> None:
        for registration in self.unit.registrations.values():
            if registration.wants(event["name"]):
                post = post_of(registration, {"msn": self.unit.msn, **event})
                for _ in range(1 + registration.repeats):
                    self.desk.sender.send(post)
