"""Personal data in free texts and documents, masked for those who may not see it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_EMAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<!\w)\+\d[\d ()./-]{6,18}\d")
HIDDEN = "(not shown)"
#: Names of fields, without case and separators, whose whole value is a person's.
_NAMES = frozenset(
    (
        *(
            "email",
            "mail",
            "phone",
            "mobile",
            "mobilenumber",
            "phonenumber",
            "telephone",
            "birthdate",
            "dateofbirth",
        ),
        *(
            "firstname",
            "lastname",
            "fullname",
            "givenname",
            "familyname",
            "recipient",
            "buyer",
            "shopper",
            "payer",
        ),
        *("customer", "customerdata", "address", "billing", "shipping", "billingaddress", "shippingaddress"),
        *("line1", "line2", "street", "address1", "address2", "postalcode", "zip", "zipcode"),
    )
)

_sees: ContextVar[bool] = ContextVar("sees_personal_data", default=False)


@contextmanager
def showing(sees: bool) -> Iterator[None]:
    """Inside, `shown` leaves texts as they are for a person who may see personal data."""
    token = _sees.set(sees)
    try:
        yield
    finally:
        _sees.reset(token)


def shown(value: Any) -> Any:
    """A text or JSON document as the person of this request may see it; masked where there is no request."""
    return value if _sees.get() else mask(value)


def mask(value: Any) -> Any:
    """E-mail addresses and telephone numbers in texts, and whole values under names such as "first_name"."""
    if isinstance(value, str):
        return _PHONE.sub("(phone)", _EMAIL.sub("(e-mail)", value)) if "@" in value or "+" in value else value
    if isinstance(value, Mapping):
        return {name: HIDDEN if _is_personal(name) and item else mask(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [mask(item) for item in value]
    return value


def _is_personal(name: Any) -> bool:
    return "".join(letter for letter in str(name).lower() if letter.isalnum()) in _NAMES
