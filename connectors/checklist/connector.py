"""Checks of one connector by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.core.exceptions import ValidationError

from connectors.checklist.base import Finding, Going, error, register, warning
from connectors.compiled import ConnectorConfig
from connectors.consents import GOOD, asked_for, consent_of, credential_for
from connectors.documents import KIND, connector_rows, label_of, overlapping
from connectors.models import Connector
from connectors.schema import COLUMNS
from connectors.tokens import OrmTokens
from connectors.trial import credentials_of
from connectors.validation import implementation_of

#: Milliseconds outside of which a timeout is rather a mistake.
SHORTEST_TIMEOUT, LONGEST_TIMEOUT = 1_000, 60_000

#: The warning that a test cures.
UNTESTED = "untested"
#: The warning that Connect cures.
NOT_CONNECTED = "not_connected"
#: How vendors mark what their keys are good for, as in sk_test_…, sk_live_… and test-….
_TEST_KEY = re.compile(r"^[A-Za-z]{2,6}_test_|^test[_-]", re.IGNORECASE)
_LIVE_KEY = re.compile(r"^[A-Za-z]{2,6}_live_|^live[_-]", re.IGNORECASE)


@register(KIND)
def fields_are_valid(going: Going) -> Iterator[Finding]:
    """Drafts written by other ways than the form are checked here too."""
    for row in (going.obj, *connector_rows(going.obj)):
        try:
            row.clean()
        except ValidationError as invalid:
            for field, messages in invalid.message_dict.items():
                if field != "connector_id":
                    yield from (error("invalid", message, _place(row, field)) for message in messages)


@register(KIND)
def connector_ids_tell_apart(going: Going) -> Iterator[Finding]:
    others = Connector.objects.filter(type=going.obj.type, retired=False).exclude(pk=going.obj.pk)
    if not going.obj.connector_id and others.exists():
        yield warning(
            "connector_id", "Other connectors have this Type: give each a Connector ID.", "Connector ID"
        )


@register(KIND)
def settings_are_complete(going: Going) -> Iterator[Finding]:
    """Each setting by its tab; what is wrong with the whole, such as a secret that does not open, as it is told."""
    by_setting = [
        error("settings", message if label == stored_as else f"{label}: {message}", _tab(stored_as))
        for label, stored_as, message in going.config.problems
    ]
    if going.config.problem and not by_setting:
        yield error("settings", going.config.problem)
    yield from by_setting


@register(KIND)
def field_mapping_means_something(going: Going) -> Iterator[Finding]:
    implementation = implementation_of(going.obj.type)
    if implementation is not None:
        for ours, message in implementation.mapping_problems(going.config.field_mapping):
            yield error("field_mapping", message, f"Field Mapping {ours}")


@register(KIND)
def host_is_there(going: Going) -> Iterator[Finding]:
    implementation = implementation_of(going.obj.type)
    local = implementation is not None and implementation.local
    if not going.config.problem and not going.config.host and not local:
        mode = "test" if going.config.is_test else "live"
        yield error("host", f"There is no {mode} host: enter a Host.", "Host")


@register(KIND)
def no_test_mode_in_production(going: Going) -> Iterator[Finding]:
    if going.config.is_test and going.runtime.tenant.is_production:
        yield error(
            "test_mode",
            "Orders of this production tenant would go to a test host: untick Is Test.",
            "Is Test",
        )


@register(KIND)
def host_fits_the_mode(going: Going) -> Iterator[Finding]:
    implementation = implementation_of(going.obj.type)
    hosts = {name: host.rstrip("/") for name, host in implementation.hosts.items()} if implementation else {}
    if (
        going.config.host
        and going.config.is_test
        and going.config.host == hosts.get("live") != hosts.get("test")
    ):
        yield error("host_mode", "Is Test is set, but this is the production host.", "Host")
    if (
        going.config.host
        and not going.config.is_test
        and going.config.host == hosts.get("test") != hosts.get("live")
    ):
        yield error("host_mode", "This is the test host: tick Is Test, or enter the production host.", "Host")


@register(KIND)
def credentials_fit_the_mode(going: Going) -> Iterator[Finding]:
    plain = [secret.reveal() for secret in going.config.secrets]
    if going.config.is_test and any(map(_LIVE_KEY.match, plain)):
        yield error("credentials", "A production credential would be used in test mode.", "Authentication")
    if not going.config.is_test and any(map(_TEST_KEY.match, plain)):
        yield error(
            "credentials", "A test credential would be used against the production host.", "Authentication"
        )


@register(KIND)
def some_market_is_left(going: Going) -> Iterator[Finding]:
    config = going.config
    left = [code for code in going.markets if serves(config, code, going.runtime.market_groups(code))]
    if going.markets and not left:
        yield error("markets", "No market is left: each is disabled or not enabled.", "Markets")


def serves(config: ConnectorConfig, market: str, groups: frozenset[str]) -> bool:
    """Whether enabled and disabled lists let a connector serve a market."""
    enabled_markets, enabled_groups = config.enabled_markets, config.enabled_market_groups
    if market in config.disabled_markets or groups & config.disabled_market_groups:
        return False
    return (
        not (enabled_markets or enabled_groups) or market in enabled_markets or bool(groups & enabled_groups)
    )


@register(KIND)
def lists_do_not_overlap(going: Going) -> Iterator[Finding]:
    both = overlapping(going.document)
    if both:
        yield warning("overlap", both, "Markets")


@register(KIND)
def timeout_is_plausible(going: Going) -> Iterator[Finding]:
    given = going.obj.timeout_ms
    if given is not None and not SHORTEST_TIMEOUT <= given <= LONGEST_TIMEOUT:
        yield warning("timeout", f"{given} ms is an unusual timeout: 1000 to 60000 is usual.", "Timeout (ms)")


@register(KIND)
def tested_as_it_is(going: Going) -> Iterator[Finding]:
    implementation = implementation_of(going.obj.type)
    if implementation is None or implementation.check is None:
        return
    tested = going.obj.test_passed and going.obj.tested_account == credentials_of(going.obj)
    if not tested:
        yield warning(UNTESTED, "Test connection has not succeeded since host or credentials changed.")


@register(KIND)
def somebody_let_it_in(going: Going) -> Iterator[Finding]:
    auth = asked_for(going.obj)
    if auth is None or going.config.problem:
        return
    consent, token = consent_of(going.obj), OrmTokens().get(going.obj.pk)
    if consent.standing not in GOOD:
        yield warning(NOT_CONNECTED, f"It is {consent.words}; press Connect on its page.")
    elif token is not None and token.credential != credential_for(going.config, auth):
        yield warning(
            NOT_CONNECTED, "Another app was connected than this draft names; press Connect on its page."
        )


def _tab(stored_as: str) -> str:
    """What the editor calls the place of a setting."""
    if stored_as in {"host", "is_test"}:
        return label_of(Connector, stored_as)
    return "Authentication" if stored_as in COLUMNS else f"Property {stored_as}"


def _place(row: object, field: str) -> str:
    if isinstance(row, Connector):
        return label_of(Connector, field) if field != "__all__" else ""
    return f"{row._meta.verbose_name.capitalize()} {row}"  # type: ignore[attr-defined]
