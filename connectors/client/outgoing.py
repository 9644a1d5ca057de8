"""Turns a provider's Request into the bytes that leave: address, headers, body. Secrets are unwrapped here only."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit
from uuid import UUID

import requests

from connectors.auth import Auth, NoAuth, Token
from connectors.client.headers import Headers
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Idempotency, Provider, Request
from connectors.errors import Misconfigured
from connectors.schema import is_web_address
from tenants.secret_value import SecretValue

USER_AGENT = "Crossdock/0.1"

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_is_name = lru_cache(maxsize=1024)(_HEADER_NAME.fullmatch)
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_TARGET = re.compile(r"/[!-~]*")
_PORTS = {"http": 80, "https": 443}
_WITHOUT_BODY = ("GET", "HEAD")
_OURS = {
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "upgrade",
    "expect",
}


@dataclass(frozen=True, slots=True)
class Place:
    """An address: its `netloc` is what the Host header says, its `target` the path with the query."""

    url: str
    scheme: str
    host: str
    port: int
    netloc: str
    target: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it leaves."""

    method: str
    place: Place
    headers: Mapping[str, str]
    body: bytes | None

    @property
    def url(self) -> str:
        return self.place.url

    def encoded(self) -> bytes:
        """All of it, so that it can leave in one piece."""
        lines = [f"{self.method} {self.place.target} HTTP/1.1", f"Host: {self.place.netloc}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + (self.body or b"")


def auth_of(provider: type[Provider], request: Request | None = None) -> Auth:
    """How a request proves who sends it: its own way, else the provider's."""
    return (request and request.auth) or provider.auth or NoAuth()


def address(config: ConnectorConfig, path: str) -> str:
    """The absolute URL of a path or URL. Raises Misconfigured when it is none, or steps out of its directory."""
    url = path if "://" in path.partition("?")[0] else _on_host(config, path)
    if not is_web_address(url):
        raise Misconfigured(f"The Host of {config.name} is not a web address such as https://api.example.com")
    if {".", ".."} & set(unquote(urlsplit(url).path).split("/")):
        raise Misconfigured("An address with . or .. in its path is not called")
    return url


def outgoing(
    config: ConnectorConfig, provider: type[Provider], request: Request, token: Token | None
) -> Sent:
    """The request as it leaves. Raises Misconfigured for a missing setting or host and for unusable headers."""
    idempotency = provider.idempotency_of(config.values)
    request = _keyed(request, idempotency)
    url = address(config, request.path)
    origin = _origin(url)
    own = origin == _origin_of_host(config.host)
    trusted = own or origin in map(_origin_of_host, provider.further_hosts)
    if request.authenticated and not trusted:
        raise Misconfigured(
            "The address is on another host than the connector's; credentials are not sent there"
        )
    proves = request.authenticated and not config.authenticated_manually
    auth = auth_of(provider, request) if proves else NoAuth()
    body, kind = _body(request)
    headers = Headers({"User-Agent": USER_AGENT, "Accept": "application/json"})
    if kind:
        headers["Content-Type"] = kind
    for name, value in request.headers.items():
        headers[name] = _plain(value)
    auth.apply(headers, config.values, token)
    if own:
        headers.update(_custom(config, idempotency))
    headers["Accept-Encoding"] = "gzip, deflate"
    if body or request.method not in _WITHOUT_BODY:
        headers["Content-Length"] = str(len(body or b""))
    place = _place(_with_query(url, {**request.query, **auth.query(config.values)}))
    method = _method(request.method)
    auth.sign(headers, config.values, token, method=method, url=place.url)
    _check(headers)
    return Sent(method, place, headers, body)


def carries_key(provider: type[Provider], request: Request, values: Any = None) -> bool:
    """Whether the vendor recognises a repetition of this request by its key."""
    return request.key is not None and provider.idempotency_of(values) is not None


def _on_host(config: ConnectorConfig, path: str) -> str:
    if not config.host:
        raise Misconfigured(f"The connector {config.name} has no Host")
    return f"{config.host.rstrip('/')}/{path.lstrip('/')}" if path else config.host


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return (
        parts.scheme,
        (parts.hostname or "").rstrip("."),
        parts.port or _PORTS.get(parts.scheme),
    )


_origin_of_host = lru_cache(maxsize=1024)(_origin)


def _keyed(request: Request, idempotency: Idempotency | None) -> Request:
    """The request with its key where the vendor looks for it; a raw body is the provider's own business."""
    key = request.key
    if idempotency is None or key is None:
        return request
    kind, _, name = idempotency.carrier.partition(":")
    short = key if len(key) <= idempotency.length else key.replace("-", "")[: idempotency.length]
    if kind == "header":
        return replace(request, headers={**request.headers, name: short})
    if kind == "json-header":
        header, _, path = name.partition(".")
        document = _put(json.loads(request.headers.get(header) or "{}"), path.split("."), short)
        return replace(request, headers={**request.headers, header: json.dumps(document)})
    if kind == "query":
        return replace(request, query={**request.query, name: short})
    if request.body is not None:
        return request
    if request.form is not None:
        return replace(request, form=[*request.form, (name, short)])
    return replace(request, json=_put(request.json or {}, name.split("."), short))


def _put(document: Mapping[str, Any], path: Sequence[str], value: str) -> dict[str, Any]:
    """A copy of the document with the value at that path."""
    first, *rest = path
    return {**document, first: _put(document.get(first) or {}, rest, value) if rest else value}


def _custom(config: ConnectorConfig, idempotency: Idempotency | None) -> dict[str, str]:
    """One in the place of the key would make one request of all writes, and the vendor carry out the first only."""
    if not config.headers:
        return {}
    kind, _, carrier = idempotency.carrier.lower().partition(":") if idempotency else ("", "", "")
    taken = {*_OURS, carrier.partition(".")[0]} if kind.endswith("header") else _OURS
    for name, _ in config.headers:
        if name.lower() in taken or name.lower().startswith("proxy-"):
            raise Misconfigured(f"The custom header {name} cannot be set")
    return {name: _plain(value) for name, value in config.headers}


def _check(headers: Mapping[str, str]) -> None:
    for name in headers:
        if not _is_name(name):
            raise Misconfigured(f"{name[:60]!r} is not the name of a header")
    if _HEADER_VALUE.fullmatch("".join([value for _, value in headers.items()])):
        return
    name = next(name for name, value in headers.items() if not _HEADER_VALUE.fullmatch(value))
    raise Misconfigured(f"The header {name} holds a line break or a letter that headers cannot carry")


def _with_query(url: str, query: Mapping[str, Any]) -> str:
    pairs = [(name, item) for name, value in query.items() for item in _items(value)]
    if not pairs:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(pairs)}"


def _items(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, (list, tuple, set, frozenset)):
        return [text for item in value for text in _items(item)]
    return [_plain(value)]


def _body(request: Request) -> tuple[bytes | None, str]:
    if request.json is not None:
        return json.dumps(
            request.json, default=_as_json, ensure_ascii=False, separators=(",", ":"), allow_nan=False
        ).encode(), "application/json"
    if request.form is not None:
        form = urlencode([(name, _plain(value)) for name, value in request.form])
        return form.encode(), "application/x-www-form-urlencoded"
    return request.body, ""


def _plain(value: Any) -> str:
    """Text for a header, query or form."""
    if isinstance(value, SecretValue):
        return value.reveal()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value.value) if isinstance(value, Enum) else str(value)


def _as_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return _json_number(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (SecretValue, date, datetime, UUID, Enum)):
        return _plain(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def _json_number(value: Decimal) -> int | float:
    """Exactly the same number, or TypeError: an amount must never change on its way."""
    if value == value.to_integral_value():
        return int(value)
    number = float(value)
    if Decimal(repr(number)) != value:
        raise TypeError("this Decimal has too many digits for a JSON number; send it as text")
    return number


def _method(method: str) -> str:
    if not _HEADER_NAME.fullmatch(method):
        raise Misconfigured(f"{method[:20]!r} is not an HTTP method such as POST")
    return method.upper()


@lru_cache(maxsize=512)
def _place(url: str) -> Place:
    """Where an address leads, with what has to be escaped escaped."""
    prepared = requests.PreparedRequest()
    try:
        prepared.prepare_url(url, None)
        parts = urlsplit(prepared.url or "")
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except (requests.RequestException, ValueError):
        host, port = "", None
    if not host or not _TARGET.fullmatch(prepared.path_url):
        raise Misconfigured("The address of the request cannot be used; check the Host")
    usual = _PORTS[parts.scheme]
    return Place(
        url=prepared.url or "",
        scheme=parts.scheme,
        host=host,
        port=port or usual,
        netloc=(f"[{host}]" if ":" in host else host) + ("" if port in (None, usual) else f":{port}"),
        target=prepared.path_url,
    )
