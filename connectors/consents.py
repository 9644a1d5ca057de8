"""How a connector stands with the consent that a person gave at the vendor, and who is warned before it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from connectors.access_token import credential_of
from connectors.auth import Auth
from connectors.authorization import AuthorizationCode
from connectors.client.outgoing import address
from connectors.compiled import ConnectorConfig
from connectors.documents import authentication_of
from connectors.models import Connector, OAuthToken
from connectors.schema import Field
from connectors.validation import implementation_of


class Standing(StrEnum):
    NOT_NEEDED = "not needed"
    MISSING = "missing"
    CONNECTED = "connected"
    ENDING = "ending"
    ENDED = "ended"
    REFUSED = "refused"


#: In which calls can be made.
GOOD = frozenset({Standing.NOT_NEEDED, Standing.CONNECTED, Standing.ENDING})


@dataclass(frozen=True, slots=True)
class Consent:
    """`words` tell staff in one sentence; `row` is there once somebody has connected."""

    standing: Standing
    words: str = ""
    row: OAuthToken | None = None


def consent_of(connector: Connector, now: datetime | None = None) -> Consent:
    """Of the draft: what it needs and what is there. Reads `oauth_token` of it, best selected with it."""
    if asked_for(connector) is None:
        return Consent(Standing.NOT_NEEDED)
    row: OAuthToken | None = getattr(connector, "oauth_token", None)
    if row is None or row.connected_at is None:
        return Consent(Standing.MISSING, "not connected")
    now = now or timezone.now()
    if row.refused_at is not None:
        return Consent(Standing.REFUSED, f"refused since {row.refused_at:%Y-%m-%d}: connect again", row)
    if row.ends_at is not None and row.ends_at <= now:
        return Consent(Standing.ENDED, f"ended {row.ends_at:%Y-%m-%d}: connect again", row)
    if row.ends_at is not None and row.warn_at is not None and row.warn_at <= now:
        return Consent(Standing.ENDING, f"connected, ends {row.ends_at:%Y-%m-%d}", row)
    return Consent(Standing.CONNECTED, f"connected since {row.connected_at:%Y-%m-%d}", row)


def asked_for(connector: Connector) -> AuthorizationCode | None:
    """By which consent the draft's calls are to be made; None where none is needed. Opens no secret."""
    implementation = implementation_of(connector.type)
    auth = implementation.auth if implementation else None
    if implementation is None or not isinstance(auth, AuthorizationCode) or connector.authenticated_manually:
        return None
    if auth.unless and _is_set(connector, implementation.settings.fields()[auth.unless]):
        return None
    return auth


def credential_for(config: ConnectorConfig, auth: Auth) -> str:
    """What names the app of a configuration, as its tokens do. Raises Misconfigured for a missing setting."""
    asked = auth.token_request(config)
    return credential_of(asked, address(config, asked.path)) if asked else ""


def in_need(now: datetime | None = None) -> QuerySet[OAuthToken]:
    """Consents of live connectors that were refused, have ended, or end soon."""
    rows = OAuthToken.objects.filter(connected_at__isnull=False, connector__retired=False)
    live = rows.filter(connector__live__isnull=False)
    return live.filter(Q(refused_at__isnull=False) | Q(warn_at__lte=now or timezone.now()))


def _is_set(connector: Connector, field: Field) -> bool:
    row: Any = authentication_of(connector)
    if field.column:
        return bool(getattr(connector if field.column == "host" else row, field.column))
    key = field.stored_as.casefold()
    return any(
        item.key.casefold() == key and (item.value or item.secret_id) for item in connector.properties.all()
    )
