"""How Vipps signs webhooks: date, host, path and a hash of the body, with the secret of the registration.

Source: developer.vippsmobilepay.com/docs/APIs/webhooks-api/request-authentication, read on 2026-11-25.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from typing import ClassVar
from urllib.parse import urlsplit

from connectors.contracts.base import Inbound
from connectors.errors import BadSignature
from connectors.signing.parts import check_time, header_of, live
from tenants.secret_value import SecretValue

DATE, HASH, GIVEN, ALSO_GIVEN = (
    "x-ms-date",
    "x-ms-content-sha256",
    "Authorization",
    "X-Vipps-Authorization",
)
_PREFIX = f"HMAC-SHA256 SignedHeaders={DATE};host;{HASH}&Signature="
_DEFAULT_PORTS = {"https": ":443", "http": ":80"}


@dataclass(frozen=True, slots=True, kw_only=True)
class VippsSignature:
    """Base64 HMAC-SHA256 with the secret as text. Host and path are those of the public address, which Vipps called.

    `tolerance` in seconds holds in both directions. A server on the way may take Authorization for its own, so Vipps
    sends the same once more in another header.
    """

    key: str
    tolerance: int = 300

    signs_url: ClassVar[bool] = True

    def verify(self, inbound: Inbound, secrets: Sequence[SecretValue], now: float) -> None:
        """Raises BadSignature for a missing, stale or wrong signature, and for another body than was hashed."""
        date, digest = header_of(inbound, DATE), header_of(inbound, HASH)
        check_time(_epoch(date), now, self.tolerance)
        if not hmac.compare_digest(_hash(inbound.body).encode(), digest.encode()):
            raise BadSignature(f"The header {HASH} does not fit the body")
        given = [value for name in (GIVEN, ALSO_GIVEN) if (value := inbound.headers.get(name.lower()))]
        if not given:
            raise BadSignature(f"The header {GIVEN} is missing")
        signed = _signed(inbound.url, date, digest)
        expected = [_value(signed, secret) for secret in live(secrets)]
        if not any(hmac.compare_digest(one.encode(), other.encode()) for one in given for other in expected):
            raise BadSignature(f"The header {GIVEN} does not fit date, address and body")

    def sign(
        self, body: bytes, secrets: Sequence[SecretValue], *, now: float, message_id: str = "", url: str
    ) -> dict[str, str]:
        """The headers of a body for this address, made with the first secret."""
        date, digest = formatdate(now, usegmt=True), _hash(body)
        return {DATE: date, HASH: digest, GIVEN: _value(_signed(url, date, digest), live(secrets)[0])}


def _epoch(date: str) -> str:
    try:
        moment = parsedate_to_datetime(date)
        return str(int(moment.timestamp())) if moment.tzinfo else ""
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def _signed(url: str, date: str, digest: str) -> bytes:
    parts = urlsplit(url)
    host = parts.netloc.lower().removesuffix(_DEFAULT_PORTS.get(parts.scheme, ""))
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return f"POST\n{path}\n{date};{host};{digest}".encode()


def _value(signed: bytes, secret: SecretValue) -> str:
    return _PREFIX + _base64(hmac.new(secret.reveal().encode(), signed, hashlib.sha256).digest())


def _hash(body: bytes) -> str:
    return _base64(hashlib.sha256(body).digest())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
