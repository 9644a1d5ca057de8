"""Bring's words: tracking states, languages, countries, and what an administrator has to do."""

from __future__ import annotations

from connectors.contracts.shipping import TrackingState

#: NOTIFICATION_SENT and UNKNOWN say nothing about where a parcel is, and neither does any word that is not here.
STATES = {
    "PRE_NOTIFIED": TrackingState.PRE_TRANSIT,
    "HANDED_IN": TrackingState.IN_TRANSIT,
    "COLLECTED": TrackingState.IN_TRANSIT,
    "IN_TRANSIT": TrackingState.IN_TRANSIT,
    "TERMINAL": TrackingState.IN_TRANSIT,
    "INTERNATIONAL": TrackingState.IN_TRANSIT,
    "CUSTOMS": TrackingState.IN_TRANSIT,
    "DELIVERY_ORDERED": TrackingState.IN_TRANSIT,
    "DELIVERY_CHANGED": TrackingState.IN_TRANSIT,
    "TRANSPORT_TO_RECIPIENT": TrackingState.OUT_FOR_DELIVERY,
    "READY_FOR_PICKUP": TrackingState.READY_FOR_PICKUP,
    "DELIVERED": TrackingState.DELIVERED,
    "RETURN": TrackingState.RETURNED,
    "DELIVERED_SENDER": TrackingState.RETURNED,
    "ATTEMPTED_DELIVERY": TrackingState.EXCEPTION,
    "DEVIATION": TrackingState.EXCEPTION,
    "DELIVERY_CANCELLED": TrackingState.EXCEPTION,
}

_GUIDE_LANGUAGES = {"nb": "NO", "nn": "NO", "no": "NO", "da": "DK", "sv": "SE"}
_HOURS = {
    "NO": "openingHoursNorwegian",
    "DK": "openingHoursDanish",
    "SE": "openingHoursSwedish",
    "FI": "openingHoursFinnish",
}
_PICKUP_COUNTRIES = ("NO", "DK", "SE", "FI")

GUIDE = """
In Mybring (mybring.com) sign in as the user that shall call, best one of its own, and create an API key under Settings >
API. The user's e-mail address goes into Merchant ID, the key into API Token. Add the property CustomerNumber with the
customer number of your agreement as the same page lists it; under Customer numbers and rights the user needs the booking
right for it, and the financial right, without which Bring shows list prices instead of yours.

Base URL is https://api.bring.com for live and test. Tick Is Test to book without anything being carried out or invoiced;
Bring gives test customer numbers (5, 6 and 7) on request. Bring sends messages to recipients of test bookings too, so
test with phone numbers and e-mail addresses of your own. Test bookings do not appear in Tracking.

Products are Bring's codes: 5800 to a pickup point, 5600 to the door, 3584 to the mailbox, 5000 to businesses,
PICKUP_PARCEL and others outside Norway, 9300 for returns. Services are its codes of value added services; EVARSLING tells
the recipient by e-mail and text message. With the step RegisterTracking after CompleteShipment Bring tells of each
scan for 30 days; its callbacks are not signed, so the hub then asks Tracking what happened. A scheduled task PollTracking
for the same connector renews what is about to lapse, and asks once a day in case a callback got lost.

Bring has no call that cancels a booking: throw the label away, for
labels that are not used lapse.
"""


def guide_language(tag: str) -> str:
    """The Shipping Guide's language for a BCP 47 tag: "nb-NO" gives NO, what it does not speak EN."""
    return _GUIDE_LANGUAGES.get(tag.partition("-")[0].lower(), "EN")


def hours_field(tag: str) -> str:
    """The field of a pickup point that holds its opening hours in this language."""
    finnish = tag.partition("-")[0].lower() == "fi"
    return _HOURS.get("FI" if finnish else guide_language(tag), "openingHoursEnglish")


def pickup_country(country: str) -> str:
    """The country code as Bring writes it; "" where it has no pickup points."""
    return country.upper() if country.upper() in _PICKUP_COUNTRIES else ""
