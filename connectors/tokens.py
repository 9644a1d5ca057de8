"""OAuth access tokens in the database, sealed, renewed by one process at a time."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, close_old_connections, transaction
from django.db.models.functions import Now

from connectors.access_token import is_still
from connectors.auth import Token
from connectors.models import Connector, OAuthToken
from eventlog import store as eventlog
from eventlog.events import Category, Outcome
from tenants import vault
from tenants.scoping import platform_scope

log = logging.getLogger(__name__)

#: How long a renewal may take before somebody else may try; longer than the door's deadline of one.
CLAIM = timedelta(seconds=60)

#: Seconds in which a new token has to be stored, and between two tries of it.
SAVE_S, _PAUSE_S = 10.0, 0.5

#: A consent is worth a warning for so long before it ends, and at most for the last third of its life.
WARN_BEFORE = timedelta(days=14)


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

    def save(self, connector_id: int, token: Token, seen: Token | None = None) -> None:
        """Goes on for some seconds where the database is away: many vendors take a refresh token once, so that it takes a
        person to connect again when the new one is lost."""
        until = time.monotonic() + SAVE_S
        while True:
            try:
                return self._save(connector_id, token, seen)
            except (OperationalError, InterfaceError) as error:
                if time.monotonic() > until:
                    raise
                log.warning("a new login is not stored yet: %s", error)
            close_old_connections()
            time.sleep(_PAUSE_S)

    def _save(self, connector_id: int, token: Token, seen: Token | None) -> None:
        with platform_scope("OAuth token of a connector"), transaction.atomic():
            row, _ = _lock(connector_id)
            if is_still(_open(row), seen):
                write(row, token)

    def release(self, connector_id: int) -> None:
        with platform_scope("OAuth token of a connector"):
            OAuthToken.objects.filter(connector_id=connector_id).update(claimed_until=None)

    def refuse(self, connector_id: int, seen: Token, reason: str) -> None:
        """Tells of it in the Event Log, once."""
        with platform_scope("OAuth token of a connector"), transaction.atomic():
            row, now = _lock(connector_id)
            if _open(row) != seen:
                return
            row.sealed = vault.seal(replace(seen, refused=reason).dump(), row.binding)
            row.refused_at, row.refusal, row.claimed_until = now, reason[:200], None
            row.save(update_fields=["sealed", "refused_at", "refusal", "claimed_until"])
            _tell(row)


def write(row: OAuthToken, token: Token) -> None:
    """Store a token in a locked row, and what staff may know of it. A consent that was renewed is no longer ending."""
    row.sealed = vault.seal(token.dump(), row.binding)
    row.expires_at = token.expires_at
    row.ends_at = token.renewable_until if token.refresh else token.expires_at
    row.warn_at = row.ends_at and row.ends_at - min(WARN_BEFORE, (row.ends_at - token.obtained_at) / 3)
    row.claimed_until = row.warned_at = row.refused_at = None
    row.refusal = ""
    row.save()


def locked(connector_id: int) -> OAuthToken:
    """The connector's row, locked until the transaction ends, and made when there is none."""
    return _lock(connector_id)[0]


def _tell(row: OAuthToken) -> None:
    eventlog.record(
        Category.ERROR,
        f"{row.connector} has to be connected again: the vendor takes its login no more ({row.refusal})",
        tenant_id=row.tenant_id,
        outcome=Outcome.ERROR,
        connector_id=row.connector_id,
        connector_name=str(row.connector),
    )


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
