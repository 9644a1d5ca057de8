"""GLS's words: products, states, results, days, and what an administrator has to do."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.contracts.shipping import TrackingState

#: What ShipIT sends and takes.
MEDIA_TYPE = "application/glsVersion1+json"

PRODUCTS = {
    "PARCEL": "GLS Parcel",
    "EXPRESS": "GLS Express",
    "FREIGHT": "GLS Freight",
    "PHARMA": "GLS Pharma",
    "PHARMAPLUS": "GLS Pharma Plus",
}

#: A parcel's status, and those codes of events that are published. FINAL only closes a history, and says nothing of how it
#: ended; neither does any word that is not here. "INTIAL" is GLS's spelling.
STATES = {
    "PREADVICE": TrackingState.PRE_TRANSIT,
    "PLANNEDPICKUP": TrackingState.PRE_TRANSIT,
    "INPICKUP": TrackingState.PRE_TRANSIT,
    "INTRANSIT": TrackingState.IN_TRANSIT,
    "INWAREHOUSE": TrackingState.IN_TRANSIT,
    "INDELIVERY": TrackingState.OUT_FOR_DELIVERY,
    "DELIVEREDPS": TrackingState.READY_FOR_PICKUP,
    "DELIVERED": TrackingState.DELIVERED,
    "NOTDELIVERED": TrackingState.EXCEPTION,
    "NOTPICKEDUP": TrackingState.EXCEPTION,
    "CANCELED": TrackingState.EXCEPTION,
    "INTIAL.PREADVICE": TrackingState.PRE_TRANSIT,
    "INTIAL.E48_DATA": TrackingState.PRE_TRANSIT,
    "INTIAL.NORMAL": TrackingState.IN_TRANSIT,
    "DELIVD.PARCELSHOP": TrackingState.READY_FOR_PICKUP,
    "CANCEL.NORMAL": TrackingState.EXCEPTION,
}

#: Results of a cancellation: done, or taken on and done with GLS's next transmission; and too late.
CANCELLED = frozenset({"CANCELLED", "CANCELLATION_PENDING"})
SCANNED = "SCANNED"

DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_DAY_NAMES = {
    "en": "Mon Tue Wed Thu Fri Sat Sun",
    "da": "man tir ons tor fre lør søn",
    "nb": "man tir ons tor fre lør søn",
    "sv": "mån tis ons tor fre lör sön",
    "fi": "ma ti ke to pe la su",
    "de": "Mo Di Mi Do Fr Sa So",
}
_SAME = {"no": "nb", "nn": "nb"}

_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"

GUIDE = """
In GLS's developer portal (dev-portal.gls-group.net) register an app and add the APIs ShipIT-Farm, Track And Trace and
Authentication to it; GLS has to approve them. The app's key goes into Client ID, its secret into Client Secret (tab
Authentication). Add the property GlsContactId with the contact id that your GLS contact gave you for the address that
parcels are collected at. Stores or markets that send from elsewhere get a connector each, and a row under Accounts of the
shipping provider.

Base URL is https://api.gls-group.net, and https://api-sandbox.gls-group.net with Is Test: an app of the sandbox has a key
of its own, and the sandbox does not pass parcel data on, so that nothing is collected or invoiced.

Products are PARCEL, EXPRESS, FREIGHT, PHARMA and PHARMAPLUS. Services are GLS's names, such as FlexDelivery,
Guaranteed24, AddresseeOnly or Saturday1000; AddonLiability insures the value of the goods, and Deposit=Carport says where
a parcel may be left. An option of type PickUp books delivery to the chosen parcel shop, and a Return Product (PARCEL)
prints a label that the customer hands in at one. GLS tells no prices and no dates: enter the prices with the options.
With Label Format ZPL, the property ZplTemplate names the printer's resolution (ZPL_200 or ZPL_300).

Parcels to countries outside the EU need the property IncotermCode. With PrintSender the label shows the store's address
instead of the contact's. Should GLS miss postal codes, set AddressFields to Description.

Tracking may ask 500 times a day for ten parcels each; have a scheduled task do it, and ask GLS for more where that is too
few. A booking can be cancelled until GLS has scanned the parcel.
"""


def day_names(tag: str) -> Mapping[str, str]:
    """Short names of the days in the language of a BCP 47 tag, English where it is not known."""
    language = tag.partition("-")[0].lower()
    names = _DAY_NAMES.get(_SAME.get(language, language), _DAY_NAMES["en"])
    return dict(zip(DAYS, names.split(), strict=True))


def crosses_customs(start: str, end: str) -> bool:
    return start != end and not {start, end} <= set(_EU.split())
