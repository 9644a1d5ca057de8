"""PostNord's words: issuers, tracking states, days of the week, and what an administrator has to do."""

from __future__ import annotations

from connectors.contracts.shipping import DeliveryType, TrackingState

#: Which PostNord company the agreement is with.
ISSUERS = {"SE": "Z12", "DK": "Z11", "NO": "Z13", "FI": "Z14"}
#: The only issuer that takes a booking back.
TAKES_BACK = "SE"

#: OTHER says nothing about where a parcel is, and neither does any word that is not here. There is no word of its own for
#: a parcel that is out for delivery; see tracking.py.
STATES = {
    "CREATED": TrackingState.PRE_TRANSIT,
    "INFORMED": TrackingState.PRE_TRANSIT,
    "EN_ROUTE": TrackingState.IN_TRANSIT,
    "DELAYED": TrackingState.IN_TRANSIT,
    "EXPECTED_DELAY": TrackingState.IN_TRANSIT,
    "AVAILABLE_FOR_DELIVERY": TrackingState.READY_FOR_PICKUP,
    "AVAILABLE_FOR_DELIVERY_PAR_LOC": TrackingState.READY_FOR_PICKUP,
    "DELIVERED": TrackingState.DELIVERED,
    "RETURNED": TrackingState.RETURNED,
    "DELIVERY_IMPOSSIBLE": TrackingState.EXCEPTION,
    "DELIVERY_REFUSED": TrackingState.EXCEPTION,
    "STOPPED": TrackingState.EXCEPTION,
}

#: How the delivery options call names what shoppers get.
DELIVERY_TYPES = {
    "home": DeliveryType.HOME,
    "home-small": DeliveryType.HOME,
    "service-point": DeliveryType.PICKUP_POINT,
    "parcel-locker": DeliveryType.LOCKER,
    "mailbox": DeliveryType.MAILBOX,
    "express-mailbox": DeliveryType.MAILBOX,
}
#: The type of a service point that is a parcel box.
PARCEL_BOX = "2"

_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_DAY_NAMES = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "sv": ("Mån", "Tis", "Ons", "Tor", "Fre", "Lör", "Sön"),
    "no": ("Man", "Tir", "Ons", "Tor", "Fre", "Lør", "Søn"),
    "da": ("Man", "Tir", "Ons", "Tor", "Fre", "Lør", "Søn"),
    "fi": ("Ma", "Ti", "Ke", "To", "Pe", "La", "Su"),
}

GUIDE = """
Register an application at developer.postnord.com (for tests at atdeveloper.postnord.com), with the Booking, Service Points,
Transit Time and Track & Trace APIs. Its API key goes into API Token: each environment has a key of its own. Customer
Number is that of your agreement, Agreement Country the country of the PostNord company that you have it with: SE, DK, NO
or FI. Test connection asks whether PostNord is well, knows the key, and knows the number in that country.

Base URL is https://atapi2.postnord.com with Is Test, https://api2.postnord.com without. A test booking is checked and its
label marked as a test, nothing is carried out and nothing is ever tracked. The test server forgets bookings at once, so
only the label that comes with a booking can be had there.

Products are PostNord's basic service codes: 17 to the door, 18 to a business, 19 to a service point, 24 for returns; which
ones you may use depends on the agreement. Services are its additional codes: A7 for a service point that the shopper chose,
A3 or the like to have the recipient notified. PostNord tells no prices: enter them at the shipping options. Delivery dates
come from its transit times, one question for each product. With a Customer Key, which PostNord gives on request, they
come from its delivery options in one question, with titles and service points.

A booking is taken back in Sweden only, and only before the parcel is handed in. PostNord pushes no tracking: schedule
PollTracking.
"""


def hours(rows: list[tuple[str, str, str]], language: str) -> str:
    """Opening hours as a text, days of the same hours together: "Mon-Fri 06:00-23:00, Sat 07:00-22:00".

    `rows` are a day such as MONDAY, from and until, each HH:MM, in their order; what is no day of the week or not told
    is left out.
    """
    names = _DAY_NAMES[_language(language)]
    spans: list[tuple[int, int, str]] = []
    for day, start, end in rows:
        if day.upper() not in _DAYS or not (start and end):
            continue
        place, text = _DAYS.index(day.upper()), f"{start[:5]}-{end[:5]}"
        if spans and spans[-1][1:] == (place - 1, text):
            spans[-1] = (spans[-1][0], place, text)
        else:
            spans.append((place, place, text))
    return ", ".join(
        f"{names[first]}{f'-{names[last]}' if last > first else ''} {text}" for first, last, text in spans
    )


def _language(tag: str) -> str:
    """For a BCP 47 tag: "nb-NO" gives no, what PostNord does not speak en."""
    name = tag.partition("-")[0].lower()
    name = "no" if name in {"nb", "nn"} else name
    return name if name in _DAY_NAMES else "en"
