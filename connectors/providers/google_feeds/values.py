"""How values are read for a file: each reader gives the text and what was mended, or refuses with the cure."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from connectors.providers.google_feeds.money import amount_of
from connectors.schema import is_web_address


class Unusable(ValueError):
    """The text says what is wrong and what to do."""


#: (value, currency of the feed) to (text, what was mended, "" for nothing). Raises Unusable.
Reader = Callable[[Any, str], tuple[str, str]]

#: A bracket ends the search for the end of the one before, so that each place of a text is looked at once.
_TAG = re.compile(r"<[/!?A-Za-z][^<>]*>")
_SPACE = re.compile(r"\s+")
#: What XML 1.0 cannot hold in any spelling.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_MEASURE = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]+)")
_SAFE = "%/:?#[]@!$&'()*+,;=~-._"
_GTIN_LENGTHS = {8, 12, 13, 14}


def text(longest: int) -> Reader:
    """Plain text on one line: markup is taken out, what is too long is cut after a whole word."""

    def read(value: Any, currency: str) -> tuple[str, str]:
        raw = _single(value)
        without = html.unescape(_TAG.sub(" ", raw)) if "<" in raw and _TAG.search(raw) else raw
        plain = _SPACE.sub(" ", _UNWRITABLE.sub("", without)).strip()
        if not plain:
            raise Unusable("is empty once markup is taken out; enter a text")
        mended = "markup was taken out" if without is not raw else ""
        if len(plain) <= longest:
            return plain, mended
        return _cut(plain, longest), f"was cut from {len(plain)} to {longest} characters"

    return read


def one_of(allowed: Sequence[str]) -> Reader:
    known = {_word(word): word for word in allowed}

    def read(value: Any, currency: str) -> tuple[str, str]:
        said = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
        found = known.get(_word(_single(said)))
        if found is None:
            raise Unusable(f"{_short(said)} is none of {', '.join(allowed)}; use one of these")
        return found, ""

    return read


def address(value: Any, currency: str) -> tuple[str, str]:
    """An http or https address; spaces and letters beyond ASCII are encoded."""
    raw = _single(value)
    encoded = quote(raw, safe=_SAFE)
    if not is_web_address(encoded):
        raise Unusable(f"{_short(raw)} is no web address; use one such as https://shop.example.com/p/1.jpg")
    if len(encoded) > 2000:
        raise Unusable("is longer than 2000 characters; use a shorter address")
    return encoded, "spaces were encoded" if " " in raw else ""


def price(value: Any, currency: str) -> tuple[str, str]:
    """A number, or text with or without the currency. Only amounts above zero are prices."""
    raw = value if isinstance(value, Decimal) else _single(value)
    if isinstance(raw, str):
        raw, _, other = raw.partition(" ")
        if other and other.upper() != currency:
            raise Unusable(f"is in {other}, the feed in {currency}; give a price in {currency}")
    money = amount_of(raw, currency)
    if money is None:
        raise Unusable(f"{_short(value)} is no amount in {currency}; use such as 149.00")
    if money.amount <= 0:
        raise Unusable("is not above zero; enter the selling price")
    return str(money), ""


def gtin(value: Any, currency: str) -> tuple[str, str]:
    """8, 12, 13 or 14 digits of which the last is the check digit (GS1 General Specifications, section 7.9)."""
    digits = _single(value).replace("-", "").replace(" ", "")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) not in _GTIN_LENGTHS:
        raise Unusable(f"{_short(value)} has not 8, 12, 13 or 14 digits; enter the number under the bar code")
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits[::-1]) if place)
    if -weighted % 10 != int(digits[-1]):
        raise Unusable(f"{digits} has a wrong check digit; enter the number under the bar code")
    return digits, ""


def measure(units: Sequence[str]) -> Reader:
    def read(value: Any, currency: str) -> tuple[str, str]:
        found = _MEASURE.fullmatch(_single(value))
        unit = found[2].lower() if found else ""
        if found is None or unit not in units:
            raise Unusable(
                f"{_short(value)} is no number with one of {', '.join(units)}; use such as 1.5 {units[-1]}"
            )
        return f"{found[1]} {unit}", ""

    return read


def whole(value: Any, currency: str) -> tuple[str, str]:
    try:
        number = Decimal(_single(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number != number.to_integral_value() or number < 1:
        raise Unusable(f"{_short(value)} is no whole number from 1")
    return str(int(number)), ""


def moment(value: Any, currency: str) -> tuple[str, str]:
    raw = _single(value)
    try:
        when = datetime.fromisoformat(raw)
    except ValueError:
        raise Unusable(
            f"{_short(raw)} is no time of ISO 8601; use such as 2026-12-24T12:00:00+01:00"
        ) from None
    return (when.isoformat(timespec="minutes") if len(raw) > 10 else when.date().isoformat()), ""


def period(value: Any, currency: str) -> tuple[str, str]:
    """Two times with a slash between them, the earlier one first."""
    start, _, end = _single(value).partition("/")
    (first, _), (last, _) = moment(start, currency), moment(end, currency)
    if _comparable(first) >= _comparable(last):
        raise Unusable("ends before it begins; put the earlier time first")
    return f"{first}/{last}", ""


def _comparable(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    return when if when.tzinfo is None else when.replace(tzinfo=None) - (when.utcoffset() or when - when)


def _single(value: Any) -> str:
    if isinstance(value, (Mapping, list, tuple)):
        raise Unusable("holds several values; map the place of one of them")
    return str(value).strip()


def _short(value: Any) -> str:
    shown = str(value)
    return f'"{shown[:40]}…"' if len(shown) > 40 else f'"{shown}"'


def _word(text: str) -> str:
    return text.strip().casefold().replace(" ", "_")


def _cut(plain: str, longest: int) -> str:
    head = plain[: longest + 1]
    whole_words = head.rsplit(" ", 1)[0] if " " in head else ""
    return (whole_words or plain)[:longest].rstrip()
