"""How PostNord says no: with a status and faults, or with FAIL and faults inside an answer of status 200."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.contracts.base import Answer, BadAnswer

Json = Mapping[str, Any]

#: "Client closed the request": whether PostNord had executed it by then, it does not say.
CLOSED = 499
_LONGEST = 400


def read_error(answer: Answer) -> tuple[str, str]:
    """Code and text of a failed answer, ("", "") where it is a web page or empty."""
    try:
        return told(answer.json())
    except BadAnswer:
        return "", ""


def told(error: Any) -> tuple[str, str]:
    """The first fault's code, and all texts in one; ("", "") where nothing is said."""
    faults = list(faults_in(error))
    texts = dict.fromkeys(filter(None, [*map(_text, faults), *_messages(error)]))
    code = next((str(fault["faultCode"]) for fault in faults if fault.get("faultCode")), "")
    return code, f"PostNord answered: {'; '.join(texts)}"[:_LONGEST] if texts else ""


def faults_in(node: Any) -> Iterator[Json]:
    """The faults of an error; service points, transit times and tracking wrap it in an object of their own."""
    if not isinstance(node, Mapping):
        return
    composite = node.get("compositeFault")
    if isinstance(composite, Mapping):
        held = composite.get("faults")
        yield from (fault for fault in held or () if isinstance(fault, Mapping))
    for name, inner in node.items():
        if name.endswith("Response"):
            yield from faults_in(inner)


def _messages(node: Any) -> list[str]:
    """The text above the faults, where there are none: it says no more than they do."""
    if not isinstance(node, Mapping) or any(faults_in(node)):
        return []
    return [str(node["message"])] if isinstance(node.get("message"), str) else []


def _text(fault: Json) -> str:
    """The text with the names of what it is about; not the values, which may be a customer's."""
    text = str(fault.get("explanationText") or "")
    params = [item for item in fault.get("paramValues") or () if isinstance(item, Mapping)]
    hints = [str(hint) for hint in (*(item.get("param") for item in params), fault.get("faultCode")) if hint]
    return f"{text} ({', '.join(hints)})" if text and hints else text
