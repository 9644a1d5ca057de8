"""OAuth 2 by authorisation code (RFC 6749 section 4.1) with PKCE (RFC 7636): a person lets us in at the vendor, once."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

from connectors.access_token import Token
from connectors.auth import Auth, address_of, basic, fill, needed
from connectors.contracts.base import Answer, Request
from connectors.errors import Misconfigured, ProviderError
from tenants.secret_value import SecretValue

#: What a vendor says of a refresh token that is used, revoked or too old (RFC 6749 section 5.2).
_GONE = "invalid_grant"


@dataclass(frozen=True, slots=True)
class AuthorizationCode(Auth):
    """A person is sent to `authorize`, comes back with a code, and the code becomes a token at `token`.

    The three addresses are as ClientCredentials.url; without `revoke` the vendor has none. `parameters` are further ones
    of the page at `authorize`. `renewable_days` is how long a refresh token is good unless it is used. Where the setting
    `unless` is filled in, `instead` is the way in and nobody has to come.
    """

    authorize: str
    token: str
    revoke: str = ""
    id: str = "client_app_id"
    secret: str = "client_app_secret"  # noqa: S105 - the name of a setting
    scope: str = ""
    style: Literal["body", "basic"] = "body"
    parameters: Mapping[str, str] = field(default_factory=dict)
    renewable_days: float | None = None
    unless: str = ""
    instead: Auth = field(default_factory=Auth)

    def consent(self, values: Any) -> AuthorizationCode | None:
        return None if self._otherwise(values) else self

    def apply(self, headers: MutableMapping[str, str], values: Any, token: Token | None) -> None:
        if self._otherwise(values):
            self.instead.apply(headers, values, token)
        elif token is not None:
            headers["Authorization"] = f"Bearer {token.access.reveal()}"

    def token_request(self, config: Any) -> Request | None:
        """Without the refresh token and the secret: what names the app, whose secret may be changed."""
        if self._otherwise(config.values):
            return self.instead.token_request(config)
        form = [("grant_type", "refresh_token"), ("client_id", needed(config.values, self.id))]
        return self._request(config, self.token, form)

    def renewal(self, config: Any, asked: Request, token: Token | None) -> Request:
        """Raises Misconfigured where nobody has let us in, or not any more."""
        if self._otherwise(config.values):
            return self.instead.renewal(config, asked, token)
        if token is None or token.refresh is None or token.refused:
            raise Misconfigured(_connect(config, token), code=token.refused if token else "not_connected")
        refresh = token.refresh
        form = [("grant_type", "refresh_token"), ("refresh_token", refresh.reveal())]
        return self._proved(config, self.token, form, refresh)

    def is_refusal(self, error: ProviderError) -> bool:
        return isinstance(error, Misconfigured) and error.code == _GONE

    def read_renewal(self, answer: Answer, now: datetime, before: Token | None) -> Token:
        """A vendor that sends no new refresh token lets the old one live on (RFC 6749 section 6)."""
        token = self.read_token(answer, now)
        if token.refresh is None and before is not None:
            token = replace(token, refresh=before.refresh)
        if self.renewable_days is None or token.refresh is None:
            return token
        return replace(token, renewable_until=now + timedelta(days=self.renewable_days))

    def page(self, config: Any, redirect_uri: str, state: str, verifier: SecretValue) -> str:
        """The address at the vendor to which the person is sent."""
        query = {
            "response_type": "code",
            "client_id": needed(config.values, self.id),
            "redirect_uri": redirect_uri,
            "scope": fill(self.scope, config.values),
            "state": state,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
            **self.parameters,
        }
        named = [(name, value) for name, value in query.items() if value]
        return f"{address_of(self.authorize, config.values)}?{urlencode(named)}"

    def exchange(self, config: Any, redirect_uri: str, code: SecretValue, verifier: SecretValue) -> Request:
        """The request that makes a token of the code. Sent once: a code is good for one use."""
        form = [
            ("grant_type", "authorization_code"),
            ("code", code.reveal()),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier.reveal()),
        ]
        return replace(self._proved(config, self.token, form, code, verifier), write=True)

    def revocation(self, config: Any, token: Token) -> Request | None:
        """The request that takes our access back (RFC 7009); None where the vendor has none."""
        held = token.refresh or token.access
        if not self.revoke:
            return None
        kind = "refresh_token" if token.refresh else "access_token"
        form = [("token_type_hint", kind), ("token", held.reveal())]
        return self._proved(config, self.revoke, form, held)

    def _proved(self, config: Any, url: str, form: list[tuple[str, str]], *unlogged: SecretValue) -> Request:
        identity = needed(config.values, self.id), needed(config.values, self.secret)
        if self.style == "basic":
            request = self._request(config, url, form)
            return replace(request, headers={"Authorization": basic(*identity)}, unlogged=unlogged)
        named = [*form, ("client_id", identity[0]), ("client_secret", identity[1])]
        return replace(self._request(config, url, named), unlogged=unlogged)

    def _request(self, config: Any, url: str, form: list[tuple[str, str]]) -> Request:
        path = address_of(url, config.values)
        return Request(method="POST", path=path, form=form, authenticated=False)

    def _otherwise(self, values: Any) -> bool:
        return bool(self.unless and getattr(values, self.unless))


def challenge(verifier: SecretValue) -> str:
    """The S256 challenge of a verifier (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.reveal().encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _connect(config: Any, token: Token | None) -> str:
    if token is None:
        return f"{config.name} is not connected: open the connector's page and press Connect"
    if token.refresh is None:
        return f"The login of {config.name} has ended: press Connect on the connector's page again"
    return (
        f"{config.name} has to be connected again: the vendor takes its login no more ({token.refused}). Press Connect on"
        " the connector's page"
    )
