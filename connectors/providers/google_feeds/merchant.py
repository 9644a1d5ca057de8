"""What Google's Merchant API says: the file uploads of a data source, and errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.contracts.base import Answer, BadAnswer
from connectors.contracts.feeds import FeedReading, FeedState
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater

STATES: Mapping[str, FeedState] = {
    "SUCCEEDED": FeedState.TAKEN,
    "IN_PROGRESS": FeedState.READING,
    "FAILED": FeedState.FAILED,
}

#: By the `status` of Google's error envelope (google.rpc.Code), and the reasons of its quotas.
ERRORS: Mapping[str, type[ProviderError]] = {
    "UNAUTHENTICATED": Misconfigured,
    "PERMISSION_DENIED": Misconfigured,
    "NOT_FOUND": Misconfigured,
    "INVALID_ARGUMENT": Rejected,
    "FAILED_PRECONDITION": Rejected,
    "ALREADY_EXISTS": Rejected,
    "RESOURCE_EXHAUSTED": RetryLater,
    "ABORTED": RetryLater,
    "UNAVAILABLE": RetryLater,
}

#: Of the issues of a file, so many are told.
_MOST_REMARKS = 20


def reading(upload: Mapping[str, Any]) -> FeedReading:
    """What became of a fetched file; a state that is not known is neither success nor failure."""
    state = STATES.get(str(upload.get("processingState")), FeedState.UNKNOWN)
    counts = {
        name: int(upload.get(f"items{name.capitalize()}") or 0) for name in ("total", "created", "updated")
    }
    issues = upload.get("issues") or []
    return FeedReading(
        state=state,
        items=counts["total"],
        created=counts["created"],
        updated=counts["updated"],
        remarks=tuple(_issue(issue) for issue in issues[:_MOST_REMARKS]),
    )


def error_of(answer: Answer) -> tuple[str, str]:
    try:
        body = answer.json()
    except BadAnswer:
        return "", ""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "", ""
    return str(error.get("status") or ""), f"Google: {error.get('message') or 'no reason given'}"[:500]


def _issue(issue: Mapping[str, Any]) -> str:
    told = ": ".join(str(issue[name]) for name in ("title", "description") if issue.get(name))
    count = issue.get("count")
    return f"{told or issue.get('code', 'issue')}" + (f" ({count} times)" if count else "")
