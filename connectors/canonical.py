"""One text for one content: what is equal has equal canonical JSON, in every process and version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from tenants.secret_value import SecretValue


def checksum(document: Any) -> str:
    """SHA-256 (hex) of a JSON document."""
    return _sha256(_dump(document).encode())


def request_hash(request: Any) -> str:
    """SHA-256 (hex) of a request dataclass; 1.10 equals 1.1, and secrets and bytes count by their own hash."""
    return _sha256(_dump(_plain(request)).encode())


def _dump(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, str):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(_dump(_plain(item)) for item in value)
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, (Decimal, float)):
        return _number(Decimal(str(value)))
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, SecretValue):
        return "secret:" + _sha256(value.reveal().encode())
    if isinstance(value, bytes):
        return "bytes:" + _sha256(value)
    raise TypeError(f"a request may not hold a {type(value).__name__}")


def _number(value: Decimal) -> str:
    if not value.is_finite():
        return str(value)
    return format(value.normalize() + 0, "f")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
