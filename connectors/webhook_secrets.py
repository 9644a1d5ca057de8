"""The secrets that may have signed a webhook: the published one, and for a day the one published before it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from connectors import registry
from connectors.compiled import ConnectorConfig
from connectors.documents import KIND
from connectors.errors import BadSignature
from connectors.models import Publication
from connectors.runtime import runtime
from tenants.scoping import tenant_scope
from tenants.secret_value import SecretValue

#: How long after a rotation the former secret is accepted.
FORMER_FOR = timedelta(hours=24)


def signing_secret(config: ConnectorConfig) -> SecretValue:
    """Raises BadSignature when none is set: nothing unsigned is believed."""
    secret: SecretValue | None = getattr(config.values, registry.get(config.slug).webhook.key)
    if not secret:
        raise BadSignature("No signing secret is set")
    return secret


def former_secret(config: ConnectorConfig) -> SecretValue | None:
    """The different secret of the publication before the live one, while that is fresh."""
    with tenant_scope(config.tenant_id):
        published = Publication.objects.filter(kind=KIND, object_id=config.id).order_by("-number")
        newest = list(published.values("generation", "published_at")[:2])
    if len(newest) < 2 or timezone.now() - newest[0]["published_at"] > FORMER_FOR:
        return None
    before = _as_published(config, newest[1]["generation"])
    secret = getattr(before.values, registry.get(config.slug).webhook.key, None) if before else None
    return secret or None


def _as_published(config: ConnectorConfig, generation: int) -> ConnectorConfig | None:
    found = runtime(config.tenant_id, generation, newest_credentials=False).connectors.get(config.id)
    return found if found and found.slug == config.slug else None
