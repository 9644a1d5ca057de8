"""What tracking says, in the words of the shipping contract: each parcel's status now, and what happened to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.shipping import TrackingEvent, TrackingState
from connectors.errors import RetryLater
from connectors.providers.gls.failures import KINDS

Json = Mapping[str, Any]


def parcels(body: Any) -> list[Json]:
    """The parcels that are known. One of several that fails is left out, and asked for again another time."""
    with reading("GLS's tracking answer", RetryLater):
        told = list(body["parcels"])
        known = [item for item in told if not item.get("errorCode")]
        failed = [item for item in told if item.get("errorCode") in KINDS]
    if failed and not known:
        _raise(failed[0])
    return known


def events(found: Sequence[Json], states: Mapping[str, StrEnum]) -> list[TrackingEvent]:
    """Oldest first; of the same moment the status, which says most, comes last."""
    with reading("GLS's tracking answer", RetryLater):
        told = [event for parcel in found for event in _events(parcel, states)]
        unique = {event.id: event for event in told}
        return sorted(unique.values(), key=lambda event: event.occurred_at)


def _events(parcel: Json, states: Mapping[str, StrEnum]) -> Iterator[TrackingEvent]:
    """GLS tells the newest first. What has no time has no place among the others."""
    for raw in reversed(parcel.get("events") or []):
        if raw.get("eventDateTime"):
            yield _event(parcel, raw.get("code") or "UNKNOWN", raw["eventDateTime"], states, raw)
    if parcel.get("status") and parcel.get("statusDateTime"):
        yield _event(parcel, parcel["status"], parcel["statusDateTime"], states, {})


def _event(parcel: Json, word: str, at: str, states: Mapping[str, StrEnum], raw: Json) -> TrackingEvent:
    moment = datetime.fromisoformat(at)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    number = str(parcel["requested"])
    place = raw.get("city") or ""
    return TrackingEvent(
        id=f"{number}/{moment.astimezone(UTC):%Y%m%dT%H%M%S}/{word}",
        parcel=number,
        number=number,
        state=TrackingState(states.get(word, TrackingState.UNKNOWN)),
        raw_state=word,
        occurred_at=moment,
        description=raw.get("description") or "",
        place=place,
    )


def _raise(item: Json) -> None:
    code = item["errorCode"]
    text = f"GLS answered about {item.get('requested')}: {item.get('errorMessage') or code} ({code})"
    raise KINDS[code](text, code=code, status=200)
