"""Vipps' vocabulary: what its codes and events mean, and how a connector is set up."""

from __future__ import annotations

from connectors.contracts.payment import State
from connectors.errors import Misconfigured, ProviderError, ReadBack, RetryLater

#: Changes that Vipps refuses because of what was done before; the amounts tell whether that was this very change.
_DONE_BEFORE = (
    "6040",  # captured, so not to be cancelled
    "6050",  # nothing reserved to cancel
    "6090",  # more than is left to capture
    "6150",  # more than is left to refund
    "6170",  # captured
    "6180",  # refunded
    "6190",  # not to be cancelled in this state
    "6200",  # not to be captured in this state
    "6210",  # not to be refunded in this state
    "6230",  # reserved
)
#: Our key or reference was there before.
_KNOWN_BEFORE = (
    "409",  # a conflict without a number
    "4010",  # the key had another body
    "4020",  # the key exists
    "4150",  # the reference exists
)
#: What the sales unit may not do, or is not set up for.
_SALES_UNIT = (
    "5040",  # another currency
    "5060",  # its bank account is not verified
    "5080",  # no push messages
    "5100",  # no refunds
)
ERRORS: dict[str, type[ProviderError]] = {
    **dict.fromkeys(_DONE_BEFORE + _KNOWN_BEFORE, ReadBack),
    **dict.fromkeys(_SALES_UNIT, Misconfigured),
    "6160": RetryLater,  # another change of this payment is under way
}

REASONS = {
    "ABORTED": "The shopper stopped the payment in the app",
    "EXPIRED": "The shopper did not approve the payment in time",
    "TERMINATED": "The payment was cancelled before the shopper had approved it",
}

#: What an event says of the payment, and which operation it reports. CREATED tells nothing that our own call did not.
EVENTS: dict[str, tuple[State, str]] = {
    "AUTHORIZED": (State.AUTHORIZED, "authorize"),
    "CAPTURED": (State.CAPTURED, "capture"),
    "REFUNDED": (State.REFUNDED, "refund"),
    "CANCELLED": (State.CANCELLED, "cancel"),
    "ABORTED": (State.DECLINED, ""),
    "EXPIRED": (State.EXPIRED, ""),
    "TERMINATED": (State.CANCELLED, ""),
}
#: What a webhook is registered for.
REGISTERED = tuple(f"epayments.payment.{name.lower()}.v1" for name in sorted(EVENTS))

GUIDE = f"""
In the business portal of Vipps MobilePay open For developers > API keys and show the keys of the sales unit. Its merchant
serial number goes into Merchant ID, client_id into Client ID, client_secret into API Token, and the primary or secondary
Ocp-Apim-Subscription-Key into Subscription Key. Tick Is Test for the keys of the test environment, which is another host
with keys of its own. A sales unit takes one currency.

Webhooks are registered over the API, once for each connector: press Register webhook and publish.
Or do it by hand: POST /webhooks/v1/webhooks on the same host with these keys,
with this connector's webhook address as url and these events: {", ".join(REGISTERED)}.
The answer shows a secret, and only then; copy it into Webhook Secret. Vipps MobilePay signs its own view of the address, so
register exactly the one that is shown here. It sends events in order: while one is refused, for example because the
secret is missing, those after it wait, for up to seven days. An event can have a limited number of registrations; GET on
the same path lists them and DELETE with the id removes one.

The shopper approves in the app within about ten minutes and comes back to the ReturnUrl of the payment method's options.
A payment's token says how it begins: a phone number such as +4791234567 gets a push message, if the sales unit is approved
for that; the reference of a payment that your shop has opened at Vipps MobilePay by itself lets that one be taken over; with
neither there is a payment page to send the shopper to. Payments are reserved first and captured later, in as many parts as
you ship; cancelling releases what is left. In Norway that has to happen within 180 days, elsewhere sooner.
"""
