"""Which host a connector talks to, and which addresses may be entered as one."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from connectors.client import EgressPolicy
from connectors.contracts.base import Provider
from connectors.egress import egress_policy
from connectors.errors import Misconfigured, RetryLater
from connectors.schema import is_web_address

#: Stands for any public address, so that checking a name needs no look-up.
_PUBLIC = "8.8.8.8"


def host_of(explicit: str, implementation: type[Provider], *, is_test: bool) -> str:
    """The base URL in force, without trailing slash; "" where neither the connector nor its implementation has one.

    An explicit host wins. In development a simulator stands in for the vendors' test hosts.
    """
    if is_host_word(explicit, implementation):
        is_test = implementation.host_words[explicit.strip().lower()] == "test"
    elif explicit:
        return explicit.rstrip("/")
    if is_test and settings.CROSSDOCK_SANDBOX_URL and not settings.PRODUCTION:
        return f"{settings.CROSSDOCK_SANDBOX_URL}/{implementation.slug}"
    return implementation.hosts.get("test" if is_test else "live", "").rstrip("/")


def is_host_word(text: str, implementation: type[Provider] | None) -> bool:
    """Whether this names one of the implementation's own hosts, such as "sandbox"."""
    return implementation is not None and text.strip().lower() in implementation.host_words


def check_address(url: str, tenant: UUID) -> None:
    """Raises ValueError, with the cure as its text, for what is no web address that this tenant may call.

    Names are looked up only where the deployment's list may allow what is not public; the door checks every call.
    """
    if not is_web_address(url):
        raise ValueError("Use a web address without user name, such as https://api.example.com.")
    policy = egress_policy()
    try:
        _check(replace(policy, resolver=lambda host, port: [_PUBLIC]), url, tenant)
    except Misconfigured as error:
        if not policy.allowed or not _may_pass(policy, url, tenant):
            raise ValueError(
                f"{error.message}. Use the vendor's public https address, or have it allowed in CROSSDOCK_EGRESS_ALLOW."
            ) from None


def _check(policy: EgressPolicy, url: str, tenant: UUID) -> None:
    parts = urlsplit(url)
    policy.check(
        parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80), tenant
    )


def _may_pass(policy: EgressPolicy, url: str, tenant: UUID) -> bool:
    try:
        _check(policy, url, tenant)
    except (Misconfigured, RetryLater):
        return False
    return True
