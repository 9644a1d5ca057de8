"""Ingrid's words: kinds of delivery and places, selections, locales, and what an administrator has to do."""

from __future__ import annotations

from connectors.contracts.shipping import DeliveryType

#: Of sessions; every other status, UNKNOWN too, counts as not complete.
COMPLETE = "COMPLETE"

DELIVERIES = {
    "delivery": DeliveryType.HOME,
    "mailbox": DeliveryType.MAILBOX,
    "pickup": DeliveryType.PICKUP_POINT,
    "instore": DeliveryType.STORE,
}
PLACES = {
    "LOCKER": DeliveryType.LOCKER,
    "STORE": DeliveryType.PICKUP_POINT,
    "POSTOFFICE": DeliveryType.PICKUP_POINT,
    "MANNED": DeliveryType.PICKUP_POINT,
}
#: Selections that are not what the shopper was shown.
FELL_BACK = {
    "FALLBACK_FROM_USER_CHOICE": "Ingrid could not keep to what the shopper chose and took another delivery",
    "FALLBACK_FROM_PRESELECTED_CHOICE": "Ingrid could not keep to the preselected delivery and took another one",
    "FALLBACK_FAILED_FOR_USER_CHOICE": "Ingrid doubts that the carrier serves the shopper's choice and found no other",
    "FALLBACK_FAILED_FOR_PRESELECTED_CHOICE": "Ingrid doubts that the carrier serves the preselected delivery and found"
    " no other",
    "DELIVERY_GROUP_SELECTION_UNDEFINED": "Ingrid does not say whether the shopper chose this",
}

_REGIONS = {"nb": "NO", "nn": "NO", "no": "NO", "sv": "SE", "da": "DK", "en": "US"}
_WORDS = {"no": "nb"}

GUIDE = """
In the Ingrid Merchant Platform copy the site's private key into API Token; Ingrid issues one for staging and another for
production. Paste it as it is or in base64, both work. Tick Is Test for staging (api-stage.ingrid.com), leave Base URL empty
for Ingrid's own addresses. Locale is the widget's language where Ingrid does not speak the shop's.

Ingrid sells deliveries at checkout and books none of them here. Make a shipping option that shoppers meet, such as
"Delivery checkout", whose provider is Ingrid, or that has Ingrid as its Shipping Price Gateway. At checkout the shop gets
the session's id and the widget's HTML from POST /api/v1/checkout/shipping-options/, shows the widget, sends the session's id
again in sessions whenever cart or address change, and gives it as session of the shipment with the order. It should not
complete the session itself; where it does, the hub notices.

Then let orders run ConfirmDeliveryChoice before CompleteShipment. It completes the session and keeps what was chosen. For
each product that Ingrid sells make an option of the carrier that drives it (Bring, PostNord, GLS, nShift) and enter the
product's code in Ingrid - the external method id of the carrier product, else its shipping method - under Checkout Codes:
that option books.

Ingrid has no call that takes a completed session back; cancel the shipment at its carrier.
"""


def locales(language: str, country: str, default: str) -> list[str]:
    """In the order in which they are wanted, for Ingrid takes the first that it speaks: "nb" gives nb-NO."""
    tag, _, region = language.replace("_", "-").partition("-")
    word = tag.lower()
    wanted = f"{_WORDS.get(word, word)}-{(region or _REGIONS.get(word) or country).upper()}" if word else ""
    return list(dict.fromkeys(filter(None, (wanted, default))))
