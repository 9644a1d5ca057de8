"""Reads bodies of any kind into something that can be redacted and stored."""

from __future__ import annotations

import json
import math
from typing import Any, Final

import orjson

from tenants.charsets import charset_of

STORED = 16 * 1024  # characters
_READ = 64 * 1024  # bytes; more is never looked at
_MARGIN = 8 * 1024  # characters; a secret that the reading limit split lies in here
_BINARY = (
    "image/",
    "audio/",
    "video/",
    "font/",
    "application/pdf",
    "application/zip",
    "application/octet-stream",
)

NOT_JSON: Final = object()

# For bytes.translate: all digits alike. No shorter run of them is more than 64 bits hold.
_DIGITS = bytes(48 if 48 <= byte <= 57 else 0 for byte in range(256))
_LONG = b"0" * 19

#: With so many brackets nothing is nested deeper than every writer gets; the quick reader gets deeper than the slow one,
#: which stops where writers do.
_SURELY_WRITTEN = 200


def is_binary(raw: bytes, kind: str) -> bool:
    return kind.startswith(_BINARY) or raw[:4] in (b"%PDF", b"PK\x03\x04", b"\x89PNG")


def decode(raw: bytes, content_type: str) -> tuple[str, bool]:
    """The text, and whether it is all of it. Where no character set is declared, the wider ones are told as readers of
    JSON tell them: secrets are not found between NULs."""
    part = raw[:_READ]
    try:
        text = part.decode(charset_of(content_type) or json.detect_encoding(part), "replace")
    except (LookupError, ValueError):
        text = part.decode("utf-8", "replace")
    return text, len(raw) <= _READ


def parse_json(text: str, kind: str) -> Any:
    """NOT_JSON when it is something else or broken; vendors mislabel JSON, so the text decides as well."""
    if "json" not in kind and text.lstrip()[:1] not in ("{", "["):
        return NOT_JSON
    try:
        return _quickly(text)
    except ValueError:
        return _slowly(text)


def _quickly(text: str) -> Any:
    """Raises ValueError for what the quick reader refuses, or would read as another number."""
    if _LONG in text.encode().translate(_DIGITS):
        raise ValueError("a number may have more than 64 bits")
    if text.count("[") + text.count("{") > _SURELY_WRITTEN:
        raise ValueError("it may be nested deeper than a writer gets")
    return orjson.loads(text)


def _slowly(text: str) -> Any:
    try:
        return json.loads(text, parse_float=_finite, parse_constant=str)
    except (ValueError, RecursionError):
        return NOT_JSON


def fit(document: Any) -> Any:
    """The document itself, or the beginning of its text when it is too long to store."""
    try:
        text = json.dumps(document, ensure_ascii=False, default=str)
    except RecursionError:  # A reader gets a little deeper than a writer.
        return "[nested too deeply to be stored]"
    return document if len(text) <= STORED else cut(text, whole=True)


def cut(text: str, whole: bool) -> str:
    kept = text if whole else text[:-_MARGIN]
    return kept if whole and len(kept) <= STORED else f"{kept[:STORED]}… [cut]"


def _finite(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text
