"""The deployment's rules of where connectors may connect to."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.core.signals import setting_changed

from connectors.client import EgressPolicy


@cache
def egress_policy() -> EgressPolicy:
    """Raises ValueError that names a broken entry of CROSSDOCK_EGRESS_ALLOW."""
    return EgressPolicy.parse(settings.CROSSDOCK_EGRESS_ALLOW)


def _forget(*, setting: str, **kwargs: object) -> None:
    if setting == "CROSSDOCK_EGRESS_ALLOW":
        egress_policy.cache_clear()


setting_changed.connect(_forget)
