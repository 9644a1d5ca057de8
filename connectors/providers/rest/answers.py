"""Reads answers as a description says: what success is, where ids, changes and failures stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.contracts.base import Answer, BadAnswer
from connectors.contracts.common import Exported
from connectors.errors import Misconfigured, ProviderError, ReadBack, Rejected, RetryLater, Unknown
from connectors.order_json import at
from connectors.providers.rest.calls import Call, ErrorShape, Find, Success

KINDS: Mapping[str, type[ProviderError]] = {
    "retry": RetryLater,
    "rejected": Rejected,
    "misconfigured": Misconfigured,
    "done": ReadBack,
}


def body_of(answer: Answer, success: Success, shape: ErrorShape, *, writes: bool) -> Any:
    """The answer's JSON, once it says what success is. Raises Rejected, or the kind of its code, where it says something
    else; where it says nothing of it, nobody knows."""
    body = _parsed(answer, writes)
    if success.field and at(body, success.field) not in success.equals:
        code, text = error_in(body, shape)
        silent: type[ProviderError] = Unknown if writes else RetryLater
        other = silent if at(body, success.field) is None and not code else Rejected
        kind = KINDS.get(shape.kinds.get(code, ""), other)
        told = text or f"The service answered that {success.field} is {at(body, success.field)!r}"
        raise kind(told, code=code, status=answer.status)
    return body


def error_in(body: Any, shape: ErrorShape) -> tuple[str, str]:
    """Code and text of a failure, "" where they are not told."""
    text = at(body, shape.message) if shape.message else None
    code = at(body, shape.code) if shape.code else None
    told = f"The service answered: {text}"[:500] if isinstance(text, (str, int)) and str(text) else ""
    return "" if code is None else str(code), told


def exported(body: Any, call: Call) -> Exported:
    """The id and the changes in an answer that is success. Raises Unknown where the described id is not there."""
    changes: dict[str, Any] = {}
    for ours, path in call.changes.items():
        value = at(body, path)
        if value is not None:
            _set(changes, ours, value)
    external_id = at(body, call.id) if call.id else None
    if call.id and external_id in (None, ""):
        raise Unknown(f"The answer has no id at {call.id}; look there whether it was taken, and mend id")
    return Exported(external_id="" if external_id is None else str(external_id), changes=changes)


def is_missing(answer: Answer) -> bool:
    """Whether the service itself says that there is no such thing; a page of a front server says nothing of it."""
    if answer.status != 404:
        return False
    try:
        return isinstance(answer.json(), (dict, list))
    except BadAnswer:
        return False


def found_in(body: Any, find: Find, wanted: str) -> Exported | None:
    """The one that carries our reference; a service that answers with others has not found it."""
    listed = at(body, find.items) if find.items else body
    for item in listed if isinstance(listed, list) else [listed]:
        if str(at(item, find.match)) == wanted and at(item, find.id) is not None:
            return Exported(external_id=str(at(item, find.id)))
    return None


def _parsed(answer: Answer, writes: bool) -> Any:
    if not answer.body.strip():
        return None
    try:
        return answer.json()
    except BadAnswer as error:
        kind: type[ProviderError] = Unknown if writes else RetryLater
        raise kind(f"The service answered something unreadable: {error}", status=answer.status) from None


def _set(changes: dict[str, Any], path: str, value: Any) -> None:
    *above, last = path.split(".")
    for name in above:
        changes = changes.setdefault(name, {})
    changes[last] = value
