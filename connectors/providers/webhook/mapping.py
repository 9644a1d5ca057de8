"""Answers in a receiver's own words, read by Field Mapping: rows of (Property, Connector Property), ours and theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.contracts.common import Exported
from connectors.order_json import at
from connectors.providers.webhook.answers import plain_name

Rows = Sequence[tuple[str, str]]

#: What an answer may say of the order, by the first word of a Property, and what it says besides.
_ORDER = {"tags": "tags", "properties": "properties", "billing": "billing", "shipping": "shipping"}
_CUSTOMER = ("customer.email", "customer.phone")
_OWN = ("externalid", "message", "errors", "warnings")


def problems(rows: Rows) -> Iterator[tuple[str, str]]:
    """Rows whose Property no answer can change."""
    for ours, _ in rows:
        first = plain_name(ours.split(".")[0])
        known = plain_name(ours) in {*_OWN, "tags", *_CUSTOMER} or ("." in ours and first in _ORDER)
        if not known:
            yield (
                ours,
                f"{ours} is nothing that an answer may change; use ExternalId, Message, Errors, Warnings, Tags, "
                "Properties.Name, Billing.City, Shipping.City, Customer.Email or Customer.Phone",
            )


def exported(answer: Any, rows: Rows) -> Exported:
    """Only what the rows name; what the answer does not have changes nothing."""
    own: dict[str, str] = {}
    changes: dict[str, Any] = {}
    for ours, theirs in rows:
        value = at(answer, theirs)
        if value is None:
            continue
        if plain_name(ours) in _OWN:
            own[plain_name(ours)] = str(value)
        else:
            _put(changes, ours, value)
    return Exported(
        external_id=own.get("externalid", ""), message=own.get("message", "")[:500], changes=changes
    )


def verdict_of(answer: Any, rows: Rows) -> Mapping[str, Any]:
    """The lists of errors and warnings, in our own words."""
    return {
        plain_name(ours): at(answer, theirs)
        for ours, theirs in rows
        if plain_name(ours) in {"errors", "warnings"} and at(answer, theirs) is not None
    }


def _put(changes: dict[str, Any], path: str, value: Any) -> None:
    """Names of properties keep their spelling, those of ours do not need it."""
    first, _, rest = path.partition(".")
    name = plain_name(first)
    if not rest:
        changes[name] = value
        return
    changes.setdefault(name, {})[rest if name == "properties" else rest.replace(" ", "_").lower()] = value
