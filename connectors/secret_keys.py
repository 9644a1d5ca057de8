"""Which property keys and headers hold a credential: the declared ones, and undeclared ones that look like it."""

from __future__ import annotations

from connectors.contracts.base import Provider
from connectors.schema import Field, Secret
from eventlog.redaction.names import is_sensitive


def declared(implementation: type[Provider] | None, key: str) -> Field | None:
    """The setting that is stored under a property key, compared without case."""
    fields = implementation.settings.fields().values() if implementation else ()
    return next((item for item in fields if item.key and item.key.casefold() == key.casefold()), None)


def is_secret_property(implementation: type[Provider] | None, key: str) -> bool:
    """What the implementation declares decides; a key that it does not know is judged by its name."""
    field = declared(implementation, key)
    return isinstance(field, Secret) if field else _looks_secret(key)


def is_secret_header(name: str) -> bool:
    return is_sensitive(name)


def _looks_secret(key: str) -> bool:
    """A connection string carries its key in the middle."""
    return is_sensitive(key) or key.replace("_", "").casefold().endswith("connectionstring")
