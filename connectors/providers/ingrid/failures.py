"""How Ingrid says no: {"error": "code: text", "trace_id": …}, with gRPC's codes in words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from connectors.contracts.base import Answer, BadAnswer

#: Codes of a refusal.
REFUSALS = frozenset(
    {
        "invalid_argument",
        "not_found",
        "already_exists",
        "failed_precondition",
        "out_of_range",
    }
)
#: What a session of nobody is answered with.
NOBODY = frozenset({"not_found", "invalid_argument"})
#: The session is not known any more, or can no longer be changed.
GONE = frozenset({"not_found", "failed_precondition"})
#: A completion may be refused because there has been one.
MAY_BE_COMPLETE = frozenset({"already_exists", "failed_precondition", "invalid_argument"})

_TOLD = re.compile(r"\s*(?P<code>[a-z_]+)\s*(?::\s*(?P<text>.*))?", re.DOTALL)


def read_error(answer: Answer) -> tuple[str, str]:
    """Code and text, ("", "") where it is a web page or empty."""
    try:
        body = answer.json()
    except BadAnswer:
        return "", ""
    told = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(told, str) or not told:
        return "", ""
    found = _TOLD.fullmatch(told)
    code, text = (found["code"], found["text"] or told) if found else ("", told)
    trace = body.get("trace_id")
    return code, f"Ingrid answered: {text.strip()[:400]}{f' (trace {trace})' if trace else ''}"[:500]
