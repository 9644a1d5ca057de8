"""Values of the ten types in forms. The editor's script gives each its control; what is sent is checked here."""

from __future__ import annotations

from typing import Any

from connectors.schema import Group, Secret
from connectors.validation import codes_of, implementation_of


def typed_codes() -> dict[str, list[str]]:
    """What may be chosen, by the types whose values are codes of the tenant's."""
    return {name: codes_of(name) for name in ("Store", "OrderStatus")}


def typed_settings(slug: str) -> dict[str, dict[str, Any]]:
    """What is known of an implementation's properties, by their key in lower case."""
    implementation = implementation_of(slug)
    fields = implementation.settings.fields().values() if implementation else ()
    return {
        item.stored_as.casefold(): {
            "help": item.help or item.label,
            "choices": list(item.choices),
            "required": item.required and item.default is None,
            "default": _shown(item.default),
            "secret": isinstance(item, Secret),
        }
        for item in fields
        if not item.column and not isinstance(item, Group)
    }


def _shown(default: Any) -> str:
    if default in (None, "", {}, [], ()):
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)
