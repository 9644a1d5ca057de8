"""How Twilio signs what it posts: address and form fields, with the account's primary Auth Token.

Source: twilio.com/docs/usage/webhooks/webhooks-security, read on 2026-11-26; github.com/twilio/twilio-python,
twilio/request_validator.py.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from connectors.contracts.base import Inbound
from connectors.errors import BadSignature
from connectors.signing.parts import header_of, live
from tenants.secret_value import SecretValue

_PORTS = {"https": ":443", "http": ":80"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioSignature:
    """Base64 HMAC-SHA1 over the address with its query, then each field's name and value in the order of the names.

    Twilio may or may not write the default port into the address. It signs no time: a repetition is recognised by the
    event's id. Comparison takes constant time.
    """

    key: str
    header: str = "X-Twilio-Signature"

    signs_url: ClassVar[bool] = True

    def verify(self, inbound: Inbound, secrets: Sequence[SecretValue], now: float) -> None:
        """Raises BadSignature for a missing or wrong signature. `now` is not used."""
        given = header_of(inbound, self.header).encode("utf-8", "replace")
        signed = [url.encode() + _fields(inbound.body) for url in _spellings(inbound.url)]
        expected = [_value(text, secret) for text in signed for secret in live(secrets)]
        if not any(hmac.compare_digest(given, value.encode()) for value in expected):
            raise BadSignature(f"The header {self.header} does not fit address and fields")

    def sign(
        self, body: bytes, secrets: Sequence[SecretValue], *, now: float, message_id: str = "", url: str
    ) -> dict[str, str]:
        """The header of a form for this address, made with the first secret."""
        return {self.header: _value(url.encode() + _fields(body), live(secrets)[0])}


def form_of(body: bytes) -> Mapping[str, Sequence[str]]:
    """All values by field. Raises ValueError for bytes that are no text."""
    return parse_qs(body.decode(), keep_blank_values=True)


def _fields(body: bytes) -> bytes:
    try:
        form = form_of(body)
    except ValueError:
        raise BadSignature("The body is no form") from None
    pairs = [f"{name}{value}" for name in sorted(form) for value in sorted(set(form[name]))]
    return "".join(pairs).encode()


def _spellings(url: str) -> tuple[str, ...]:
    """The address as it is known here, and with the scheme's port where that names none."""
    parts = urlsplit(url)
    port = _PORTS.get(parts.scheme, "")
    if parts.netloc.endswith(port):
        return url, parts._replace(netloc=parts.netloc.removesuffix(port)).geturl()
    return (url,) if parts.port else (url, parts._replace(netloc=parts.netloc + port).geturl())


def _value(signed: bytes, secret: SecretValue) -> str:
    digest = hmac.new(secret.reveal().encode(), signed, hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
