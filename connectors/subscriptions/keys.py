"""Signing secrets: `whsec_` and the base64 of 24 to 64 random bytes. One that is replaced goes on signing for a day."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from datetime import timedelta
from typing import Any

from django.db import transaction

from connectors.models import EventSubscription
from tenants.clock import database_now
from tenants.models import Secret

PREFIX = "whsec_"
FORMER_FOR = timedelta(hours=24)
_BYTES = 32
_FEWEST, _MOST = 24, 64
LABEL = "Signing secret of an event subscription"


def new_secret() -> str:
    return PREFIX + base64.b64encode(os.urandom(_BYTES)).decode()


def check_secret(text: str) -> str:
    """The text itself. Raises ValueError, with the cure, for what is no signing secret."""
    try:
        raw = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not text.startswith(PREFIX) or not _FEWEST <= len(raw) <= _MOST:
        raise ValueError(
            f"Use {PREFIX} and the base64 of {_FEWEST} to {_MOST} random bytes, or leave it out."
        )
    return text


def set_secret(subscription: EventSubscription, plain: str, user: Any = None) -> None:
    """Give a subscription its secret, unsaved. The one before, if there was one, signs beside it for a day."""
    if subscription.secret_id is not None:
        subscription.former_secret_id = subscription.secret_id
        subscription.former_until = database_now() + FORMER_FOR
    subscription.secret = Secret.store(subscription.tenant, plain, LABEL, user)
    subscription.secret_digest = digest(plain)


def digest(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()


def rotate(subscription: EventSubscription, user: Any = None) -> str:
    """Replace the secret; returns the new one, which is shown nowhere else."""
    plain = new_secret()
    with transaction.atomic():
        fresh(subscription)
        set_secret(subscription, plain, user)
        subscription.save(update_fields=["secret", "secret_digest", "former_secret", "former_until"])
    return plain


def fresh(subscription: EventSubscription) -> None:
    """Lock the row and read it anew: whoever saves an older copy takes a secret back that its owner was just given, or
    switches a subscription on that was switched off meanwhile. Call it in a transaction."""
    rows = EventSubscription.objects.select_for_update(no_key=True)
    subscription.refresh_from_db(from_queryset=rows)
