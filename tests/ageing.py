"""Time that passes for calls, so that no test has to wait for it."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F

from connectors.models import Effect


def calls_age(back: timedelta) -> None:
    """Vendors have had that much longer to end what they were at when their answers were lost; keys stay as young."""
    Effect.objects.update(last_sent_at=F("last_sent_at") - back, lease_until=F("lease_until") - back)
