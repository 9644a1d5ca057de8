"""nShift Delivery's words: where a shipment is, and what an administrator has to do."""

from __future__ import annotations

from connectors.contracts.shipping import TrackingState

#: The states of a shipment in nShift Delivery's own history, in lower case.
STATES = {
    "printed": TrackingState.PRE_TRANSIT,
    "dispatching": TrackingState.IN_TRANSIT,
    "partdelivered": TrackingState.IN_TRANSIT,
    "outfordelivery": TrackingState.OUT_FOR_DELIVERY,
    "delivering": TrackingState.READY_FOR_PICKUP,
    "delivered": TrackingState.DELIVERED,
    "returned": TrackingState.RETURNED,
    "cancelled": TrackingState.EXCEPTION,
}
CANCELLED = frozenset({"cancelled", "canceled"})

#: The normalised statuses of Shipment Data, from and to. What is not here is told as it is and changes nothing.
STATUSES = (
    (1000, 1999, TrackingState.PRE_TRANSIT),
    (2001, 2001, TrackingState.OUT_FOR_DELIVERY),
    (2000, 2999, TrackingState.IN_TRANSIT),
    (3002, 3002, TrackingState.EXCEPTION),
    (3000, 3001, TrackingState.DELIVERED),
    (3003, 3003, TrackingState.DELIVERED),
    (5000, 7999, TrackingState.EXCEPTION),
)

#: Both, as an administrator reads them.
ALL_STATES = {
    **STATES,
    **{f"{low}-{high}" if low < high else str(low): state for low, high, state in STATUSES},
}

GONE = "nShift keeps documents for an hour, and those of {} are gone: print the label again in nShift Delivery itself"
NO_CHECKOUT = (
    "Enter CheckoutConnection, the connection id of nShift Checkout, or let the shipping options take the prices that are "
    "entered here"
)
NOT_TAKEN_BACK = "nShift Delivery does not take it back: {}. Ask the carrier, and throw the label away"

GUIDE = """
In nShift Delivery (unifaunonline.com) create an API key: its id goes into Merchant ID, its secret id into API Token. The
licence of the key has to hold REST API Print, and PickUpLocator for pickup points; without it nShift answers 403. Base URL
is https://api.unifaun.com/rs-extapi/v1 for live and test. Tick Is Test to print TEST on labels and to tell the carrier
nothing; e-mails to recipients go out all the same, so test with addresses of your own.

Products are nShift's service codes, such as P19, Services its additional services. ENOT sends the recipient an e-mail,
NOT notifies as the carrier does. The sender's customer numbers are those saved in nShift Delivery for the sender whose
Quick Id is in the property SenderQuickId; Partner with CustomerNumber names another one. AgentType says whose pickup
points are shown. For returns name a return service, such as P24, as Return Product.

Prices at checkout and tracking event by event come from the nShift portal, whose client id and secret go into Client App
ID and Client App Secret; CheckoutConnection is the connection id of nShift Checkout. Without them shipping options have
the prices entered here, and tracking is as coarse as nShift Delivery's own history.

Documents can be fetched for one hour after booking; they are stored at once.
"""


def state_of(status: int | None, name: str) -> TrackingState:
    """Of a normalised status; one that speaks of a pickup point is not taken for delivered."""
    found = next(
        (state for low, high, state in STATUSES if status is not None and low <= status <= high),
        TrackingState.UNKNOWN,
    )
    waits = any(word in name.casefold() for word in ("pickup", "pick-up", "pick up", "collect"))
    return TrackingState.READY_FOR_PICKUP if found is TrackingState.DELIVERED and waits else found
