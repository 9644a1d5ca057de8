"""How a request proves who sends it. Settings are named by attribute; values stay wrapped until a header is built."""

from __future__ import annotations

import base64
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from connectors.access_token import Token as Token
from connectors.access_token import read_oauth_token
from connectors.contracts.base import Answer, BadAnswer, Request
from connectors.errors import Misconfigured, ProviderError, RetryLater
from tenants.secret_value import SecretValue


class Auth:
    """Base of all schemes. A vendor with a scheme of its own subclasses this in its provider file."""

    def apply(self, headers: MutableMapping[str, str], values: Any, token: Token | None) -> None:
        """Add this scheme's headers. Raises Misconfigured when a setting is missing."""

    def sign(
        self, headers: MutableMapping[str, str], values: Any, token: Token | None, *, method: str, url: str
    ) -> None:
        """Add the headers of a scheme that proves each single request, once its address with the query is known."""

    def query(self, values: Any) -> Mapping[str, str]:
        """Query parameters of this scheme."""
        return {}

    def token_request(self, config: Any) -> Request | None:
        """The request that obtains a token; None for schemes without one."""
        return None

    def renewal(self, config: Any, asked: Request, token: Token | None) -> Request:
        """The request that takes the place of `token`, `asked` being that of `token_request`. Raises Misconfigured where a
        person has to act first."""
        return asked

    def is_refusal(self, error: ProviderError) -> bool:
        """Whether this failure of a renewal means that the vendor will never renew that token."""
        return False

    def consent(self, values: Any) -> Any:
        """The AuthorizationCode by which a person has to let us in with these settings; None where nobody has to."""
        return None

    def read_renewal(self, answer: Answer, now: datetime, before: Token | None) -> Token:
        """The token in the answer to `renewal`, in the place of `before`. Raises RetryLater when there is none."""
        return self.read_token(answer, now)

    def read_token(self, answer: Answer, now: datetime) -> Token:
        """The token in a successful answer to `token_request`. Raises RetryLater when there is none."""
        try:
            return read_oauth_token(answer.json(), now)
        except (BadAnswer, KeyError, TypeError, ValueError, OverflowError):
            raise RetryLater(
                "The login server's answer holds no access token", status=answer.status
            ) from None


class NoAuth(Auth):
    """Nothing is sent."""


@dataclass(frozen=True, slots=True)
class Bearer(Auth):
    """`Authorization: Bearer …` with the named setting."""

    setting: str

    def apply(self, headers: MutableMapping[str, str], values: Any, token: Token | None) -> None:
        headers["Authorization"] = f"Bearer {needed(values, self.setting)}"


@dataclass(frozen=True, slots=True)
class Basic(Auth):
    """HTTP Basic with the two named settings, in UTF-8; an empty `password` name sends an empty password."""

    username: str
    password: str = ""

    def apply(self, headers: MutableMapping[str, str], values: Any, token: Token | None) -> None:
        password = needed(values, self.password) if self.password else ""
        headers["Authorization"] = basic(needed(values, self.username), password)


@dataclass(frozen=True, slots=True)
class HeaderKey(Auth):
    """One header with the named setting."""

    header: str
    setting: str

    def apply(self, headers: MutableMapping[str, str], values: Any, token: Token | None) -> None:
        headers[self.header] = needed(values, self.setting)


@dataclass(frozen=True, slots=True)
class HeaderKeys(Auth):
    """Several headers: name to setting."""

    headers: Mapping[str, str]

    def apply(self, headers: MutableMapping[str, str], values: Any, token: Token | None) -> None:
        headers.update({header: needed(values, setting) for header, setting in self.headers.items()})


@dataclass(frozen=True, slots=True)
class QueryKey(Auth):
    """A query parameter with the named setting, for vendors that take their key in the address only."""

    parameter: str
    setting: str

    def query(self, values: Any) -> Mapping[str, str]:
        return {self.parameter: needed(values, self.setting)}


@dataclass(frozen=True, slots=True)
class ClientCredentials(Auth):
    """OAuth 2 client credentials (RFC 6749 section 4.4), then `Authorization: Bearer …`.

    `url` is a path on the connector's host or an absolute URL; `url`, `scope` and `resource` may hold {settings}, and a
    setting that leads `url` is a web address. `id` and `secret` name settings; `headers` (name to setting) go with the
    token request and every call.
    """

    url: str
    id: str = "client_app_id"
    secret: str = "client_app_secret"  # noqa: S105 - the name of a setting
    scope: str = ""
    resource: str = ""
    style: Literal["body", "basic", "json"] = "body"
    headers: Mapping[str, str] = field(default_factory=dict)

    def apply(self, headers: MutableMapping[str, str], values: Any, token: Token | None) -> None:
        headers.update(self._extra(values))
        if token is not None:
            headers["Authorization"] = f"Bearer {token.access.reveal()}"

    def token_request(self, config: Any) -> Request:
        values = config.values
        identity = {"client_id": needed(values, self.id), "client_secret": needed(values, self.secret)}
        asked = {"scope": fill(self.scope, values), "resource": fill(self.resource, values)}
        fields = {"grant_type": "client_credentials", **{name: text for name, text in asked.items() if text}}
        headers = self._extra(values)
        if self.style == "basic":
            headers["Authorization"] = basic(identity["client_id"], identity["client_secret"])
        else:
            fields |= identity
        body: dict[str, Any] = {"json": fields} if self.style == "json" else {"form": list(fields.items())}
        path = address_of(self.url, values)
        return Request(method="POST", path=path, headers=headers, authenticated=False, **body)

    def _extra(self, values: Any) -> dict[str, str]:
        return {header: needed(values, setting) for header, setting in self.headers.items()}


def basic(username: str, password: str) -> str:
    """The value of an Authorization header for HTTP Basic (RFC 7617), in UTF-8."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def needed(values: Any, setting: str) -> str:
    """A setting in clear. Raises Misconfigured where it is empty."""
    value = getattr(values, setting)
    if not value:
        raise Misconfigured(f"The setting {setting} is not set")
    return value.reveal() if isinstance(value, SecretValue) else str(value)


def address_of(template: str, values: Any) -> str:
    """Settings in an address are percent-encoded, except for one that leads it and so is its host."""
    if not template.startswith("{"):
        return fill(template, values, safe="")
    setting, _, rest = template[1:].partition("}")
    return needed(values, setting) + fill(rest, values, safe="")


def fill(template: str, values: Any, safe: str | None = None) -> str:
    """Put settings into a template; with `safe` they are percent-encoded."""
    if "{" not in template:
        return template
    return template.format_map(_Named(values, safe))


class _Named(dict[str, str]):
    def __init__(self, values: Any, safe: str | None) -> None:
        super().__init__()
        self.values_, self.safe = values, safe

    def __missing__(self, name: str) -> str:
        value = needed(self.values_, name)
        return value if self.safe is None else quote(value, safe=self.safe)
