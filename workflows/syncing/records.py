"""Products, prices and customers of a contract as JSON that is kept, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from connectors.canonical import request_hash
from connectors.contracts.catalog import CustomerRecord, PriceRecord, ProductRecord
from connectors.contracts.common import Address
from connectors.contracts.plain import plain
from tenants.money import Money
from tenants.storable import storable

Record = TypeVar("Record", ProductRecord, PriceRecord, CustomerRecord)

_MONEY = {"price", "before"}
_NUMBERS = {"tax_rate", "weight_g"}
_MOMENTS = {"modified_at", "valid_from", "valid_to"}


def dump(record: Any) -> dict[str, Any]:
    """What is told of a record, without characters that no database holds."""
    document = {item.name: _dumped(getattr(record, item.name)) for item in fields(record)}
    return {name: value for name, value in document.items() if value not in (None, "", [], {})}


def load(kind: type[Record], document: Mapping[str, Any]) -> Record:
    """What `dump` made."""
    values = dict(document)
    for name, value in document.items():
        if name in _MONEY:
            values[name] = Money(Decimal(value[0]), value[1])
        elif name in _NUMBERS:
            values[name] = Decimal(value)
        elif name in _MOMENTS:
            values[name] = datetime.fromisoformat(value)
    if "address" in values:
        values["address"] = Address(**values["address"])
    if "images" in values:
        values["images"] = tuple(values["images"])
    if "keep" in values:
        values["keep"] = frozenset(values["keep"])
    return kind(**values)


def checksum(record: Any) -> str:
    """The same for records that say the same. The other side's id is no news for it."""
    return document_checksum(dump(record))


def document_checksum(document: Mapping[str, Any]) -> str:
    return request_hash({name: value for name, value in document.items() if name != "external_id"})


def _dumped(value: Any) -> Any:
    if isinstance(value, Money):
        return [str(value.amount), value.currency]
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: _dumped(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {storable(str(key)): _dumped(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(_dumped(item) for item in value)
    if isinstance(value, (list, tuple)):
        return [_dumped(item) for item in value]
    return storable(value) if isinstance(value, str) else plain(value)
