"""Events, and how PayPal posts and signs them."""

from __future__ import annotations

import base64
import copy
import json
import uuid
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from connectors.sandbox.core.sender import Post

CERTIFICATE = "/v1/notifications/certs/CERT-sandbox-0001"

Json = dict[str, Any]


@cache
def key_pair() -> tuple[rsa.RSAPrivateKey, bytes]:
    """The private key and its certificate in PEM, made on first use: making an RSA key takes a while."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name(
        [x509.NameAttribute(x509.NameOID.COMMON_NAME, "messageverificationcerts.sandbox.paypal.com")]
    )
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=30))
        .not_valid_after(today + timedelta(days=365))
        .sign(key, SHA256())
    )
    return key, made.public_bytes(Encoding.PEM)


def event_of(kind: str, resource_type: str, item: Mapping[str, Any], number: int) -> Json:
    return {
        "id": f"WH-{number:017d}-SANDBOX{uuid.uuid4().hex[:10].upper()}",
        "event_version": "1.0",
        "create_time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "resource_type": resource_type,
        "resource_version": "2.0",
        "event_type": kind,
        "summary": kind.replace(".", " ").capitalize(),
        "resource": copy.deepcopy(dict(item)),
        "links": [],
    }


def post_of(webhook: Mapping[str, Any], event: Mapping[str, Any], certificate: str) -> Post:
    """Each try is a transmission of its own, with its own id and time."""
    body = json.dumps(event).encode()

    def make(at: int) -> tuple[bytes, Mapping[str, str]]:
        transmission = str(uuid.uuid4())
        stamp = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        line = f"{transmission}|{stamp}|{webhook['id']}|{zlib.crc32(body)}".encode()
        made = key_pair()[0].sign(line, padding.PKCS1v15(), SHA256())
        return body, {
            "Content-Type": "application/json",
            "PAYPAL-TRANSMISSION-ID": transmission,
            "PAYPAL-TRANSMISSION-TIME": stamp,
            "PAYPAL-TRANSMISSION-SIG": base64.b64encode(made).decode(),
            "PAYPAL-CERT-URL": certificate,
            "PAYPAL-AUTH-ALGO": "SHA256withRSA",
            "User-Agent": "PayPal/sandbox",
        }

    return Post(url=webhook["url"], make=make, noted={"event": event["id"], "type": event["event_type"]})
