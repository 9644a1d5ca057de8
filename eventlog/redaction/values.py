"""Finds known secrets in a text, however they were encoded on their way there."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote

SHORTEST = 6
_LONGEST_CORE = 24
_PEM_LINE = 20
_RUN = re.compile(r"[A-Za-z0-9]+")
_TO_URLSAFE = str.maketrans("+/", "-_")


class Needle(NamedTuple):
    """`core` is a piece that every encoding leaves as it is: looking for it is far cheaper than the pattern."""

    core: str
    pattern: re.Pattern[str]


def needles(secrets: Iterable[str]) -> list[Needle]:
    """Secrets shorter than 6 characters are left out: they occur by chance."""
    found: dict[str, Needle] = {}
    for secret in secrets:
        for part in _parts(secret):
            for core, pattern in _encodings(part):
                found.setdefault(pattern, Needle(core, re.compile(pattern)))
    return list(found.values())


def spans(hits: Iterable[Needle], text: str) -> list[tuple[int, int]]:
    """Where secrets are, overlaps joined, so that two secrets that share characters leave no rest."""
    places = sorted(match.span() for needle in hits for match in needle.pattern.finditer(text))
    joined: list[tuple[int, int]] = []
    for start, end in places:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _parts(secret: str) -> Iterator[str]:
    """The secret, and each long line of a PEM key, because keys are echoed line by line."""
    if len(secret) < SHORTEST:
        return
    yield secret
    stripped = secret.strip()
    if stripped != secret and len(stripped) >= SHORTEST:
        yield stripped
    lines = secret.splitlines()
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= _PEM_LINE and not line.startswith("-----"))


def _encodings(secret: str) -> Iterator[tuple[str, str]]:
    yield _core(secret), "".join(map(_any_escape, secret))
    raw = secret.encode("utf-8", "surrogatepass")
    for text in {form for alignment in range(3) for form in _base64_forms(raw, alignment)}:
        yield _core(text), "".join(map(_any_escape, text))
    yield raw.hex()[:_LONGEST_CORE], re.escape(raw.hex())
    yield raw.hex().upper()[:_LONGEST_CORE], re.escape(raw.hex().upper())


def _core(secret: str) -> str:
    """The longest run that neither URL, JSON nor HTML escapes; empty when too short to be rare."""
    run = max(_RUN.findall(secret), key=len, default="")
    return run[:_LONGEST_CORE] if len(run) >= 3 else ""


def _any_escape(char: str) -> str:
    """A pattern for one character: itself, percent-encoded (also twice), JSON-escaped, or escaped in HTML or XML by name or
    number."""
    if char.isascii() and char.isalnum():
        return char
    forms = {re.escape(char), re.escape(html.escape(char)), _percent(char), *_json_escapes(char)}
    forms |= {f"&#0*{ord(char)};", f"&#[xX]0*{_any_case(f'{ord(char):x}')};"}
    if char == " ":
        forms.add(r"\+")
    if char == "'":
        forms.add("&apos;")
    return f"(?:{'|'.join(sorted(forms, key=len, reverse=True))})"


def _json_escapes(char: str) -> set[str]:
    short = {re.escape(json.dumps(char)[1:-1]), rf"\\{re.escape(char)}"}
    units = char.encode("utf-16-be", "surrogatepass").hex()
    long = "".join(rf"\\u{_any_case(units[i : i + 4])}" for i in range(0, len(units), 4))
    return short | {long}


def _percent(char: str) -> str:
    encoded = "".join(f"%{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))
    plain = {quote(char, safe="", errors="surrogatepass"), encoded}
    return "".join(
        rf"%(?:25)*{_any_case(pair)}" for pair in max(plain, key=len).lstrip("%").lower().split("%")
    )


def _any_case(digits: str) -> str:
    return "".join(f"[{d}{d.upper()}]" if d.isalpha() else d for d in digits)


def _base64_forms(raw: bytes, alignment: int) -> Iterator[str]:
    """The characters of the encoded text that depend on the secret alone when `alignment` bytes stand before it."""
    padded = b"\0" * alignment + raw
    text = base64.b64encode(padded).decode().rstrip("=")
    if len(padded) % 3:
        text = text[:-1]
    text = text[(0, 2, 3)[alignment] :]
    yield text
    yield text.translate(_TO_URLSAFE)
