"""Signatures with a key pair."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from connectors.contracts.base import Inbound
from connectors.errors import BadSignature, Misconfigured
from connectors.signing import EcdsaSha256
from tenants.secret_value import SecretValue
from tests.connectors.test_signing import BODY, NOW, inbound

SCHEME = EcdsaSha256(header="X-Signature", time_header="X-Time", key="public_key")
PRIVATE, OTHER = (ec.derive_private_key(number, ec.SECP256R1()) for number in (4711, 4712))


def public(key: Any) -> SecretValue:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return SecretValue(base64.b64encode(der).decode())


def private(key: Any = PRIVATE) -> SecretValue:
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return SecretValue(base64.b64encode(der).decode())


def signed(key: Any = PRIVATE, body: bytes = BODY, now: float = NOW) -> Inbound:
    return inbound(SCHEME.sign(body, [private(key)], now=now), body)


def with_headers(message: Inbound, **changes: str) -> Inbound:
    return replace(
        message, headers={**message.headers, **{f"x-{key}": item for key, item in changes.items()}}
    )


def refused(message: Inbound, *keys: SecretValue, match: str | None = None, now: float = NOW) -> None:
    with pytest.raises(BadSignature, match=match):
        SCHEME.verify(message, keys or [public(PRIVATE)], now)


def test_a_signature_fits_its_own_key_only() -> None:
    SCHEME.verify(signed(), [public(PRIVATE)], NOW)
    SCHEME.verify(signed(), [public(OTHER), public(PRIVATE)], NOW)
    SCHEME.verify(signed(), [SecretValue("no key at all"), public(PRIVATE)], NOW)
    refused(signed(OTHER), match="does not fit")
    refused(signed(), public(OTHER), match="does not fit")


def test_a_key_may_be_pasted_in_lines() -> None:
    text = public(PRIVATE).reveal()
    SCHEME.verify(signed(), [SecretValue(f"{text[:64]}\r\n{text[64:]}\n")], NOW)


def test_one_changed_bit_of_a_header_is_refused_whatever_the_signatures_length() -> None:
    """Signatures have 70 to 72 bytes, so that their last letter holds bits that a lax reader would ignore."""
    lengths = set()
    for number in range(40):
        good = signed(body=BODY + str(number).encode())
        lengths.add(good.headers["x-signature"].count("="))
        last = len(good.headers["x-signature"].rstrip("=")) - 1
        for bit in range(6):
            value = list(good.headers["x-signature"])
            value[last] = chr(ord(value[last]) ^ (1 << bit))
            refused(with_headers(good, signature="".join(value)))
    assert len(lengths) > 1


@pytest.mark.parametrize(
    "text", ["", "=", "AAAA", "MEUC", "not base64", "æøå", "-" * 96, "TUVVQ0lRRA==", "M" * 96, "M" * 5000]
)
def test_a_header_of_another_shape_is_refused(text: str) -> None:
    refused(with_headers(signed(), signature=text))
    refused(with_headers(signed(), time=text))


def test_space_or_line_breaks_in_the_signature_are_refused() -> None:
    good = signed()
    value = good.headers["x-signature"]
    for spelt in (f" {value}", f"{value}\n", f"{value[:20]}\r\n{value[20:]}", f"{value}====", f"{value}AA"):
        refused(with_headers(good, signature=spelt))


@pytest.mark.parametrize(
    "key",
    [
        SecretValue("whsec_0123456789"),
        SecretValue("nøkkel"),
        SecretValue("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"),
        public(ec.derive_private_key(4711, ec.SECP384R1())),
        public(ed25519.Ed25519PrivateKey.from_private_bytes(b"7" * 32)),
        private(),
    ],
    ids=["hmac", "letters", "cut", "p384", "ed25519", "private"],
)
def test_what_is_no_such_public_key_believes_nothing(key: SecretValue) -> None:
    refused(signed(), key, match="no P-256 public key")


def test_without_a_key_nothing_is_believed() -> None:
    for none in ([], [SecretValue("")]):
        with pytest.raises(BadSignature, match="No signing secret is set"):
            SCHEME.verify(signed(), none, NOW)


@pytest.mark.parametrize(("age", "fits"), [(0, True), (600, True), (-600, True), (601, False), (-601, False)])
def test_the_time_is_signed_and_checked(age: int, fits: bool) -> None:
    if fits:
        SCHEME.verify(signed(), [public(PRIVATE)], NOW + age)
    else:
        refused(signed(), now=NOW + age, match="more than 600 s away")
    refused(with_headers(signed(), time=str(int(NOW) + 1)), match="does not fit")


def test_only_a_private_key_signs() -> None:
    for wrong in (public(PRIVATE), SecretValue("no key"), private(ed25519.Ed25519PrivateKey.generate())):
        with pytest.raises(Misconfigured, match="no private key"):
            SCHEME.sign(BODY, [wrong], now=NOW)
