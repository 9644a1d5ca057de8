"""An address in the pieces that carriers want it in. Countries are ISO 3166-1 alpha-2 in capitals on our side."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

from connectors.contracts.common import Address
from connectors.errors import Rejected

_STREET = re.compile(r"(?P<street>.*\D)\s+(?P<number>\d+\s?[A-Za-z]?)")


def split_street(line: str) -> tuple[str, str]:
    """Street and house number: "Storgata 12 B" is ("Storgata", "12B"); the number is "" where none can be told."""
    found = _STREET.fullmatch(line.strip())
    return (found["street"].strip(), found["number"].replace(" ", "")) if found else (line.strip(), "")


def wrap_lines(address: Address, whose: str, carrier: str, *, width: int, most: int = 2) -> list[str]:
    """The address lines in at most `most` of `width` characters, with "" for those that stay empty.

    Raises Rejected when they do not fit. The text goes to staff who may not see addresses too, so it only says whose it
    is ("recipient", "sender").
    """
    given = [line.strip() for line in (address.line1, address.line2) if line.strip()]
    wrapped = [part for line in given for part in textwrap.wrap(line, width)]
    if len(wrapped) > most:
        raise Rejected(
            f"The {whose}'s address is too long for {carrier}: shorten it to {most} lines of {width} characters"
        )
    return [*wrapped, *[""] * (most - len(wrapped))]


def name_lines(address: Address, *, width: int) -> list[str]:
    """Who receives, the company first: each cut to `width` characters; one line or two."""
    return [part[:width] for part in _filled((address.company, address.name))]


def _filled(parts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))
