"""How GLS says no: ShipIT in headers, tracking in a problem document, the gateway before both in a fault of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.contracts.base import Answer, BadAnswer
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown

#: The day's calls are used up. When there are more is not told, so it is asked again after an hour, in seconds.
QUOTA = "policies.ratelimit.QuotaViolation"
QUOTA_WAIT_S = 3600.0

#: The gateway's codes, and those of single parcels in an answer of tracking.
KINDS: Mapping[str, type[ProviderError]] = {
    QUOTA: RetryLater,
    "policies.ratelimit.SpikeArrestViolation": RetryLater,
    "steps.jwt.TokenExpired": Misconfigured,
    "E_400_01": Rejected,
    "E_400_02": Rejected,
    "E_400_03": Rejected,
    "E_500_01": RetryLater,
}


def hidden(answer: Answer, writes: bool) -> ProviderError | None:
    """An error in the headers of an answer that claims success. With a body beside it nobody knows what was done."""
    code = _header(answer, "error")
    if answer.status >= 300 or not code:
        return None
    message = _header(answer, "message")
    kind = Unknown if writes and answer.body.strip() else KINDS.get(code, Rejected)
    return kind(_told(message, code), code=code, status=answer.status)


def read_error(answer: Answer) -> tuple[str, str]:
    """Code and text of a failed answer, ("", "") where it tells neither."""
    code, message = _header(answer, "error"), _header(answer, "message")
    if code or message:
        return code, _told(message, code)
    try:
        body = answer.json()
    except BadAnswer:
        return "", ""
    code, message = _in_body(body) if isinstance(body, Mapping) else ("", "")
    return code, _told(message, code) if message or code else ""


def _in_body(body: Mapping[str, Any]) -> tuple[str, str]:
    fault = body.get("fault")
    if isinstance(fault, Mapping):
        detail = fault.get("detail")
        code = detail.get("errorcode") if isinstance(detail, Mapping) else ""
        return _text(code), _text(fault.get("faultstring"))
    listed = body.get("errors")
    if isinstance(listed, list) and listed and isinstance(listed[0], Mapping):
        first = listed[0]
        return _text(first.get("code") or first.get("type")), _text(first.get("message"))
    return "", _text(body.get("detail")) or _text(body.get("title"))


def _told(message: str, code: str) -> str:
    if message and code and code != message:
        return f"GLS answered: {message} ({code})"[:500]
    return f"GLS answered: {message or code}"[:500]


def _header(answer: Answer, name: str) -> str:
    return _text(answer.headers.get(name))


def _text(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""
