"""How Bring says no: with a status, with errors inside an answer of status 200, or in plain text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.contracts.base import Answer, BadAnswer
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown

Json = Mapping[str, Any]

#: Unknown customer number, and one that is not for this product from this country.
_ACCOUNT = frozenset({"BOOK-INPUT-019", "BOOK-INPUT-021", "BOOK-INPUT-029"})
_ERRORS = ("errors", "fieldErrors", "error")
_AROUND = ("consignments", "shipments", "consignmentSet")


def kind_of_code(code: str, writes: bool) -> type[ProviderError] | None:
    """The kind of one of Booking's codes, by their beginnings, for new ones keep coming; None for other codes."""
    plain = code.replace("_", "-")
    if "-INTERNAL-" in plain:
        return Unknown if writes else RetryLater
    if plain in _ACCOUNT:
        return Misconfigured
    return Rejected if plain.startswith("BOOK-") else None


def read_error(answer: Answer) -> tuple[str, str]:
    """Code and text of a failed answer, ("", "") where it is a web page or empty."""
    try:
        body = answer.json()
        if isinstance(body, Mapping) and isinstance(body.get("reason"), str):  # Event Cast
            return "", f"Bring answered: {body['reason']}"[:500]
        return told(list(errors_in(body)))
    except BadAnswer:
        return _plain(answer)


def errors_in(node: Any) -> Iterator[Any]:
    """Every error that an answer holds, at whichever level."""
    if isinstance(node, list):
        for item in node:
            yield from errors_in(item)
    elif isinstance(node, Mapping):
        for name in _ERRORS:
            held = node.get(name)
            yield from held if isinstance(held, list) else [held] if held else []
        for name in _AROUND:
            yield from errors_in(node.get(name))


def told(errors: list[Any]) -> tuple[str, str]:
    """The first code, and all texts in one."""
    codes = [str(error["code"]) for error in errors if isinstance(error, Mapping) and error.get("code")]
    texts = dict.fromkeys(filter(None, map(_text, errors)))
    return next(iter(codes), ""), f"Bring answered: {'; '.join(texts)}"[:500] if texts else ""


def _text(error: Any) -> str:
    if not isinstance(error, Mapping):
        return str(error or "")
    texts = error.get("messages")
    given = texts if isinstance(texts, list) else [error]
    first = next((item for item in given if isinstance(item, Mapping)), {})
    text = str(first.get("message") or first.get("description") or "")
    return f"{text} ({error['code']})" if text and error.get("code") else text


def _plain(answer: Answer) -> tuple[str, str]:
    try:
        text = answer.text().strip()
    except BadAnswer:
        return "", ""
    if not text or "<" in text:
        return "", ""
    code = "authentication" if text.lower().startswith("authentication failed") else ""
    return code, f"Bring answered: {text}"[:300]
