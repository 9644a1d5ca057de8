"""The three ways to log in: signed requests, an integration's token, and an admin's token with its lifetime.

Integrations are named by their consumer key: consumer-{name} has the secret consumer-secret-{name}, the access token
token-{name} and its secret token-secret-{name}; token-{name} alone opens the door too, unless it is switched off
(controls.py). Admin users have any password but one that begins with "wrong".
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlencode

from connectors.oauth1 import base_string, signature, signing_key
from connectors.sandbox.core.wire import Request
from connectors.sandbox.magento.shop import Json, Refused

_DEVIATION_S = 600
_PAIR = re.compile(r'(\w+)="([^"]*)"')


class Doorkeeper:
    def __init__(self) -> None:
        self.bearers = True
        self.lifetime_s = 4 * 3600.0
        self.admins: dict[str, float] = {}
        self.nonces: set[tuple[str, str]] = set()
        self._numbers = itertools.count(1)

    def admin_token(self, body: Json) -> str:
        if not body.get("username") or str(body.get("password", "wrong")).startswith("wrong"):
            raise Refused(
                "The account sign-in was incorrect or your account is disabled temporarily.", status=401
            )
        token = f"admin-{next(self._numbers):06d}"
        self.admins[token] = time.monotonic() + self.lifetime_s
        return token

    def admit(self, request: Request, path: str) -> None:
        """Raises Refused. `path` is the whole path of the address, as it was sent."""
        given = request.headers.get("authorization", "")
        if given.startswith("OAuth "):
            self._check_signature(request, path, {name: unquote(text) for name, text in _PAIR.findall(given)})
            return
        token = given.removeprefix("Bearer ")
        by_token = self.bearers and token.startswith("token-")
        if not by_token and self.admins.get(token, 0) <= time.monotonic():
            raise Refused(
                "The consumer isn't authorized to access %resources.",
                {"resources": "Magento_Sales::actions_view"},
                401,
            )

    def _check_signature(self, request: Request, path: str, told: Mapping[str, str]) -> None:
        key, proof = told.get("oauth_consumer_key", ""), told.get("oauth_signature")
        name = key.removeprefix("consumer-")
        if not key.startswith("consumer-") or told.get("oauth_token") != f"token-{name}":
            raise Refused("A consumer with the key %1 does not exist.", [key], 401)
        if abs(time.time() - int(told.get("oauth_timestamp") or 0)) > _DEVIATION_S:
            raise Refused("The timestamp value in the oauth_timestamp parameter is invalid.", status=401)
        if (key, told["oauth_nonce"]) in self.nonces:
            raise Refused("The nonce is already being used by the consumer with ID %1.", ["1"], 401)
        self.nonces.add((key, told["oauth_nonce"]))
        url = f"http://{request.headers['host']}{path}"
        if request.query:
            url += f"?{urlencode(request.query, quote_via=quote)}"
        signed = [(item, text) for item, text in told.items() if item != "oauth_signature"]
        secrets = signing_key(f"consumer-secret-{name}", f"token-secret-{name}")
        if (
            signature(told["oauth_signature_method"], secrets, base_string(request.method, url, signed))
            != proof
        ):
            raise Refused("The signature is invalid. Verify and try again.", status=401)
