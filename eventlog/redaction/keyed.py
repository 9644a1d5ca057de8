"""Redacts by name inside free text: `password=…`, `"token": "…"`, `Authorization: Bearer …`, `<Password>…</Password>`."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote

from eventlog.redaction.names import KEYWORDS, is_sensitive, is_sensitive_parameter
from eventlog.redaction.shapes import MARK

_PAIR = re.compile(
    r"""(?P<name>(?<![\w.%-])[A-Za-z_][\w.%\[\]-]{0,80})(?P<mid>\\*["']?\s{0,3}[:=]\s{0,3})"""
    r"""(?P<value>(?P<quote>\\*["']).*?(?:(?P=quote)|\Z)|(?:(?:Bearer|Basic|Digest|Token|ApiKey)\s+)?[^\s&,;"'<>})\]\\]+)""",
    re.S,
)
_COOKIE = re.compile(r"((?:set-)?cookie\s*[:=]\s*)[^\r\n\"']+", re.I)
_ELEMENT = re.compile(r"(<(?:[\w.-]+:)?([\w.-]+)(?:\s[^<>]*)?>)([^<]+)(?=</)")
_USERINFO = re.compile(r"(?<=://)[^/?#\s\"'<>@]*@")
_BEARER = re.compile(r"\b(Bearer\s+)[\w.~+/=-]{16,}", re.I)
_BASIC = re.compile(r"\b(Basic\s+)([A-Za-z0-9+/_-]{8,}={0,2})", re.I)


def mentions_names(text: str) -> bool:
    """Whether the rules of this module can apply at all."""
    lower = text.lower()
    return "://" in text or any(word in lower for word in KEYWORDS) or "basic " in lower or "bearer " in lower


def without_named_secrets(text: str) -> str:
    text = _COOKIE.sub(rf"\1{MARK}", text)
    text = _PAIR.sub(_mask_pair, text)
    text = _ELEMENT.sub(_mask_element, text) if "</" in text else text
    return without_credentials(text)


def without_credentials(text: str) -> str:
    """Drops the user info of URLs and the credentials of authorisation schemes."""
    text = _USERINFO.sub(f"{MARK}@", text)
    text = _BEARER.sub(rf"\1{MARK}", text)
    return _BASIC.sub(_mask_basic, text)


def query_without_secrets(query: str) -> str:
    """A query or form string; names may be percent-encoded, and the order and encoding of the rest stay."""
    return "&".join(map(_mask_parameter, query.split("&")))


def _mask_parameter(parameter: str) -> str:
    name, separator, value = parameter.partition("=")
    hidden = separator and value and is_sensitive_parameter(unquote(name))
    return f"{name}={MARK}" if hidden else parameter


def _mask_pair(match: re.Match[str]) -> str:
    name, middle, value, quote = match["name"], match["mid"], match["value"], match["quote"]
    if not is_sensitive(unquote(name)):
        return name + middle + (without_named_tail(value) if quote is None else _inside(value, quote))
    return f"{name}{middle}{quote}{MARK}{quote}" if quote else f"{name}{middle}{MARK}"


def _inside(value: str, quote: str) -> str:
    """A quoted value may itself hold pairs, as a log line in a JSON string does."""
    closed = value.endswith(quote) and len(value) >= 2 * len(quote)
    inner = value[len(quote) : -len(quote)] if closed else value[len(quote) :]
    return f"{quote}{_PAIR.sub(_mask_pair, inner)}{quote if closed else ''}"


def without_named_tail(value: str) -> str:
    """An unquoted value such as `url=https://x/?token=abc` goes on with pairs of its own."""
    return _PAIR.sub(_mask_pair, value)


def _mask_element(match: re.Match[str]) -> str:
    return match[1] + (MARK if is_sensitive(match[2]) else match[3])


def _mask_basic(match: re.Match[str]) -> str:
    """Only what decodes to `user:password`, so that "Basic information" stays readable."""
    text = match[2].rstrip("=")
    try:
        decoded = base64.b64decode(
            text + "=" * (-len(text) % 4), altchars=b"-_" if "-" in text or "_" in text else None
        )
    except (binascii.Error, ValueError):
        return match[0]
    return match[1] + MARK if b":" in decoded else match[0]
