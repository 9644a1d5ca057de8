"""Orders that are paid at checkout on the provider's own page, then captured, released and refunded in parts."""

from __future__ import annotations

from config.demo.charts import Status, Step
from config.demo.story import Story

ORDER_TYPE = "Parcels"
AMOUNT, PART, REST, BACK = "900.00", "300.00", "600.00", "100.00"

#: Two parcels: the second one is sent, or given up, before something of the first comes back.
CHART = (
    Status("New", ("ShipPart",), (Step("AuthorizePayment", stop_on_error=True),)),
    Status(
        "ShipPart",
        ("ShipRest", "ReleaseRest"),
        (Step("CapturePayments", stop_on_error=True, properties={"Amount": PART}),),
    ),
    Status("ShipRest", ("PartReturned",), (Step("CapturePayments", stop_on_error=True),)),
    Status("ReleaseRest", ("PartReturned",), (Step("TryReleaseRemainingAuth", stop_on_error=True),)),
    Status(
        "PartReturned",
        ("Completed",),
        (Step("RefundPayments", stop_on_error=True, properties={"Amount": BACK}),),
    ),
    Status("Completed", (), ()),
)

#: Stripe takes one capture only and releases by itself what that leaves.
_WAYS = (
    ("D-4001", "Stripe", "NOR", "ReleaseRest"),
    ("D-4002", "Klarna", "SWE", "ReleaseRest"),
    ("D-4003", "Vipps", "NOR", "ShipRest"),
    ("D-4004", "Adyen", "NOR", "ShipRest"),
    ("D-4005", "PayPal", "DNK", "ReleaseRest"),
)


def paid_in_parts() -> list[Story]:
    """One order for each payment provider."""
    return [_story(*way) for way in _WAYS]


def _story(number: str, method: str, market: str, then: str) -> Story:
    whole = then == "ShipRest"
    return Story(
        number=number,
        title=f"{method} in parts, the rest {'sent' if whole else 'released'}",
        market=market,
        amount=AMOUNT,
        method=method,
        order_type=ORDER_TYPE,
        at_checkout=True,
        path=("ShipPart", then, "PartReturned", "Completed"),
        totals={
            "New": {"authorized": AMOUNT},
            "ShipPart": {"captured": PART},
            then: {"captured": AMOUNT} if whole else {"cancelled": REST},
            "PartReturned": {"refunded": BACK},
        },
    )
