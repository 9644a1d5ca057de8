"""How nShift says no: an object with a code, or for a shipment a list of everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.contracts.base import Answer, BadAnswer

_FORBIDDEN = (
    "nShift refuses the API key for this: check its id and secret, and that its licence holds this function"
)


def read_error(answer: Answer) -> tuple[str, str]:
    """Code and text of a failed answer, ("", "") where it is a web page or empty."""
    try:
        body = answer.json()
    except BadAnswer:
        body = None
    code, text = _of_list(body) if isinstance(body, list) else _of_object(body)
    if answer.status in {401, 403}:
        return code, f"{_FORBIDDEN}; {text}" if text else _FORBIDDEN
    return code, text


def _of_object(body: Any) -> tuple[str, str]:
    if not isinstance(body, Mapping):
        return "", ""
    code, text = body.get("code") or body.get("error"), body.get("message") or body.get("error_description")
    told = f"nShift answered: {text}"[:500] if text and isinstance(text, str) else ""
    return (code if isinstance(code, str) else ""), told


def _of_list(found: Sequence[Any]) -> tuple[str, str]:
    """What has to be mended comes first; what could be ignored in nShift's own pages is refused here too."""
    items = [item for item in found if isinstance(item, Mapping)]
    items.sort(key=lambda item: item.get("type") != "error")
    codes = [str(item["messageCode"]) for item in items if item.get("messageCode")]
    texts = dict.fromkeys(filter(None, map(_text, items)))
    return next(iter(codes), ""), f"nShift answered: {'; '.join(texts)}"[:500] if texts else ""


def _text(item: Mapping[str, Any]) -> str:
    text, field = item.get("message") or "", item.get("field") or ""
    return f"{text} ({field})" if text and field else str(text)
