"""The rules of a Field Mapping: who may write over what when products and customers go in and out. Knows no Django."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: In front of the properties of customers.
OF_CUSTOMERS = "customer."


class Rule(StrEnum):
    """What may happen to a field that the other side tells."""

    OVERWRITE = "Overwrite"
    IF_EMPTY = "If empty"
    NEVER = "Never"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedField:
    """One row: our property, the vendor's field, and what an import may do to ours and an export to theirs."""

    property: str
    connector_property: str
    on_import: Rule = Rule.OVERWRITE
    on_export: Rule = Rule.OVERWRITE


def owner(on_import: str, on_export: str) -> str:
    """Who has the say over a field, for people."""
    if on_import == Rule.NEVER and on_export == Rule.NEVER:
        return "Each side its own; nothing is copied"
    if on_import == on_export:
        last = on_import == Rule.OVERWRITE
        return "Whoever changed it last" if last else "Whoever fills it first; both keep what they have"
    if Rule.OVERWRITE in (on_import, on_export):
        return "Connector" if on_import == Rule.OVERWRITE else "Crossdock"
    return (
        "Connector, until it is filled here"
        if on_export == Rule.NEVER
        else "Crossdock, until it is filled there"
    )


def is_of_customers(name: str) -> bool:
    return plain_name(name).startswith(OF_CUSTOMERS)


def plain_name(name: str) -> str:
    """As names are compared."""
    return name.replace("_", "").replace(" ", "").casefold()
