"""Klarna's vocabulary, and what an administrator has to do there."""

from __future__ import annotations

from connectors.contracts.payment import State

#: What goes before the host's first dot in each region.
REGIONS = {"Europe": "api", "North America": "api-na", "Oceania": "api-oc"}

#: Marks the id of a hosted page, which a payment is known by until an order is placed there.
PAGE = "hpp:"

#: BACK, FAILED and ERROR are no end: the shopper may try again on the same page (docs.klarna.com, tracking session status).
PAGES = {
    "WAITING": State.PENDING,
    "IN_PROGRESS": State.PENDING,
    "MANUAL_ID_CHECK": State.PENDING,
    "BACK": State.PENDING,
    "FAILED": State.PENDING,
    "ERROR": State.PENDING,
    "COMPLETED": State.PENDING,
    "CANCELLED": State.CANCELLED,
    "DISABLED": State.CANCELLED,
    "TIMEOUT": State.EXPIRED,
}

#: Klarna's fraud check of an order that is authorised.
CHECKS = {"ACCEPTED": State.AUTHORIZED, "PENDING": State.PENDING, "REJECTED": State.DECLINED}

REFUSED = "Klarna's fraud check refused the order"
STOPPED = "FRAUD_RISK_STOPPED"

GUIDE = """
In Klarna's Merchant Portal open Settings > Klarna API keys and make an API key. Its user name (K…_…, or PK…_… in the
playground) goes into Merchant ID, its password into API Token. Keys belong to one region: set the property Region where
that is not Europe, and tick Is Test for a key of the playground. The hosts are then api.klarna.com, api-na.klarna.com and
api-oc.klarna.com, or the same with .playground before .klarna.com; a Base URL of your own is kept as it is.

The provider name KlarnaCheckout of older set-ups is taken for this provider: shoppers pay on Klarna's hosted page
(Klarna Payments and Hosted Payment Page), and orders are handled by Order Management. The former Checkout API
(/checkout/v3), which is Kustom's now, is not called; orders placed through it are not known here.

There is nothing to register: each session carries this connector's webhook address, which has to be reachable over https.
Klarna signs nothing. Treat the address as a secret; what arrives there only makes the hub read the session or order from
Klarna. A payment whose fraud check is pending (accounts in the US and the UK) takes up to 24 hours to be accepted.

A shop with Klarna's own widget gives its authorization token as the payment's token; the order is then placed with the
amounts and lines of the hub, which have to be those of the shop's session. The token is good for an hour. When the answer
to that is lost for longer, Klarna cannot be asked by our reference: look for the payment's reference in the Merchant
Portal (merchant reference 2) and decide here.

Captures may be partial and several; CancelPayments releases what they leave. An authorisation lapses at the date that the
Merchant Portal shows, as a rule after 28 days. What the lines of an order leave of its amount, such as shipping or a
discount, is told to Klarna as one line without tax.
"""
