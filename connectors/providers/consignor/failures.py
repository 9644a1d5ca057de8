"""How Shipment Server says no: in texts, as a rule in an answer of status 200. It has no codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connectors.contracts.base import Answer, BadAnswer
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown

_ACCOUNT = re.compile(
    r"\b(actor|licen[cs]e|access denied|not authori[sz]ed|unauthori[sz]ed|(invalid|wrong|missing) key)\b",
    re.I,
)
_TROUBLE = re.compile(r"time.?out|\b(internal|exception|unavailable|deadlock)\b|try again", re.I)
_UNKNOWN = re.compile(r"not found|does ?n[o']t exist|no such|no shipment|unknown shipment", re.I)


def texts_in(answer: Answer) -> tuple[list[str], bool]:
    """What an answer complains of, and whether it holds a shipment all the same."""
    try:
        body = answer.json()
    except BadAnswer:
        return [], False
    if not isinstance(body, Mapping):
        return [], False
    is_made = bool(body.get("ShpCSID") and body.get("Lines"))
    return [text for text in map(_text, _listed(body.get("ErrorMessages"))) if text], is_made


def refusal(answer: Answer, writes: bool) -> ProviderError | None:
    """The failure that an answer of status 200 hides; None where it is a success."""
    texts, is_made = texts_in(answer)
    if not texts:
        return None
    kind = Unknown if writes and is_made else kind_of(texts, writes)
    return kind(told(texts), status=answer.status)


def kind_of(texts: list[str], writes: bool) -> type[ProviderError]:
    text = " ".join(texts)
    if _TROUBLE.search(text):
        return Unknown if writes else RetryLater
    return Misconfigured if _ACCOUNT.search(text) else Rejected


def told(texts: list[str]) -> str:
    return f"nShift Ship answered: {'; '.join(dict.fromkeys(texts))}"[:500]


def is_unknown(error: Rejected) -> bool:
    """Whether a refusal says that there is no such shipment."""
    return _UNKNOWN.search(error.message) is not None


def _listed(messages: Any) -> list[Any]:
    return messages if isinstance(messages, list) else [messages] if messages else []


def _text(message: Any) -> str:
    given = message.get("Message") or message.get("Text") if isinstance(message, Mapping) else message
    return "" if given is None else re.sub(r"[<>]", "", str(given)).strip()
