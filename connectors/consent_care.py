"""Consents that end unless they are used: renewed in time, and warned of once where that does not help.

A connector that is rarely called would lose its login in silence. The sweeper rings for this; see workflows/apps.py.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from connectors.calls import CallContext, CallSpec, Prepared
from connectors.client import open_door
from connectors.errors import ProviderError
from connectors.models import OAuthToken
from connectors.ports import direct_ports
from connectors.runtime import runtime
from eventlog import store as eventlog
from eventlog.events import Category, Outcome
from tenants.scoping import platform_scope, tenant_scope

log = logging.getLogger(__name__)

#: A renewal that failed is tried again this often.
AGAIN_AFTER = timedelta(days=1)
#: Looked after by one wake-up, and seconds for each.
MOST = 20
DEADLINE_S = 30.0


def due(now: datetime | None = None) -> QuerySet[OAuthToken]:
    """Consents of all tenants that end soon and have not been looked after lately."""
    now = now or timezone.now()
    ending = OAuthToken.objects.filter(
        connected_at__isnull=False, warn_at__lte=now, ends_at__gt=now, refused_at__isnull=True
    )
    live = ending.filter(connector__live__isnull=False, tenant__is_active=True)
    return live.filter(Q(warned_at__isnull=True) | Q(warned_at__lte=now - AGAIN_AFTER)).order_by("ends_at")


def is_due() -> bool:
    with platform_scope("consents of all tenants' connectors"):
        return due().exists()


def look_after_due() -> int:
    """Renew what can be renewed, tell staff of the rest. Returns of how many it was the turn."""
    with platform_scope("consents of all tenants' connectors"):
        found = list(due().select_related("connector")[:MOST])
    for row in found:
        with tenant_scope(row.tenant_id):
            _look_after(row, timezone.now())
    return len(found)


def _look_after(row: OAuthToken, now: datetime) -> None:
    """The update decides whose turn it is; a renewal takes the warning back."""
    turn = OAuthToken.objects.filter(pk=row.pk, warned_at=row.warned_at, warn_at=row.warn_at)
    if not turn.update(warned_at=now):
        return
    failure = _renewed(row)
    still = OAuthToken.objects.filter(pk=row.pk, warn_at__lte=now, refused_at__isnull=True).exists()
    if still and row.warned_at is None:
        _warn(row, failure)


def _renewed(row: OAuthToken) -> str:
    """Why it was not; "" when it was, or is not renewable."""
    config = runtime(row.tenant_id).connectors.get(row.connector_id)
    if config is None or config.problem:
        return config.problem if config else "the connector is not published"
    spec = CallSpec(
        connector=config, operation="login", subject=f"connector:{config.id}", request=None, write=False
    )
    prepared = Prepared(spec=spec, context=CallContext(), deadline_s=DEADLINE_S)
    try:
        open_door(config, direct_ports(), prepared, None).renew_login()
    except ProviderError as error:
        log.warning("the login of %s is not renewed: %s", row.connector, error)
        return error.message
    return ""


def _warn(row: OAuthToken, failure: str) -> None:
    why = f" It could not be renewed: {failure}." if failure else ""
    eventlog.record(
        Category.ERROR,
        f"The login of {row.connector} ends on {row.ends_at:%Y-%m-%d}.{why} Press Connect on its page before that",
        tenant_id=row.tenant_id,
        outcome=Outcome.WARNING,
        connector_id=row.connector_id,
        connector_name=str(row.connector),
    )
