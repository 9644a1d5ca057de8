"""Delivery reports. A message of several parts gets one for each, and all come late, twice and in any order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.contracts.common import WebhookEvent
from connectors.contracts.notification import DeliveryState
from connectors.providers.linkmobility.words import FAILED_RANGES, REASONS, STATES


def report_event(report: Mapping[str, Any]) -> WebhookEvent:
    """Raises LookupError, TypeError and ValueError for what is no report.

    One part that failed makes the message fail, because states only move forward and failing is the last of them.
    """
    ident, code = _text(report, "id"), int(report["resultCode"])
    state = state_of(code)
    reason = reason_of(code, report.get("operatorResultCode"))
    return WebhookEvent(
        id=f"{ident}:{code}",
        type=f"report.{code}",
        provider_id=ident.partition("$")[0],
        reference=str(report.get("refId") or ""),
        occurred_at=_time(report.get("timestamp") or report.get("sentTimestamp")),
        data={"state": state, **({"reason": reason} if state is DeliveryState.FAILED else {})},
    )


def state_of(code: int) -> DeliveryState:
    """An unlisted code stays unknown: it never becomes delivered, nor failed."""
    if any(code in codes for codes in FAILED_RANGES):
        return DeliveryState.FAILED
    return STATES.get(str(code), DeliveryState.UNKNOWN)


def reason_of(code: int, operators: Any = None) -> str:
    told = REASONS.get(code, "refused")
    detail = f", operator's code {operators}" if operators not in (None, "", "0") else ""
    return f"{told} ({code}{detail})"


def _time(text: Any) -> datetime | None:
    """UTC, as LINK documents it."""
    if not text:
        return None
    moment = datetime.fromisoformat(str(text))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text(report: Mapping[str, Any], name: str) -> str:
    value = report[name]
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is no text")
    return value
