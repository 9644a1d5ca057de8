"""Authenticated encryption of secrets: AES-256-GCM, tokens `v1:<key id>:<base64url(nonce + ciphertext)>`."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from tenants.secret_value import SecretValue

_VERSION = "v1"
_NONCE_BYTES = 12


class VaultError(Exception):
    """A secret cannot be sealed or opened; the text names the cure and never the secret."""


class Sealed(NamedTuple):
    """A model field that holds tokens, so that `rotate_keys` finds it."""

    model: type[Any]
    field: str
    bound_to: Callable[[Any], str]


_sealed: list[Sealed] = []


def register_sealed(model: type[Any], field: str, bound_to: Callable[[Any], str]) -> None:
    """Let `rotate_keys` re-seal `field` of a TenantModel; `bound_to(row)` gives the text the token was bound to."""
    entry = Sealed(model, field, bound_to)
    _sealed[:] = [known for known in _sealed if (known.model, known.field) != (model, field)] + [entry]


def sealed_fields() -> tuple[Sealed, ...]:
    return tuple(_sealed)


def seal(plain: str, bound_to: str) -> str:
    """Encrypt with the newest key. Raises VaultError when no key is configured."""
    key_id, key = _newest()
    nonce = os.urandom(_NONCE_BYTES)
    box = AESGCM(key).encrypt(nonce, plain.encode(), bound_to.encode())
    return f"{_VERSION}:{key_id}:{base64.urlsafe_b64encode(nonce + box).decode()}"


def unseal(token: str, bound_to: str) -> SecretValue:
    """Open a token. Raises VaultError for an unknown key id, another owner, or a damaged token."""
    key_id, box = _parse(token)
    key = dict(_ring()).get(key_id)
    if key is None:
        known = ", ".join(name for name, _ in _ring()) or "none"
        raise VaultError(
            f"this secret is sealed with key {key_id!r};"
            f" add that key to CROSSDOCK_ENCRYPTION_KEYS (known: {known})"
        )
    try:
        plain = AESGCM(key).decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], bound_to.encode())
    except InvalidTag:
        raise VaultError(
            f"this secret does not open with key {key_id!r}: it was moved from another row or damaged,"
            " or the key's bytes changed; enter the secret again or restore the key"
        ) from None
    return SecretValue(plain.decode())


def newest_marker() -> str:
    """What every token of the newest key starts with."""
    return f"{_VERSION}:{_newest()[0]}:"


def _ring() -> list[tuple[str, bytes]]:
    return list(settings.CROSSDOCK_ENCRYPTION_KEYS)


def _newest() -> tuple[str, bytes]:
    ring = _ring()
    if not ring:
        raise VaultError("no encryption key is configured; set CROSSDOCK_ENCRYPTION_KEYS")
    return ring[0]


def _parse(token: str) -> tuple[str, bytes]:
    version, _, rest = token.partition(":")
    key_id, _, body = rest.partition(":")
    if version != _VERSION or not key_id or not body:
        raise VaultError("this is not a sealed secret; enter the secret again")
    try:
        box = base64.b64decode(body, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        box = b""
    if len(box) <= _NONCE_BYTES:
        raise VaultError("this sealed secret is damaged; enter the secret again")
    return key_id, box
