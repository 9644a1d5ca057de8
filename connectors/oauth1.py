"""OAuth 1.0a (RFC 5849): every single request is signed, with a nonce and a time of its own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, urlsplit

from connectors.auth import Auth, Token, needed

Method = Literal["HMAC-SHA1", "HMAC-SHA256"]
Pair = tuple[str, str]

_HASHES: Mapping[str, Callable[..., Any]] = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class OAuth1(Auth):
    """`Authorization: OAuth …`; the names are those of the settings. Bodies that are forms are not signed."""

    consumer_key: str
    consumer_secret: str
    token: str
    token_secret: str
    method: Method = "HMAC-SHA256"

    def sign(
        self, headers: MutableMapping[str, str], values: Any, token: Token | None, *, method: str, url: str
    ) -> None:
        parameters = {
            "oauth_consumer_key": needed(values, self.consumer_key),
            "oauth_token": needed(values, self.token),
            "oauth_signature_method": self.method,
            "oauth_timestamp": str(int(time.time())),
            "oauth_nonce": secrets.token_hex(16),
            "oauth_version": "1.0",
        }
        key = signing_key(needed(values, self.consumer_secret), needed(values, self.token_secret))
        parameters["oauth_signature"] = signature(
            self.method, key, base_string(method, url, parameters.items())
        )
        headers["Authorization"] = authorization(parameters)


def base_string(method: str, url: str, parameters: Iterable[Pair]) -> str:
    """What is signed (RFC 5849 section 3.4.1): `parameters` beside those of the address's query, none of them encoded."""
    place = urlsplit(url)
    query = parse_qsl(place.query, keep_blank_values=True)
    pairs = sorted((encoded(name), encoded(value)) for name, value in [*query, *parameters])
    listed = "&".join(f"{name}={value}" for name, value in pairs)
    scheme, host = place.scheme.lower(), (place.hostname or "").lower()
    port = "" if place.port in (None, _PORTS.get(scheme)) else f":{place.port}"
    return "&".join([method.upper(), encoded(f"{scheme}://{host}{port}{place.path or '/'}"), encoded(listed)])


def signing_key(consumer_secret: str, token_secret: str) -> str:
    return f"{encoded(consumer_secret)}&{encoded(token_secret)}"


def signature(method: str, key: str, base: str) -> str:
    """In base64. Raises KeyError for another method than those of Method."""
    digest = hmac.new(key.encode(), base.encode(), _HASHES[method]).digest()
    return base64.b64encode(digest).decode()


def authorization(parameters: Mapping[str, str]) -> str:
    """The header's value (RFC 5849 section 3.5.1)."""
    return "OAuth " + ", ".join(f'{encoded(name)}="{encoded(value)}"' for name, value in parameters.items())


def encoded(text: str) -> str:
    """RFC 5849 section 3.6: all but letters, digits and -._~ is escaped."""
    return quote(text, safe="-._~")
