"""The connection string that Azure shows for a policy, and the token that is made of it.

Source: learn.microsoft.com/azure/service-bus-messaging/service-bus-sas, read on 2026-11-26: HMAC-SHA256 with the key over
the encoded address of the entity and the time of expiry.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from connectors.auth import Auth, Token
from connectors.schema import Secret, Text
from tenants.secret_value import SecretValue

#: Seconds that a token is good for; each request has one of its own, and clocks differ.
LIFE_S = 900
_QUEUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/~-]{0,259}")
_EXAMPLE = "Endpoint=sb://name.servicebus.windows.net/;SharedAccessKeyName=…;SharedAccessKey=…"


@dataclass(frozen=True, slots=True)
class Connection:
    """`host` is the https address of the namespace, `entity` the only queue that the policy is good for, "" for all."""

    host: str
    policy: str
    key: SecretValue
    entity: str = ""

    @classmethod
    def read(cls, text: str) -> Connection:
        """Raises ValueError with the cure."""
        parts = dict(part.split("=", 1) for part in text.strip().split(";") if "=" in part)
        named = {name.strip().lower(): value.strip() for name, value in parts.items()}
        endpoint = urlsplit(named.get("endpoint", ""))
        key, policy = named.get("sharedaccesskey", ""), named.get("sharedaccesskeyname", "")
        if endpoint.scheme not in {"sb", "https"} or not endpoint.hostname or not key or not policy:
            raise ValueError(f"must be the connection string of a shared access policy, such as {_EXAMPLE}")
        return cls(f"https://{endpoint.netloc}", policy, SecretValue(key), named.get("entitypath", ""))

    def token(self, queue: str, now: float) -> str:
        address = quote_plus(f"{self.host}/{queue}".lower())
        expiry = str(int(now) + LIFE_S)
        digest = hmac.new(
            self.key.reveal().encode(), f"{address}\n{expiry}".encode(), hashlib.sha256
        ).digest()
        signature = quote_plus(base64.b64encode(digest).decode())
        return f"SharedAccessSignature sr={address}&sig={signature}&se={expiry}&skn={quote(self.policy, safe='')}"


class ConnectionString(Secret):
    """A connection string, checked when it is entered; providers get it as it is."""

    def convert(self, raw: Any) -> SecretValue:
        secret = super().convert(raw)
        Connection.read(secret.reveal())
        return secret


class QueueName(Text):
    def convert(self, raw: Any) -> str:
        name = super().convert(raw)
        if not _QUEUE.fullmatch(name):
            raise ValueError("must be the name of a queue: letters, digits, dots, dashes and underscores")
        return name


class SharedAccess(Auth):
    """A token of its own for each request, good for one queue."""

    def apply(self, headers: MutableMapping[str, str], values: Any, token: Token | None) -> None:
        connection = Connection.read(values.connection_string.reveal())
        headers["Authorization"] = connection.token(values.queue, time.time())
