"""Redacts by name inside free text: `password=…`, `"token": "…"`, `Authorization: Bearer …`, `<Pin>…</Pin>`."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote

from eventlog.redaction.names import is_sensitive, is_sensitive_parameter
from eventlog.redaction.shapes import MARK

_DELIMITER = re.compile(r"[:=]")
_LONGEST_NAME = 80
_REVERSED_NAME = re.compile(r"[\w.%\[\]-]+")
_VALUE = re.compile(
    r"""[:=]>?\s{0,3}(?!\[redacted\])[\[(]?\s{0,3}(?:(?P<quote>\\*["']|&(?:quot|apos|#0*3[49]|#x2[27]);)"""
    r"""(?P<quoted>.*?)(?:(?<!\\)(?=(?P=quote))|\Z)"""
    r"""|(?P<bare>\[redacted\]|(?:(?:Bearer|Basic|Digest|Token|ApiKey)\s+)?[^\s&,;"'<>})\]\\]+))""",
    re.S,
)
_COOKIE = re.compile(r"((?:set-)?cookie\s*[:=]\s*)[^\r\n\"']+", re.I)
_ELEMENT = re.compile(
    r"(<(?:[\w.-]+:)?([\w.-]+)(?:\s[^<>]*)?>)([^<]+|\s*<!\[CDATA\[.{0,4096}?\]\]>\s*)(?=</)", re.S
)
_ESCAPED_QUOTE = re.compile(r"&(?:quot|apos|#0*3[49]|#x2[27]);\Z")
_USERINFO = re.compile(r"(?<=://)[^/?#\s\"'<>@]*@")
_BEARER = re.compile(r"\b(Bearer\s+)[\w.~+/=-]{16,}", re.I)
_BASIC = re.compile(r"\b(Basic\s+)([A-Za-z0-9+/_-]{8,}={0,2})", re.I)


def without_named_secrets(text: str) -> str:
    if "ookie" in text or "OOKIE" in text:
        text = _COOKIE.sub(rf"\1{MARK}", text)
    if ":" in text or "=" in text:
        text = _without_pairs(text)
    if "</" in text:
        text = _ELEMENT.sub(_mask_element, text)
    return without_credentials(text)


def without_credentials(text: str) -> str:
    """Drops the user info of URLs and the credentials of authorisation schemes."""
    if "://" in text:
        text = _USERINFO.sub(f"{MARK}@", text)
    if "earer " in text or "EARER " in text:
        text = _BEARER.sub(rf"\1{MARK}", text)
    if "asic " in text or "ASIC " in text:
        text = _BASIC.sub(_mask_basic, text)
    return text


def query_without_secrets(query: str) -> str:
    """A query or form string; names may be percent-encoded, and the order and encoding of the rest stay."""
    return "&".join(map(_mask_parameter, query.split("&")))


def _mask_parameter(parameter: str) -> str:
    name, separator, value = parameter.partition("=")
    hidden = separator and value and is_sensitive_parameter(unquote(name))
    return f"{name}={MARK}" if hidden else parameter


def _without_pairs(text: str) -> str:
    """Looks at each colon and equals sign, because they are far rarer than words."""
    out, position = [], 0
    for delimiter in _DELIMITER.finditer(text):
        at = delimiter.start()
        if at < position or not is_sensitive(_name_before(text, at)):
            continue
        value = _VALUE.match(text, at)
        if value is None:
            continue
        group = "quoted" if value["bare"] is None else "bare"
        if value[group]:
            out += [text[position : value.start(group)], MARK]
            position = value.end(group)
    return "".join([*out, text[position:]]) if out else text


def _name_before(text: str, at: int) -> str:
    before = text[max(0, at - _LONGEST_NAME) : at].rstrip(" \t\r\n\"'\\")
    if before.endswith(";"):
        before = _ESCAPED_QUOTE.sub("", before)
    found = _REVERSED_NAME.match(before[::-1])
    if found is None:
        return ""
    name = found[0][::-1]
    return unquote(name) if "%" in name else name


def _mask_element(match: re.Match[str]) -> str:
    return match[1] + (MARK if is_sensitive(match[2]) else match[3])


def _mask_basic(match: re.Match[str]) -> str:
    """Only what decodes to `user:password`, so that "Basic information" stays readable."""
    text = match[2].rstrip("=").replace("-", "+").replace("_", "/")
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return match[0]
    return match[1] + MARK if b":" in decoded else match[0]
