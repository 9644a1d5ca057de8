"""The character sets that strangers may name for what they send."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

_NAMED = re.compile(r"charset=\"?([\w.:-]+)", re.IGNORECASE)
#: Python's own, which nobody writes answers in: some take time by the square of the length, some always raise.
_NOT_FOR_TEXT = frozenset(
    {"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}
)


@lru_cache(maxsize=256)
def charset_of(content_type: str) -> str | None:
    """The character set that a Content-Type names, None where it names none. Raises LookupError, with the name, for one
    that is none."""
    found = _NAMED.search(content_type)
    if found is None:
        return None
    try:
        name = codecs.lookup(found[1]).name
        bytes(4).decode(name)
    except (LookupError, UnicodeError):
        raise LookupError(found[1]) from None
    if name in _NOT_FOR_TEXT:
        raise LookupError(name)
    return name
