"""How PayPal signs its webhooks: RSA over a line of identity, time, webhook and checksum of the body.

The certificate stands at an address of PayPal's that each webhook names, so it is trusted for where it comes from: that
address has to be PayPal's (or the connector's own Host, for a stand-in), and it is fetched over verified TLS. PayPal serves
it without its chain, so the chain is not checked again. Source: developer.paypal.com, webhooks, read on 2026-11-25.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

from connectors.contracts.base import Inbound
from connectors.errors import BadSignature
from connectors.schema import is_web_address
from connectors.signing.parts import check_time, header_of, live
from tenants.secret_value import SecretValue

_ID, _TIME = "PAYPAL-TRANSMISSION-ID", "PAYPAL-TRANSMISSION-TIME"
_SIGNATURE, _CERTIFICATE, _ALGORITHM = "PAYPAL-TRANSMISSION-SIG", "PAYPAL-CERT-URL", "PAYPAL-AUTH-ALGO"
_RSA = "SHA256withRSA"
_PATH = re.compile(r"/v1/notifications/certs/[A-Za-z0-9_-]+")
_HOST = re.compile(r"api(?:-m)?(?P<sandbox>\.sandbox)?\.paypal\.com")
_DOMAIN = ".paypal.com"
SMALLEST_KEY = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class PaypalSignature:
    """`key` names the setting with the webhook's id. PayPal repeats for three days, hence the `tolerance` in seconds."""

    key: str
    tolerance: int = 4 * 24 * 3600

    def fetches(self, inbound: Inbound, config: Any) -> str:
        """Where the certificate is. Raises BadSignature for an address that is none of PayPal's in this mode."""
        address = header_of(inbound, _CERTIFICATE)
        if not (_is_paypals(address, is_test=config.is_test) or _is_below(address, config.host)):
            raise BadSignature("The certificate's address is not one of PayPal's")
        return address

    def verify(self, inbound: Inbound, secrets: Sequence[SecretValue], now: float) -> None:
        """Raises BadSignature for a missing, stale or wrong signature, and for a certificate that is not PayPal's."""
        stamp = header_of(inbound, _TIME)
        check_time(_seconds(stamp), now, self.tolerance)
        if header_of(inbound, _ALGORITHM) != _RSA:
            raise BadSignature(f"The header {_ALGORITHM} is not {_RSA}")
        signature, key = _decoded(header_of(inbound, _SIGNATURE)), _public_key(inbound, now)
        lines = [_signed(header_of(inbound, _ID), stamp, webhook, inbound.body) for webhook in live(secrets)]
        if not any(_fits(key, signature, line) for line in lines):
            raise BadSignature(f"The header {_SIGNATURE} does not fit the body")

    def sign(
        self, body: bytes, secrets: Sequence[SecretValue], *, now: float, message_id: str = ""
    ) -> dict[str, str]:
        """The headers. The secrets are the webhook's id, a private key (base64 of PKCS #8 in DER) and its certificate's
        address."""
        webhook, private, address = live(secrets)
        stamp = datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        key = load_der_private_key(base64.b64decode(private.reveal()), None)
        assert isinstance(key, RSAPrivateKey)
        made = key.sign(_signed(message_id, stamp, webhook, body), PKCS1v15(), SHA256())
        return {
            _ID: message_id,
            _TIME: stamp,
            _SIGNATURE: base64.b64encode(made).decode(),
            _CERTIFICATE: address.reveal(),
            _ALGORITHM: _RSA,
        }


def _is_paypals(address: str, *, is_test: bool) -> bool:
    """An https address of the right mode, on the usual port, in the folder of certificates."""
    if not is_web_address(address):
        return False
    parts = urlsplit(address)
    host = _HOST.fullmatch(parts.netloc)
    plain = parts.scheme == "https" and not parts.query and _PATH.fullmatch(parts.path) is not None
    return plain and host is not None and bool(host["sandbox"]) is is_test


def _is_below(address: str, host: str) -> bool:
    """Of a stand-in for PayPal, whose own folder of certificates it then has to be."""
    return bool(host) and address.startswith(host) and _PATH.fullmatch(address[len(host) :]) is not None


def _signed(transmission: str, stamp: str, webhook: SecretValue, body: bytes) -> bytes:
    return f"{transmission}|{stamp}|{webhook.reveal()}|{zlib.crc32(body)}".encode()


def _seconds(stamp: str) -> str:
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        raise BadSignature("The signature's time is not a time") from None
    if moment.tzinfo is None:
        raise BadSignature("The signature's time has no zone")
    return str(int(moment.timestamp()))


def _decoded(given: str) -> bytes:
    """Only the one spelling that base64 has for these bytes."""
    try:
        decoded = base64.b64decode(given, validate=True)
    except ValueError:
        decoded = b""
    if not decoded or base64.b64encode(decoded).decode() != given:
        raise BadSignature(f"The header {_SIGNATURE} is not base64")
    return decoded


def _public_key(inbound: Inbound, now: float) -> RSAPublicKey:
    content = inbound.fetched.get(header_of(inbound, _CERTIFICATE))
    try:
        certificate = x509.load_pem_x509_certificate(content or b"")
        key, names = certificate.public_key(), _names(certificate)
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension):
        raise BadSignature("What is at the certificate's address is no certificate") from None
    if not any(name.lower().endswith(_DOMAIN) for name in names):
        raise BadSignature("The certificate is not one of PayPal's")
    moment = datetime.fromtimestamp(now, UTC)
    if not certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
        raise BadSignature("The certificate is not valid any more, or not yet")
    if not isinstance(key, RSAPublicKey) or key.key_size < SMALLEST_KEY:
        raise BadSignature("The certificate's key is none that PayPal signs with")
    return key


def _names(certificate: x509.Certificate) -> list[str]:
    names = [str(item.value) for item in certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    try:
        others = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return names
    return [*names, *others.get_values_for_type(x509.DNSName)]


def _fits(key: RSAPublicKey, signature: bytes, line: bytes) -> bool:
    try:
        key.verify(signature, line, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
