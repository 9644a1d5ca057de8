"""Webhook signatures, both ways. Any of several live secrets may have signed.

Each scheme's `key` names the setting that holds the secret, "" for Unsigned. Times are in seconds since the epoch. A
scheme that needs something published by the vendor has `fetches(inbound, connector)`, which gives its address or raises
BadSignature.
"""

from connectors.signing.ecdsa import EcdsaSha256
from connectors.signing.fields import SignedFields
from connectors.signing.fixed import FixedHeader
from connectors.signing.shared import SharedWord
from connectors.signing.symmetric import HmacSha256, StandardWebhook, StripeSignature
from connectors.signing.unsigned import Unsigned

__all__ = [
    "EcdsaSha256",
    "FixedHeader",
    "HmacSha256",
    "SharedWord",
    "SignedFields",
    "StandardWebhook",
    "StripeSignature",
    "Unsigned",
]
