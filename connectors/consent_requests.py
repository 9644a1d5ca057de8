"""Connects under way. The state that travels along is good once, for ten minutes, and only in the session, by the person
and in the tenant that began it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction

from connectors.models import Connector, ConsentRequest
from tenants import vault
from tenants.clock import database_now
from tenants.models import Tenant
from tenants.scoping import platform_scope
from tenants.secret_value import SecretValue

#: For how long a person may take at the vendor.
LIFE = timedelta(minutes=10)

_STALE = (
    "This answer belongs to no Connect that is under way here: it was used before, is older than ten minutes, or was begun"
    " in another browser. Press Connect again"
)


class Refused(Exception):
    """An answer that nobody here asked for. The text is for the person; nothing was changed."""


def open_for(connector: Connector, user: Any, session: str, credential: str) -> tuple[str, SecretValue]:
    """A new state, and the PKCE verifier kept with it. `credential` names the app that asks."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    now = database_now()
    asked = ConsentRequest(
        tenant=connector.tenant,
        connector=connector,
        user=user,
        session=_digest(session),
        state=_digest(state),
        credential=credential,
        expires_at=now + LIFE,
    )
    asked.sealed = vault.seal(verifier, asked.binding)
    ConsentRequest.objects.filter(expires_at__lt=now).delete()
    asked.save()
    return state, SecretValue(verifier)


def take(state: str, user: Any, session: str, tenant: Tenant | None) -> ConsentRequest:
    """The request of this state, which nobody can take again. Raises Refused for whoever did not begin it."""
    with platform_scope("the state of a Connect names its tenant"), transaction.atomic():
        rows = ConsentRequest.objects.select_for_update(of=("self",)).select_related("connector", "tenant")
        asked = rows.filter(state=_digest(state), expires_at__gte=database_now()).first()
        if asked is None or asked.user_id != user.pk or asked.session != _digest(session):
            raise Refused(_STALE)
        if tenant is None or asked.tenant_id != tenant.pk:
            raise Refused(
                f"This Connect was begun in the tenant {asked.tenant}: change to it, then load this page again"
            )
        ConsentRequest.objects.filter(pk=asked.pk).delete()
        return asked


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
