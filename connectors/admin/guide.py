"""What an implementation wants to be told, for the tabs where it is entered."""

from __future__ import annotations

from typing import Any, NamedTuple

from connectors.documents import label_of
from connectors.models import Connector, ConnectorAuthentication
from connectors.schema import Field
from connectors.validation import implementation_of

_ON_SETTINGS = {"host", "is_test"}


class Wanted(NamedTuple):
    """One setting: what it is called on its tab, whether it can be left out, and what it means."""

    name: str
    need: str
    meaning: str


def guide(connector: Connector | None) -> dict[str, Any]:
    """For the templates: the implementation's label and its settings by tab; {} for one that is not known yet."""
    implementation = implementation_of(connector.type) if connector else None
    if implementation is None:
        return {}
    fields = implementation.settings.fields().values()
    return {
        "label": implementation.label,
        "authentication": [
            _wanted(item, label_of(ConnectorAuthentication, item.column))
            for item in fields
            if item.column and item.column not in _ON_SETTINGS
        ],
        "properties": [_wanted(item, item.stored_as) for item in fields if not item.column],
    }


def _wanted(item: Field, name: str) -> Wanted:
    meaning = item.help or ("" if item.label == name else item.label)
    if item.choices:
        meaning = f"{meaning} One of {', '.join(item.choices)}.".strip()
    return Wanted(name, _need(item), meaning)


def _need(item: Field) -> str:
    if item.default not in (None, "", {}, [], ()):
        words = str(item.default)
        return f"otherwise {words.lower() if isinstance(item.default, bool) else words}"
    return "required" if item.required and item.default is None else "optional"
