"""What Twilio's words and numbers mean, and what merchants have to set up.

Sources: twilio.com/docs/messaging/api/message-resource and twilio.com/docs/api/errors, read on 2026-11-26.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.contracts.notification import DeliveryState
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater

#: `sent` says that the next carrier has it, not that a phone has.
STATES: Mapping[str, DeliveryState] = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), DeliveryState.SENT),
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.OPENED,
    **dict.fromkeys(("undelivered", "failed", "canceled"), DeliveryState.FAILED),
}

REASONS = {
    "30003": "the phone cannot be reached",
    "30006": "the number is a landline, or its carrier cannot be reached",
}

#: 429 is never processed and safe to repeat; so is a full queue, which refuses the message.
ERRORS: Mapping[str, type[ProviderError]] = {
    "20003": Misconfigured,
    "20404": Misconfigured,
    "20429": RetryLater,
    "21211": Rejected,
    "21212": Misconfigured,
    "21408": Misconfigured,
    "21606": Misconfigured,
    "21608": Misconfigured,
    "21609": Misconfigured,
    "21610": Rejected,
    "21611": RetryLater,
    "21612": Rejected,
    "21614": Rejected,
    "21617": Rejected,
    "21635": Rejected,
    "21659": Misconfigured,
    "21660": Misconfigured,
}

#: What an administrator has to correct, where Twilio's own text leaves that open.
CURES = {
    "20003": "correct Account SID and Auth Token",
    "20404": "correct Account SID",
    "21212": "correct Sender",
    "21408": "allow the country under Messaging > Settings > Geo permissions at Twilio",
    "21606": "correct Sender",
    "21608": "verify the number at Twilio or upgrade the trial account",
    "21609": "this hub's public address has to be one that Twilio can reach",
    "21610": "the customer has answered STOP and has to answer START first",
    "21659": "correct Sender",
    "21660": "correct Sender or Account SID",
}

GUIDE = """
The Twilio Console shows Account SID and Auth Token; enter them here, the primary token, because Twilio signs with that one.
A subaccount has a SID and a token of its own. Leave Host empty, or enter that of your region.

Sender is what the phone shows: a number bought at Twilio, with + in front, a short code, or a name of at most 11 letters,
digits and spaces, which not every country allows and nobody can answer. With the SID of a Messaging Service (MG…) Twilio
chooses the sender. Numbers of customers without + get the CallingCode, such as 47. A text may have 1600 characters; every
part of it is paid for. Allow the countries that you send to under Geo permissions.

There is nothing to register: every message tells Twilio this connector's webhook address, which has to be reachable over
https under a name without underscores. A Webhooks Rule that has Twilio sign with another key must not match it. When you
change the primary token at Twilio, publish the connector with the new one at once.

With Is Test, messages go to TestNumber instead of to customers. Twilio's test credentials cannot read the account, so that
testing the connection fails with them; messages that they take are not sent, and no callback tells of them.

Twilio recognises no repeated message and cannot be asked for one by our reference. When an answer is lost, the message is
not sent again by itself: its status callback, which carries our reference, tells that it was taken over; otherwise look for
the number in Twilio's message log and decide on the order's page.
"""
