"""OAuth access tokens in the database, sealed, renewed by one process at a time."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now

from connectors.auth import Token
from connectors.models import Connector, OAuthToken
from tenants import vault
from tenants.scoping import platform_scope

log = logging.getLogger(__name__)

#: How long a renewal may take before somebody else may try; longer than the door's deadline of one.
CLAIM = timedelta(seconds=60)


class OrmTokens:
    """See client.TokenStore. Opens short transactions of its own; never used while one is open."""

    def get(self, connector_id: int) -> Token | None:
        with platform_scope("OAuth token of a connector"):
            row = OAuthToken.objects.select_related("tenant").filter(connector_id=connector_id).first()
        return _open(row) if row else None

    def claim_refresh(self, connector_id: int, seen: Token | None) -> bool:
        with platform_scope("OAuth token of a connector"), transaction.atomic():
            row, now = _lock(connector_id)
            if row.claimed_until is not None and row.claimed_until > now:
                return False
            if _open(row) != seen:
                return False
            row.claimed_until = now + CLAIM
            row.save(update_fields=["claimed_until"])
            return True

    def save(self, connector_id: int, token: Token) -> None:
        with platform_scope("OAuth token of a connector"), transaction.atomic():
            row, _ = _lock(connector_id)
            row.sealed = vault.seal(token.dump(), row.binding)
            row.expires_at = token.expires_at
            row.claimed_until = None
            row.save(update_fields=["sealed", "expires_at", "claimed_until"])

    def release(self, connector_id: int) -> None:
        with platform_scope("OAuth token of a connector"):
            OAuthToken.objects.filter(connector_id=connector_id).update(claimed_until=None)


def _lock(connector_id: int) -> tuple[OAuthToken, datetime]:
    """The locked row, made when there is none, and the database's time."""
    found = _select(connector_id)
    if found is None:
        connector = Connector.objects.get(pk=connector_id)
        OAuthToken.objects.bulk_create(
            [OAuthToken(tenant_id=connector.tenant_id, connector=connector)], ignore_conflicts=True
        )
        found = _select(connector_id)
    assert found is not None
    return found, found.database_now  # type: ignore[attr-defined]


def _select(connector_id: int) -> OAuthToken | None:
    rows = OAuthToken.objects.select_related("tenant").select_for_update(of=("self",))
    return rows.annotate(database_now=Now()).filter(connector_id=connector_id).first()


def _open(row: OAuthToken) -> Token | None:
    """A token that no longer opens is as good as none: a new one is obtained with the connector's credentials."""
    if not row.sealed:
        return None
    try:
        return Token.load(vault.unseal(row.sealed, row.binding).reveal())
    except vault.VaultError as error:
        log.warning("%s: %s", row, error)
        return None
