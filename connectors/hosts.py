"""Which host a connector talks to."""

from __future__ import annotations

from django.conf import settings

from connectors.contracts.base import Provider


def host_of(explicit: str, implementation: type[Provider], *, is_test: bool) -> str:
    """The base URL in force, without trailing slash; "" where neither the connector nor its implementation has one.

    An explicit host wins. In development a simulator stands in for the vendors' test hosts.
    """
    if explicit:
        return explicit.rstrip("/")
    if is_test and settings.CROSSDOCK_SANDBOX_URL and not settings.PRODUCTION:
        return f"{settings.CROSSDOCK_SANDBOX_URL}/{implementation.slug}"
    return implementation.hosts.get("test" if is_test else "live", "").rstrip("/")
