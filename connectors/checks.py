"""What an implementation declares wrongly stops the start, not an order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from connectors import registry
from connectors.client import EgressPolicy
from connectors.contracts.base import Category, Provider
from connectors.schema import Field, Secret, is_web_address
from connectors.signing import Unsigned

_CARRIERS = ("header:", "json-header:", "body:", "query:")


@register(Tags.compatibility)
def implementations(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    try:
        installed = registry.all()
    except registry.DuplicateSlug as error:
        return [Error(str(error), hint="Rename one of them.", id="crossdock.E101")]
    found = [
        message for implementation in installed.values() for message in declaration_errors(implementation)
    ]
    return [*found, *shared_names(installed), *_broken()]


@register(Tags.security)
def egress_setting(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    try:
        EgressPolicy.parse(settings.CROSSDOCK_EGRESS_ALLOW)
    except ValueError as error:
        return [
            Error(f"CROSSDOCK_EGRESS_ALLOW: {error}.", hint="Such as 10.20.0.0/16:443.", id="crossdock.E102")
        ]
    return []


def declaration_errors(implementation: type[Provider]) -> Iterator[CheckMessage]:
    """What is wrong with one implementation's declarations."""
    for text in (
        *_identity(implementation),
        *_hosts(implementation),
        *_webhook(implementation),
        *_idempotency(implementation),
        *_states(implementation),
    ):
        yield Error(
            f"Implementation {implementation.__name__}: {text}", obj=implementation, id="crossdock.E103"
        )


def shared_names(installed: dict[str, type[Provider]]) -> Iterator[CheckMessage]:
    """A name that two implementations expect would make steps ambiguous by design."""
    owners: dict[str, str] = {}
    for slug, implementation in installed.items():
        for name in registry.names_of(implementation):
            owner = owners.setdefault(name.casefold(), slug)
            if owner != slug:
                yield Error(f"{owner} and {slug} both expect the name {name!r}.", id="crossdock.E104")


def _identity(implementation: type[Provider]) -> Iterator[str]:
    if implementation.slug != implementation.slug.lower():
        yield f"the slug {implementation.slug!r} is not lower case"
    if not implementation.label:
        yield "it has no label"
    if getattr(implementation, "category", None) not in set(Category):
        yield "its category is none of the eight"
    if not implementation.operations() and not implementation.hub_itself:
        yield "it has no operation of any contract"


def _hosts(implementation: type[Provider]) -> Iterator[str]:
    for name, host in implementation.hosts.items():
        if not is_web_address(host) or not host.startswith("https://"):
            yield f"the {name} host {host!r} is no https address"


def _webhook(implementation: type[Provider]) -> Iterator[str]:
    scheme = implementation.webhook
    if scheme is None:
        return
    field: Field | None = implementation.settings.fields().get(scheme.key)
    unsigned = isinstance(scheme, Unsigned)
    if unsigned and implementation.confirm is Provider.confirm:
        yield "its webhooks are not signed, and it has no confirm() to read what they tell from the vendor"
    if (scheme.key or not unsigned) and not isinstance(field, Secret):
        yield f"its webhook is verified with the setting {scheme.key!r}, which is no Secret of its settings"
    if "read_webhook" not in implementation.operations():
        yield "it verifies webhooks but does not read them"


def _idempotency(implementation: type[Provider]) -> Iterator[str]:
    carrier = implementation.idempotency
    if carrier is None:
        return
    if not carrier.carrier.startswith(_CARRIERS):
        yield f"the idempotency carrier {carrier.carrier!r} starts with none of {', '.join(_CARRIERS)}"
    if carrier.length < 36:
        yield f"keys of {carrier.length} characters are too short: ours have 36"


def _states(implementation: type[Provider]) -> Iterator[str]:
    kinds = {type(state) for state in implementation.states.values()}
    if len(kinds) > 1:
        yield f"its states mix {', '.join(sorted(kind.__name__ for kind in kinds))}"


def _broken() -> Iterator[CheckMessage]:
    for name, reason in registry.broken().items():
        yield Warning(f"The implementation {name} cannot be imported: {reason}.", id="crossdock.W101")
