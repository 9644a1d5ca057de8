"""The login of a service account: a signed assertion for an access token (RFC 7523), as Google's key files provide for.

Source: developers.google.com/identity/protocols/oauth2/service-account, read on 2026-11-26. A key file is JSON with
client_email, private_key (PEM), private_key_id and token_uri.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Mapping, MutableMapping
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from connectors.auth import Auth, Token
from connectors.contracts.base import Request
from connectors.errors import Misconfigured
from connectors.schema import is_web_address
from tenants.secret_value import SecretValue

SCOPE = "https://www.googleapis.com/auth/content"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFE_S = 3600
_UNUSABLE = "The service account key is no JSON key file of Google's; paste the whole file"


class ServiceAccount(Auth):
    def apply(self, headers: MutableMapping[str, str], values: Any, token: Token | None) -> None:
        if token is not None:
            headers["Authorization"] = f"Bearer {token.access.reveal()}"

    def token_request(self, config: Any) -> Request | None:
        """Raises Misconfigured for a key that is none."""
        secret: SecretValue | None = config.values.service_account_key
        if not secret:
            return None
        key = _key_file(secret)
        assertion = _assertion(key, int(time.time()))
        return Request(
            method="POST",
            path=key["token_uri"],
            form=[("grant_type", GRANT), ("assertion", assertion)],
            authenticated=False,
            credential=hashlib.sha256(secret.reveal().encode()).hexdigest(),
        )


def _key_file(secret: SecretValue) -> Mapping[str, str]:
    try:
        key = json.loads(secret.reveal())
        fields = {name: key[name] for name in ("client_email", "private_key", "token_uri")}
    except (ValueError, TypeError, KeyError):
        raise Misconfigured(_UNUSABLE) from None
    if not all(isinstance(text, str) and text for text in fields.values()) or not is_web_address(
        fields["token_uri"]
    ):
        raise Misconfigured(_UNUSABLE)
    return {**fields, "private_key_id": str(key.get("private_key_id", ""))}


def _assertion(key: Mapping[str, str], now: int) -> str:
    claims = {
        "iss": key["client_email"],
        "scope": SCOPE,
        "aud": key["token_uri"],
        "iat": now,
        "exp": now + LIFE_S,
    }
    header = {"alg": "RS256", "typ": "JWT", "kid": key["private_key_id"]}
    signed = b".".join(_coded(json.dumps(part).encode()) for part in (header, claims))
    return (signed + b"." + _coded(_signature(key["private_key"], signed))).decode()


def _signature(pem: str, signed: bytes) -> bytes:
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise Misconfigured(_UNUSABLE)
    return key.sign(signed, padding.PKCS1v15(), SHA256())


def _coded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
