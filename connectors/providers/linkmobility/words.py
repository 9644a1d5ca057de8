"""What LINK's numbers mean, and what merchants have to set up."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.contracts.notification import DeliveryState
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater

#: LINK has taken the message over; everything else in an answer to a sent message is a refusal.
QUEUED = 1005

#: The result codes of delivery reports that say how it ended. Those of the ranges in `FAILED_RANGES` failed too.
STATES: Mapping[str, DeliveryState] = {
    "1000": DeliveryState.SENT,
    "1001": DeliveryState.DELIVERED,
    "1002": DeliveryState.FAILED,
    "1003": DeliveryState.FAILED,
    "1004": DeliveryState.FAILED,
    "1005": DeliveryState.SENT,
    "1006": DeliveryState.FAILED,
    "1007": DeliveryState.DEFERRED,
    "1008": DeliveryState.SENT,
    "1009": DeliveryState.FAILED,
    "1011": DeliveryState.SENT,
    "1012": DeliveryState.DEFERRED,
    "1013": DeliveryState.SENT,
    **dict.fromkeys(("0", "1", "2", "3", "6", "104", "105"), DeliveryState.FAILED),
}

#: Sender or recipient not possible, billing, alphabet, content: final, whichever of them.
FAILED_RANGES = (range(2000, 2300), range(3000, 3100), range(4000, 4100))

REASONS = {
    0: "unknown error at LINK",
    1: "no route to the operator for the moment",
    2: "no route to the operator",
    3: "sent too fast for the operator",
    6: "error of the operator",
    104: "wrongly set up at LINK",
    105: "internal error of LINK",
    1002: "expired before the phone could be reached",
    1003: "deleted by the operator",
    1004: "the phone's memory is full",
    1006: "not delivered",
    2000: "the sender is not valid",
    2001: "short numbers are not possible as sender",
    2002: "names are not possible as sender",
    2003: "phone numbers are not possible as sender",
    2103: "the operator blocks it",
    2104: "nobody has this number",
    2105: "the number is blocked",
    2106: "the number is not valid",
    2107: "the number is blocked for now",
    4007: "the phone cannot show it",
}

#: The number in `status` of a refused request. LINK calls 106000 an unknown error of its own.
ERRORS: Mapping[str, type[ProviderError]] = {
    "106000": RetryLater,
    "106100": Misconfigured,
    "106101": Misconfigured,
    "106102": Misconfigured,
    "106200": Misconfigured,
    "106201": Misconfigured,
    "106202": Rejected,
    "106300": Misconfigured,
    "106301": Misconfigured,
}

#: What an administrator has to correct, where LINK's own text leaves that open.
CURES = {
    "106100": "correct Username and Password",
    "106101": "ask LINK Support to open SMS sending for this user",
    "106102": "ask LINK Support which platform this user may send from",
    "106200": "correct PlatformId",
    "106201": "correct PlatformPartnerId",
    "106300": "enter the GateId that LINK Support gave you",
    "106301": "correct GateId",
}

GUIDE = """
LINK Support gives you a user name, a password, a platformId and a platformPartnerId, and tells which host is yours; enter
them as Username, Password, PlatformId, PlatformPartnerId and Host (such as https://n-eu.linkmobility.io). The hub speaks
LINK's Common API for the Nordic countries, not MyLINK and not the older national ones.

Sender is what the phone shows: a name of at most 11 letters and digits, a short number that LINK has given you, or a phone
number with + in front. A name cannot be answered. Numbers of customers without + get the CallingCode, such as 47. Set
MaxParts to the number of parts that one message may cost; a longer one is refused before it is sent. Characters that no
phone network carries, such as most emoji, are left out; one letter outside of the GSM alphabet makes parts shorter.

To learn what became of messages, give LINK Support this connector's webhook address and ask for delivery reports in JSON;
enter the gate's id as GateId. Reports are not signed: keep the address to yourself and LINK. Without a GateId no reports
are asked for and messages stay Sent.

LINK has no test host and no request that only tests a login: the first message shows whether all is right. With Is Test,
messages go to TestNumber instead of to customers. LINK recognises no repeated message and cannot be asked for one. When an
answer is lost, the message is not sent again by itself: its delivery report tells that it was sent, otherwise look for the
number in LINK's portal and decide on the order's page.
"""
