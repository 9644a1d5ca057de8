"""What the demo orders go through, and how each must end. An order that ends otherwise is unexpected."""

from __future__ import annotations

from typing import Any

from config.demo.deliveries import delivered_and_returned
from config.demo.parts import paid_in_parts
from config.demo.story import Story

__all__ = ["Story", "stories"]

DECLINED = "pm_card_chargeDeclined"

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
    return [
        *plain,
        *_eventful(),
        *_paid_otherwise(),
        *paid_in_parts(),
        *delivered_and_returned(),
        *_sold_at_shopify(),
    ]


def _eventful() -> list[Story]:
    return [*_ended_early(), *_gone_wrong()]


def _ended_early() -> list[Story]:
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
            number="D-2005",
            title="export refused, run stops",
            market="SWE",
            amount="777.00",
            path=("InProgress",),
            ends_in="InProgress",
            last_run="stopped",
            errors=("ExportOrder",),
            captured=False,
            fault=_refused("D-2005"),
        ),
    ]


def _gone_wrong() -> list[Story]:
    """Each of these is completed all the same."""
    return [
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
            title="export refused, run goes on",
            market="NOR",
            amount="888.00",
            path=("Ship", "Completed"),
            errors=("ExportOrder",),
            fault=_refused("D-2004"),
        ),
        Story(
            number="D-2006",
            title="carrier too busy, twice",
            market="NOR",
            amount="555.00",
            fault={
                "vendor": "bring",
                "method": "POST",
                "path": "/booking/api/booking$",
                "body": "D-2006",
                "status": 429,
                "times": 2,
                "retry_after": 1,
            },
        ),
    ]


def _paid_otherwise() -> list[Story]:
    """One order for each further payment provider, with what its own page in the shop would have given as token."""
    card = '{"type": "scheme", "encryptedCardNumber": "test_4111111111111111", "holderName": "Kari"}'
    ways = (
        ("D-3001", "Klarna", "invoice of Klarna", "SWE", "1490.00", "accepted-D-3001"),
        ("D-3002", "Vipps", "approved in Vipps' app", "NOR", "640.00", "+4791234567"),
        ("D-3003", "Adyen", "captured later by Adyen", "NOR", "980.00", card),
        ("D-3004", "PayPal", "PayPal's button", "DNK", "415.00", ""),
    )
    return [
        Story(number=number, title=title, market=market, amount=amount, method=method, token=token)
        for number, method, title, market, amount, token in ways
    ]


def _refused(number: str) -> dict[str, Any]:
    """The company's books do not take the order, however often they are asked."""
    return {
        "vendor": "dynamics365",
        "method": "POST",
        "path": "salesOrders$",
        "body": number,
        "status": 400,
        "times": None,
    }


def _sold_at_shopify() -> list[Story]:
    """The shop in Norway is asked for its orders, the one in Sweden tells of them."""
    sold = (
        ("NO-1001", "shopify-norway", "NOR", "749.00"),
        ("NO-1002", "shopify-norway", "NOR", "1299.00"),
        ("SE-1001", "shopify-sweden", "SWE", "899.00"),
        ("SE-1002", "shopify-sweden", "SWE", "329.00"),
    )
    titles = {"shopify-norway": "imported from Shopify", "shopify-sweden": "webhook of Shopify"}
    return [
        Story(number=number, title=titles[shop], market=market, amount=amount, shop=shop, captured=False)
        for number, shop, market, amount in sold
    ]
