"""Access tokens as they are stored and renewed."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from connectors.contracts.base import Request
from tenants.secret_value import SecretValue

#: A token is renewed once this share of its life has passed.
RENEW_AT = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token. `credential` names the credentials it was obtained with, so that new ones never meet an old
    token; it is derived from a secret, so a store seals all of `dump()`.

    `renewable_until` is when `refresh` ends unless it is used before, None where that is never or not known. `refused` is
    why the vendor takes `refresh` no more; the access token may still be good.
    """

    access: SecretValue
    obtained_at: datetime
    expires_at: datetime | None = None
    credential: str = ""
    refresh: SecretValue | None = None
    renewable_until: datetime | None = None
    refused: str = ""

    def is_due(self, now: datetime) -> bool:
        """Whether 80 % of its life is over, and it can be renewed."""
        if self.expires_at is None or self.refused:
            return False
        return now >= self.obtained_at + (self.expires_at - self.obtained_at) * RENEW_AT

    def is_over(self, now: datetime) -> bool:
        return self.expires_at is not None and now >= self.expires_at

    def dump(self) -> str:
        """JSON with the secrets in clear: only for sealing."""
        return json.dumps(
            {
                "access": self.access.reveal(),
                "obtained_at": self.obtained_at.isoformat(),
                "expires_at": self.expires_at.isoformat() if self.expires_at else None,
                "credential": self.credential,
                "refresh": self.refresh.reveal() if self.refresh else None,
                "renewable_until": self.renewable_until.isoformat() if self.renewable_until else None,
                "refused": self.refused,
            }
        )

    @classmethod
    def load(cls, text: str) -> Token:
        """The token of a `dump()`."""
        data = json.loads(text)
        return cls(
            access=SecretValue(data["access"]),
            obtained_at=datetime.fromisoformat(data["obtained_at"]),
            expires_at=_time(data["expires_at"]),
            credential=data["credential"],
            refresh=SecretValue(data["refresh"]) if data["refresh"] else None,
            renewable_until=_time(data.get("renewable_until")),
            refused=data.get("refused", ""),
        )


def is_still(stored: Token | None, seen: Token | None) -> bool:
    """Whether no other token was stored since; that somebody has found this one refused makes no other of it."""
    return (replace(stored, refused=seen.refused) if stored and seen else stored) == seen


def read_oauth_token(body: Mapping[str, Any], now: datetime) -> Token:
    """Read a token answer (RFC 6749 section 5.1). Without `expires_in` a token is used until it is refused."""
    if not isinstance(body, Mapping):
        raise ValueError("not a token answer")
    life = body.get("expires_in")
    refresh = body.get("refresh_token")
    return Token(
        access=SecretValue(_text(body["access_token"])),
        obtained_at=now,
        expires_at=now + timedelta(seconds=int(life)) if life is not None else None,
        refresh=SecretValue(_text(refresh)) if refresh else None,
    )


def credential_of(request: Request, url: str) -> str:
    """A short name of the credentials in a token request to this URL: equal for equal ones, and not readable."""
    sent = [request.json, request.form, sorted(request.headers.items())]
    parts = [url, *([request.credential] if request.credential else sent)]
    text = json.dumps(parts, sort_keys=True, default=str)
    return hmac.new(b"crossdock-token", text.encode(), hashlib.sha256).hexdigest()[:32]


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("not a token")
    return value
