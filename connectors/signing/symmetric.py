"""Signatures with a secret that both sides hold. Comparison takes constant time."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from connectors.contracts.base import Inbound
from connectors.errors import BadSignature, Misconfigured
from connectors.signing.parts import check_time, header_of, live
from tenants.secret_value import SecretValue

_STANDARD_PREFIX = "whsec_"


@dataclass(frozen=True, slots=True, kw_only=True)
class HmacSha256:
    """HMAC-SHA256 over the raw body in one header, as hex or base64, with an optional prefix such as "sha256=".

    A vendor that signs other bytes or uses another hash subclasses this and overrides `signed_bytes` or `hash_name`.
    """

    header: str
    key: str
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""

    hash_name = "sha256"

    def signed_bytes(self, inbound: Inbound) -> bytes:
        return inbound.body

    def verify(self, inbound: Inbound, secrets: Sequence[SecretValue], now: float) -> None:
        """Raises BadSignature unless one of the secrets made the signature. `now` is not used: no time is signed."""
        given = header_of(inbound, self.header)
        signed = self.signed_bytes(inbound)
        expected = [self._value(signed, secret) for secret in live(secrets)]
        if not _any_equal(self._comparable(given), expected):
            raise BadSignature(f"The header {self.header} does not fit the body")

    def sign(
        self, body: bytes, secrets: Sequence[SecretValue], *, now: float, message_id: str = ""
    ) -> dict[str, str]:
        """Headers for a body, made with the first secret."""
        return {self.header: self._value(body, live(secrets)[0])}

    def _value(self, signed: bytes, secret: SecretValue) -> str:
        digest = hmac.new(secret.reveal().encode(), signed, self.hash_name).digest()
        return self.prefix + (digest.hex() if self.encoding == "hex" else base64.b64encode(digest).decode())

    def _comparable(self, given: str) -> str:
        if self.encoding == "base64" or not given.startswith(self.prefix):
            return given
        return self.prefix + given[len(self.prefix) :].lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeSignature:
    """Stripe's `t=…,v1=…` header: hex HMAC-SHA256 over "<t>.<body>" with the endpoint secret as it is.

    Source: stripe-python, stripe/_webhook.py. `tolerance` in seconds holds in both directions.
    """

    key: str
    tolerance: int = 300
    header: str = "Stripe-Signature"

    def verify(self, inbound: Inbound, secrets: Sequence[SecretValue], now: float) -> None:
        """Raises BadSignature for a missing, stale or wrong signature."""
        stamps, signatures = self._parts(header_of(inbound, self.header))
        if len(stamps) != 1:
            raise BadSignature(f"The header {self.header} has no time")
        check_time(stamps[0], now, self.tolerance)
        expected = [_stripe_digest(stamps[0], inbound.body, secret) for secret in live(secrets)]
        if not any(_any_equal(signature, expected) for signature in signatures):
            raise BadSignature(f"The header {self.header} does not fit the body")

    def sign(
        self, body: bytes, secrets: Sequence[SecretValue], *, now: float, message_id: str = ""
    ) -> dict[str, str]:
        """The header for a body, with one v1 for each secret."""
        stamp = str(int(now))
        signatures = [f"v1={_stripe_digest(stamp, body, secret)}" for secret in live(secrets)]
        return {self.header: ",".join([f"t={stamp}", *signatures])}

    def _parts(self, header: str) -> tuple[list[str], list[str]]:
        pairs = [item.strip().partition("=") for item in header.split(",")]
        stamps = [value for name, _, value in pairs if name == "t"]
        return stamps, [value for name, _, value in pairs if name == "v1"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardWebhook:
    """Standard Webhooks 1.0: base64 HMAC-SHA256 over "<id>.<timestamp>.<body>" with the base64 part of the secret.

    `prefix` is the first word of the three headers ("webhook"; Svix sends "svix"). `tolerance` in seconds.
    """

    key: str
    tolerance: int = 300
    prefix: str = "webhook"

    def verify(self, inbound: Inbound, secrets: Sequence[SecretValue], now: float) -> None:
        """Raises BadSignature for a missing, stale or wrong signature."""
        message_id, stamp, given = (header_of(inbound, name) for name in self._names())
        check_time(stamp, now, self.tolerance)
        expected = [
            _standard_digest(message_id, stamp, inbound.body, _raw(secret)) for secret in live(secrets)
        ]
        signatures = [item.removeprefix("v1,") for item in given.split(" ") if item.startswith("v1,")]
        if not any(_any_equal(signature, expected) for signature in signatures):
            raise BadSignature(f"The header {self._names()[2]} does not fit the body")

    def sign(
        self, body: bytes, secrets: Sequence[SecretValue], *, now: float, message_id: str
    ) -> dict[str, str]:
        """The three headers, with one signature for each secret. Raises Misconfigured for a secret that is not base64."""
        stamp = str(int(now))
        signatures = [
            "v1," + _standard_digest(message_id, stamp, body, _raw_to_sign(secret))
            for secret in live(secrets)
        ]
        return dict(zip(self._names(), (message_id, stamp, " ".join(signatures)), strict=True))

    def _names(self) -> tuple[str, str, str]:
        return f"{self.prefix}-id", f"{self.prefix}-timestamp", f"{self.prefix}-signature"


def _any_equal(given: str, expected: Sequence[str]) -> bool:
    return any(hmac.compare_digest(given.encode(), candidate.encode()) for candidate in expected)


def _stripe_digest(stamp: str, body: bytes, secret: SecretValue) -> str:
    return hmac.new(secret.reveal().encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _standard_digest(message_id: str, stamp: str, body: bytes, key: bytes) -> str:
    signed = f"{message_id}.{stamp}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _raw(secret: SecretValue) -> bytes:
    text = secret.reveal().removeprefix(_STANDARD_PREFIX)
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise BadSignature("The signing secret is not base64 after whsec_") from None


def _raw_to_sign(secret: SecretValue) -> bytes:
    try:
        return _raw(secret)
    except BadSignature as error:
        raise Misconfigured(str(error)) from None
