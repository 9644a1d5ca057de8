"""Field Mapping of a connector: which of our properties takes which field of the shop's. Knows no Django.

Rows are (Property, Connector Property) as the connector's tab has them, e.g. ("SkuId", "barcode"), ("Brand", "vendor").
Names compare without case, spaces and underscores, so that "variant_title" is "variantTitle". A property such as
"Customer.VatNumber" is one of customers; all others are of products and order lines. Each row has a rule for imports and
one for exports of products and customers; lines of imported orders always take what the rows say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.contracts.ecommerce import ImportedLine
from connectors.field_rules import is_of_customers, plain_name

Rows = Sequence[tuple[str, str]]

#: What a line has a place of its own for, by the names under which people know it.
_OWN = {"sku": "sku", "skuid": "sku", "name": "name"}


def mapped(rows: Rows, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Our properties with the values of the shop's fields; a field that is not there or is empty changes nothing."""
    known = {plain_name(name): value for name, value in fields.items()}
    found = {ours: known.get(plain_name(theirs)) for ours, theirs in rows}
    return {ours: value for ours, value in found.items() if value not in (None, "")}


def with_mapping(line: ImportedLine, rows: Rows, fields: Mapping[str, Any]) -> ImportedLine:
    """The line with what the rows say: sku and name where they belong, everything else among its properties."""
    own: dict[str, str] = {}
    others: dict[str, Any] = {}
    for ours, value in mapped([row for row in rows if not is_of_customers(row[0])], fields).items():
        place = _OWN.get(plain_name(ours))
        if place:
            own[place] = str(value)
        else:
            others[ours] = value
    return replace(
        line,
        sku=own.get("sku", line.sku),
        name=own.get("name", line.name),
        properties={**line.properties, **others},
    )
