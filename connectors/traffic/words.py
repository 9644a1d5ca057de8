"""How a connector's vendor stands, in words for staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum

from connectors.models import ConnectorStanding, ConnectorTraffic
from connectors.traffic.window import SPAN_S
from tenants.clock import database_now


@dataclass(frozen=True, slots=True)
class Words:
    """`key` is "calm", "paused" or "open"; `text` says since when and until when, `lately` what the last minute was like."""

    key: str
    text: str
    lately: str = ""


def standing_of(connector_id: int) -> Words:
    """Of a connector of the tenant in scope."""
    now = database_now()
    row = ConnectorStanding.objects.filter(connector_id=connector_id).first()
    key, text = _standing(row, now) if row else _CALM
    return Words(key, text, _lately(connector_id, now))


_CALM = ("calm", "Calls go out as usual.")


def _standing(row: ConnectorStanding, now: datetime) -> tuple[str, str]:
    if row.open_until is not None:
        probe = (
            f"next probe at {_time(row.open_until)}" if row.open_until > now else "the next call is a probe"
        )
        return "open", f"Held back since {_time(row.opened_at or now)}: the vendor keeps failing; {probe}."
    if row.paused_until is not None and row.paused_until > now:
        return "paused", f"Waiting for quota until {_time(row.paused_until)}."
    return _CALM


def _lately(connector_id: int, now: datetime) -> str:
    rows = ConnectorTraffic.objects.filter(connector_id=connector_id, at__gt=now - timedelta(seconds=SPAN_S))
    sums = rows.aggregate(sent=Sum("firsts"), again=Sum("retries"), failed=Sum("failures"))
    if not sums["sent"]:
        return ""
    return f"In the last minute: {sums['sent']} calls, {sums['again']} repeated, {sums['failed']} failed."


def _time(moment: datetime) -> str:
    return f"{moment:%H:%M:%S} UTC"
