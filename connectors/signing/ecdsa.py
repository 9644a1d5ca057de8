"""Signatures with a key pair: the vendor signs with its private key, we hold only the public one."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

from connectors.contracts.base import Inbound
from connectors.errors import BadSignature, Misconfigured
from connectors.signing.parts import check_time, header_of, live
from tenants.secret_value import SecretValue

_ALGORITHM = ec.ECDSA(SHA256())


@dataclass(frozen=True, slots=True, kw_only=True)
class EcdsaSha256:
    """ECDSA on P-256 with SHA-256 over time and raw body: `header` holds the signature (base64 of DER).

    The secrets of `verify` are public keys, those of `sign` private ones: base64 of DER (SubjectPublicKeyInfo, PKCS #8).
    """

    header: str
    time_header: str
    key: str
    tolerance: int = 600

    def verify(self, inbound: Inbound, secrets: Sequence[SecretValue], now: float) -> None:
        """Raises BadSignature for a missing, stale or wrong signature, and where no key is one."""
        given, stamp = header_of(inbound, self.header), header_of(inbound, self.time_header)
        check_time(stamp, now, self.tolerance)
        signature, signed = _signature(given, self.header), stamp.encode() + inbound.body
        keys = [key for secret in live(secrets) if (key := _public(secret)) is not None]
        if not keys:
            raise BadSignature("The verification key is no P-256 public key in base64")
        if not any(_fits(key, signature, signed) for key in keys):
            raise BadSignature(f"The header {self.header} does not fit the body")

    def sign(
        self, body: bytes, secrets: Sequence[SecretValue], *, now: float, message_id: str = ""
    ) -> dict[str, str]:
        """The two headers, made with the first private key. Raises Misconfigured for what is none."""
        stamp = str(int(now))
        signature = _private(live(secrets)[0]).sign(stamp.encode() + body, _ALGORITHM)
        return {self.header: base64.b64encode(signature).decode(), self.time_header: stamp}


def _signature(given: str, header: str) -> bytes:
    """Only the one spelling that base64 has for these bytes: no other letter may pass for it."""
    decoded = _decoded(given)
    if not decoded or base64.b64encode(decoded).decode() != given:
        raise BadSignature(f"The header {header} is not base64")
    return decoded


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _public(secret: SecretValue) -> ec.EllipticCurvePublicKey | None:
    try:
        key = load_der_public_key(_decoded("".join(secret.reveal().split())))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    return None


def _private(secret: SecretValue) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_der_private_key(_decoded(secret.reveal()), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Misconfigured("The signing key is no private key of an elliptic curve in base64")
    return key


def _fits(key: ec.EllipticCurvePublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed, _ALGORITHM)
    except InvalidSignature:
        return False
    return True
