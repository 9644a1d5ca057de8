"""Whether a relay is wanted, and whether it keeps up."""

from __future__ import annotations

import logging
from datetime import timedelta

from connectors.models import EventSubscription
from connectors.subscriptions.claiming import oldest_untried
from tenants.clock import database_now
from tenants.scoping import platform_scope

log = logging.getLogger(__name__)

#: A delivery that nobody has tried for so long is worth an alarm.
LATE_AFTER = timedelta(seconds=60)


def is_wanted() -> bool:
    """Whether anybody follows events; without, nothing has to run."""
    with platform_scope("who follows the events of any tenant"):
        return EventSubscription.objects.filter(active=True, tenant__is_active=True).exists()


def alarm() -> timedelta | None:
    """Log how long the oldest delivery has waited for its first try, when that is too long; None while all is well."""
    with platform_scope("the relay serves all tenants"):
        now = database_now()
        oldest = oldest_untried(now)
    if oldest is None or now - oldest <= LATE_AFTER:
        return None
    log.error("an event delivery has waited for its first try for %d s", (now - oldest).total_seconds())
    return now - oldest
