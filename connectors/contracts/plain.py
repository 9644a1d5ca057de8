"""The contracts' dataclasses as JSON: for receivers that take our own shape instead of having one."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from tenants.money import Money
from tenants.secret_value import SecretValue


def plain(value: Any) -> Any:
    """Dicts, lists, strings, numbers, booleans and None. Amounts and decimals are strings ("199.00"), times ISO 8601,
    bytes base64.

    An amount does not repeat its currency: the document around it says it once. Secrets are left out.
    """
    if isinstance(value, Money):
        return str(value.amount)
    if is_dataclass(value) and not isinstance(value, type):
        return plain({field.name: getattr(value, field.name) for field in fields(value)})
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items() if not isinstance(item, SecretValue)}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value if not isinstance(item, SecretValue)]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value) if isinstance(value, (Decimal, UUID)) else value
