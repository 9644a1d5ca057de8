"""Ingrid's key: the header takes it in base64, which some merchants are given and others have to make."""

from __future__ import annotations

import base64
import binascii
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from connectors.auth import Auth, Token
from connectors.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class EncodedKey(Auth):
    """`Authorization: Bearer …` with the named setting in base64, encoded unless it is so already."""

    setting: str

    def apply(self, headers: MutableMapping[str, str], values: Any, token: Token | None) -> None:
        key = getattr(values, self.setting)
        if not key:
            raise Misconfigured(f"The setting {self.setting} is not set")
        headers["Authorization"] = f"Bearer {encoded(key.reveal())}"


def encoded(key: str) -> str:
    """Keys are printable text, so only what decodes to such was encoded before."""
    try:
        plain = base64.b64decode(key, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        plain = ""
    return key if plain and plain.isprintable() else base64.b64encode(key.encode()).decode()
