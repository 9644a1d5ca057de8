"""What Adyen knows: payments, links, changes of payments, shoppers who are elsewhere."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.adyen.errors import invalid
from connectors.sandbox.adyen.webhooks import Teller, item_of
from connectors.sandbox.core.ledger import Ledger

Json = dict[str, Any]

_LETTERS = "23456789CDFGHJKLMNPQRTVWXZ"


@dataclass(slots=True)
class Desk:
    """Objects by id. `elsewhere` holds by a token what waits for a shopper at a bank's page; `refusing` the changes
    ("captures", "cancels", "refunds") of which the next one will fail."""

    ledger: Ledger
    url: str
    teller: Teller
    payments: dict[str, Json] = field(default_factory=dict)
    links: dict[str, Json] = field(default_factory=dict)
    changes: dict[str, Json] = field(default_factory=dict)
    webhooks: dict[str, Json] = field(default_factory=dict)
    elsewhere: dict[str, Json] = field(default_factory=dict)
    refusing: list[str] = field(default_factory=list)
    multiple_captures: bool = False
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _salt: str = field(default_factory=lambda: "".join(secrets.choice(_LETTERS) for _ in range(8)))

    def new_psp(self) -> str:
        """16 letters and digits."""
        number, digits = next(self._numbers), ""
        for _ in range(8):
            number, place = divmod(number, len(_LETTERS))
            digits = _LETTERS[place] + digits
        return self._salt + digits

    def payment(self, psp: str) -> Json:
        if psp not in self.payments:
            raise invalid("167", "No payment has this pspReference")
        return self.payments[psp]

    def record(self, operation: str, payment: Json, value: int, *, key: str = "", act: str = "") -> None:
        reference = payment["reference"]
        self.ledger.record(
            vendor="adyen",
            operation=operation,
            identity=" ".join(filter(None, (operation, reference, act))),
            key=key,
            reference=reference,
            object=payment["pspReference"],
            amount_minor=value,
            currency=payment["amount"]["currency"],
            account=payment["merchantAccount"],
        )

    def tell(self, code: str, payment: Json, psp: str, value: int, **more: Any) -> None:
        self.teller.tell(item_of(code, payment, psp, value, **more))


def left(payment: Json) -> int:
    """What is reserved and neither taken nor released."""
    return int(payment["authorised"] - payment["captured"] - payment["released"])


def amount_of(body: Json) -> Json:
    """Raises AdyenError for what is no positive amount."""
    amount = body.get("amount")
    given: Json = amount if isinstance(amount, dict) else {}
    value, currency = given.get("value"), given.get("currency")
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise invalid("137", "The amount is not valid")
    if not isinstance(currency, str) or len(currency) != 3:
        raise invalid("138", "The currency is not supported")
    return {"currency": currency, "value": value}


def text_of(body: Json, name: str, code: str) -> str:
    text = body.get(name)
    if not isinstance(text, str) or not text:
        raise invalid(code, f"{name} is missing")
    return text
