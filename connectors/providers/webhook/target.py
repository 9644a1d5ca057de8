"""Where a webhook goes: the address with its order fields, the method, the headers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from connectors.errors import Misconfigured
from connectors.providers.webhook.answers import fields_of, plain_name
from connectors.schema import Choice, Group, Settings, SettingsError, SettingsValues, Url

_FIELD = re.compile(r"\{([^{}]*)\}")


class Address(Url):
    """A web address as it was entered, with its closing slash; order fields stand in braces."""

    def convert(self, raw: Any) -> str:
        super().convert(raw)
        return str(raw).strip()


class Headers(Group):
    """Headers from a Key Group, or from a JSON object."""

    def convert(self, raw: Any) -> dict[str, Any]:
        try:
            return super().convert(json.loads(raw) if isinstance(raw, str) else raw)
        except json.JSONDecodeError:
            raise ValueError('must be a JSON object such as {"X-Key": "value"}') from None


class Target(Settings):
    """Where to and how: on the connector, and on a step, which then wins."""

    url = Address("Url", required=False, help="May carry order fields, such as {number} or {customer.email}.")
    host = Address("Host", key="Host", required=False, help="Another name of Url.")
    http_method = Choice("HttpMethod", choices=("POST", "PUT", "PATCH"), default="POST")
    request_headers = Headers("Request Headers", group="RequestHeaders")


def target_of(step: Mapping[str, Any]) -> SettingsValues:
    try:
        return Target.compile({}, step)
    except SettingsError as error:
        raise Misconfigured(str(error)) from None


def fill(template: str, fields: Mapping[str, Any]) -> str:
    """Put order fields into an address, encoded. Raises Misconfigured for fields that do not exist or move the host."""
    if not template:
        raise Misconfigured("There is no address; set Host, or a property Url")
    if "{" in origin(template):
        raise Misconfigured("Order fields may stand in the path and the query of Url, not in the host name")
    return _FIELD.sub(lambda match: quote(_value(match[1], fields), safe=""), template)


def _value(name: str, fields: Mapping[str, Any]) -> str:
    value: Any = fields
    for part in name.split("."):
        known = fields_of(value)
        if plain_name(part) not in known:
            raise Misconfigured(f"Url asks for {{{name}}}, which an order does not have")
        value = known[plain_name(part)]
    if isinstance(value, (dict, list)):
        raise Misconfigured(f"Url asks for {{{name}}}, which is no single value; name one inside it")
    return "" if value is None else str(value)


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
