"""What a list says of a connector's credentials: whether they are there and how old they are, never a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from connectors.consents import Standing, consent_of
from connectors.documents import SECRETS, authentication_of
from connectors.models import Connector
from connectors.schema import Secret as SecretField
from connectors.validation import implementation_of

#: Days after which a credential is worth changing.
OLD = 365
#: What `credentials` reads besides the row, for select_related and prefetch_related.
SELECT = (*(f"authentication__{name}" for name in SECRETS), "oauth_token")
PREFETCH = ("properties__secret", "headers__secret")


def credentials(connector: Connector) -> tuple[str, str]:
    """Kind ("set", "old", "missing", "none") and words."""
    missing = list(_missing(connector))
    if missing:
        return "missing", f"missing: {', '.join(missing)}"
    consent = consent_of(connector)
    if consent.standing is not Standing.NOT_NEEDED:
        kinds = {Standing.CONNECTED: "set", Standing.ENDING: "old"}
        return kinds.get(consent.standing, "missing"), consent.words
    stored = list(_stored(connector))
    if not stored:
        return "none", "none"
    days = (timezone.now() - min(secret.created_at for secret in stored)).days
    age = "today" if not days else f"{days} day{'' if days == 1 else 's'} old"
    number = f"{len(stored)} set" if len(stored) > 1 else "set"
    return ("old" if days >= OLD else "set"), f"{number}, {age}"


def _stored(connector: Connector) -> Iterator[Any]:
    row = authentication_of(connector)
    yield from (secret for name in SECRETS if (secret := getattr(row, name)) is not None)
    for rows in (connector.properties, connector.headers):
        yield from (item.secret for item in rows.all() if item.is_secret and item.secret is not None)


def _missing(connector: Connector) -> Iterator[str]:
    implementation = implementation_of(connector.type)
    if implementation is None:
        return
    row = authentication_of(connector)
    keys = {item.key.casefold() for item in connector.properties.all() if item.secret_id or item.value}
    for field in implementation.settings.fields().values():
        if isinstance(field, SecretField) and field.required and field.default is None:
            there = getattr(row, f"{field.column}_id") if field.column else field.stored_as.casefold() in keys
            if not there:
                yield field.label
