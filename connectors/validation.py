"""What a connector's draft may say. Every refusal names the field and the cure; the models' `clean` calls these."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from connectors import registry
from connectors.contracts.base import Provider
from connectors.hosts import check_address, is_host_word
from connectors.property_values import IS_TEST, is_true, read_value
from connectors.schema import Url
from connectors.secret_keys import declared
from tenants.models import Store

if TYPE_CHECKING:
    from connectors.models import Connector

CONNECTOR_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
#: Headers that the door sets by itself; a second one would break or smuggle the request.
OWN_HEADERS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect"}
)

Codes = Callable[[], Iterable[str]]
_codes: dict[str, Codes] = {"Store": lambda: Store.objects.values_list("code", flat=True)}


def register_codes(value_type: str, codes: Codes) -> None:
    """Let properties of a type such as OrderStatus hold only what `codes()` gives for the tenant in scope."""
    _codes[value_type] = codes


def codes_of(value_type: str) -> list[str]:
    """What properties of a type such as Store may hold; [] for a type that holds anything."""
    codes = _codes.get(value_type)
    return sorted(codes()) if codes else []


def implementation_of(slug: str) -> type[Provider] | None:
    try:
        return registry.get(slug)
    except registry.NotInstalled:
        return None


def label_of_type(connector: Connector) -> str:
    """What people call its implementation; the slug of one that is not installed."""
    found = implementation_of(connector.type)
    return found.label if found else f"{connector.type} (not installed)"


def check_type(slug: str) -> type[Provider]:
    """Raises ValidationError that names the installed implementations that are near."""
    implementation = implementation_of(slug)
    if implementation is None:
        raise ValidationError(f"There is no implementation {slug!r}; {ended(suggest(slug, registry.all()))}")
    return implementation


def check_name(name: str, implementation: type[Provider]) -> str:
    """The name in the spelling that the implementation expects. Raises ValidationError with the right ones."""
    expected = registry.names_of(implementation)
    for known in expected:
        if known.casefold() == name.strip().casefold():
            return known
    raise ValidationError(
        f"{implementation.label} does not expect the name {name!r}; {ended(suggest(name, expected))}"
    )


def check_connector_id(connector: Connector) -> None:
    """Raises ValidationError for other characters, and for none where another connector has the same Type."""
    if connector.connector_id and not CONNECTOR_ID.fullmatch(connector.connector_id):
        raise ValidationError("Use letters, digits, dot, dash and underscore, such as Stripe-NO.")
    others = type(connector).objects.filter(type=connector.type, retired=False).exclude(pk=connector.pk)
    if not connector.connector_id and not connector.retired and others.exists():
        names = ", ".join(str(other) for other in others[:5])
        raise ValidationError(f"Give each connector of this Type a Connector ID; there is also {names}.")


def check_host(connector: Connector, url: str) -> None:
    """Raises ValidationError for what is no address that the tenant may call, and no word of the implementation's."""
    if url and not is_host_word(url, implementation_of(connector.type)):
        try:
            check_address(url, connector.tenant.uid)
        except ValueError as error:
            raise ValidationError(str(error)) from None


def check_property(connector: Connector, key: str, value_type: str, value: str) -> None:
    """Raises ValidationError when the value does not fit its type, its setting or the tenant's codes."""
    try:
        typed = read_value(value_type, value)
        field = declared(implementation_of(connector.type), key)
        if field is not None and value:
            field.read(typed if value_type == "JSON" else value)
    except ValueError as error:
        raise ValidationError(str(error)) from None
    if isinstance(field, Url) and "{" not in value:
        check_host(connector, value)
    _check_code(value_type, value)
    _check_is_test(connector, key, value)


def check_secret_property(key: str) -> None:
    """Raises ValidationError for a property that everybody has to be able to read."""
    if key.casefold() == IS_TEST:
        raise ValidationError("IsTest chooses between the test and the production host and is no secret.")


def check_header_name(name: str) -> None:
    if not HEADER_NAME.fullmatch(name):
        raise ValidationError(
            "Use letters, digits and dashes without spaces or line breaks, such as X-Channel."
        )
    if name.lower() in OWN_HEADERS:
        raise ValidationError(f"{name} is set for every request by itself; remove it.")


def check_header_value(value: str) -> None:
    if not HEADER_VALUE.fullmatch(value):
        raise ValidationError("Use one line of plain characters, without line breaks.")


def suggest(name: str, known: Iterable[str]) -> str:
    """What to use instead of an unknown name: the near ones, else all."""
    names = list(known)
    lowered = {item.casefold(): item for item in names}
    near = [lowered[item] for item in get_close_matches(name.casefold(), lowered, n=3, cutoff=0.6)]
    return f"did you mean {' or '.join(near)}?" if near else f"use one of {', '.join(names) or '(none)'}"


def ended(text: str) -> str:
    """With a full stop, except where it ends with a mark of its own."""
    return text if text.endswith(("?", ".", "!")) else f"{text}."


def _check_code(value_type: str, value: str) -> None:
    codes = _codes.get(value_type)
    if codes is None or not value:
        return
    known = list(codes())
    if value.strip().casefold() not in {code.casefold() for code in known}:
        raise ValidationError(f"There is no {value_type} {value!r}; {ended(suggest(value, known))}")


def _check_is_test(connector: Connector, key: str, value: Any) -> None:
    if key.casefold() != IS_TEST or not str(value).strip():
        return
    if is_true(value) is None:
        raise ValidationError("Use true or false: this chooses between the test and the production host.")
    if connector.is_test and not is_true(value):
        raise ValidationError("Is Test is ticked under Settings; untick it there, or remove this property.")
