"""What the demo orders go through, and how each must end. An order that ends otherwise is unexpected."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: The way of an order that nothing happens to.
HAPPY = ("InProgress", "Ship", "Completed")

ACCEPTED, DECLINED = "pm_card_visa", "pm_card_chargeDeclined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One order. `path` are the statuses that the merchant asks for; `errors` the steps that must end in Error.

    `captured` and `cancelled` tell what must have become of the money. `amount` is in the market's currency.
    """

    number: str
    title: str
    market: str
    amount: str
    path: tuple[str, ...] = HAPPY
    token: str = ACCEPTED
    ends_in: str = "Completed"
    last_run: str = "completed"
    errors: tuple[str, ...] = ()
    captured: bool = True
    fault: dict[str, Any] = field(default_factory=dict)


_PLAIN = (
    ("NOR", "1299.00"),
    ("SWE", "849.50"),
    ("DNK", "499.95"),
    ("NOR", "249.00"),
    ("SWE", "3499.00"),
    ("DNK", "1750.00"),
    ("NOR", "99.00"),
    ("SWE", "1199.00"),
    ("DNK", "629.00"),
)


def stories() -> list[Story]:
    """At least twelve orders: plain ones first, then those to which something happens."""
    plain = [
        Story(number=f"D-{1001 + index}", title="paid, exported, shipped", market=market, amount=amount)
        for index, (market, amount) in enumerate(_PLAIN)
    ]
    return [*plain, *_eventful()]


def _eventful() -> list[Story]:
    return [
        Story(
            number="D-2001",
            title="cancelled by the customer",
            market="NOR",
            amount="459.00",
            path=("InProgress", "OrderCanceled"),
            ends_in="OrderCanceled",
            captured=False,
        ),
        Story(
            number="D-2002",
            title="card declined",
            market="SWE",
            amount="7999.00",
            path=(),
            token=DECLINED,
            ends_in="New",
            last_run="stopped",
            errors=("AuthorizePayment",),
            captured=False,
        ),
        Story(
            number="D-2003",
            title="answer to the capture lost",
            market="DNK",
            amount="1234.56",
            fault={
                "vendor": "stripe",
                "method": "POST",
                "path": "/capture$",
                "body": "amount_to_capture=123456",
                "drop_after": True,
            },
        ),
        Story(
            number="D-2004",
            title="export refused, the run goes on",
            market="NOR",
            amount="888.00",
            errors=("ExportOrder",),
            fault=_refused("D-2004", "Ship"),
        ),
        Story(
            number="D-2005",
            title="export refused, the run stops",
            market="SWE",
            amount="777.00",
            path=("InProgress",),
            ends_in="InProgress",
            last_run="stopped",
            errors=("ExportOrder",),
            captured=False,
            fault=_refused("D-2005", "InProgress"),
        ),
    ]


def _refused(number: str, status: str) -> dict[str, Any]:
    return {
        "vendor": "webhook",
        "method": "POST",
        "path": f"^/erp/{status}",
        "body": number,
        "status": 422,
        "times": None,
    }
