"""Connect: a person is sent to the vendor, lets us in there, and comes back with a code that becomes a token.

What the vendor sends is stored sealed and shown to nobody. Who may finish what was begun: see consent_requests.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from connectors import consent_requests, tokens
from connectors.access_token import Token
from connectors.authorization import AuthorizationCode
from connectors.calls import CallContext, CallSpec, Prepared
from connectors.client import open_door
from connectors.client.login import classify_login
from connectors.compiled import ConnectorConfig
from connectors.consents import credential_for
from connectors.contracts.base import Answer, BadAnswer, Request
from connectors.errors import Misconfigured, ProviderError, Unknown
from connectors.models import Connector, OAuthToken
from connectors.ports import OrmTokens, trial_ports
from connectors.registry import get as implementation_named
from connectors.trial import compile_draft, run_trial
from eventlog import store as eventlog
from eventlog.events import Category, Outcome
from tenants import vault
from tenants.models import Tenant
from tenants.secret_value import SecretValue

#: Seconds for which a person waits.
DEADLINE_S = 30.0


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it, for staff. `notes` are what else they should know."""

    connector: Connector
    good: bool
    message: str
    notes: tuple[str, ...] = ()


def redirect_uri() -> str:
    """The one address to which vendors send people back; it has to be registered with the app there."""
    return f"{settings.CROSSDOCK_PUBLIC_URL}/oauth/callback/"


def begin(connector: Connector, user: Any, session: str) -> str:
    """The address at the vendor to send the person to. Raises Misconfigured where the draft is not ready for it."""
    config, auth = ready(connector)
    state, verifier = consent_requests.open_for(connector, user, session, credential_for(config, auth))
    return auth.page(config, redirect_uri(), state, verifier)


def ready(connector: Connector) -> tuple[ConnectorConfig, AuthorizationCode]:
    """The draft as it would be connected. Raises Misconfigured, with the cure, where it cannot be."""
    config = compile_draft(connector)
    if config.problem:
        raise Misconfigured(config.problem)
    auth = implementation_named(config.slug).auth
    consent = auth.consent(config.values) if auth and not config.authenticated_manually else None
    if consent is None:
        raise Misconfigured(f"{connector} logs in by itself; nobody has to connect it")
    credential_for(config, consent)
    return config, consent


def finish(answer: Mapping[str, str], user: Any, session: str, tenant: Tenant | None) -> Told:
    """What the vendor sent the person back with, made a token. Raises Refused for what nobody asked for here.

    Raises RuntimeError inside a transaction: it calls the vendor.
    """
    asked = consent_requests.take(answer.get("state", ""), user, session, tenant)
    connector, actor = asked.connector, user.get_username()
    error, code = answer.get("error", ""), answer.get("code", "")
    if error or not code:
        return _failed(connector, actor, _refusal(error, answer.get("error_description", "")))
    try:
        config, auth = ready(connector)
        if credential_for(config, auth) != asked.credential:
            raise Misconfigured("The app was changed in the draft meanwhile; press Connect again")
        verifier = vault.unseal(asked.sealed, asked.binding)
        token = _exchanged(config, auth, SecretValue(code), verifier, actor)
    except (ProviderError, vault.VaultError) as failure:
        return _failed(connector, actor, str(failure))
    before = _stored(connector, token, actor)
    return _tried(connector, actor, before)


def disconnect(connector: Connector, user: Any) -> Told:
    """Forget the token, after asking the vendor to take our access back where it has a way. Raises RuntimeError inside a
    transaction."""
    actor = user.get_username()
    token = OrmTokens().get(connector.pk)
    notes = _revoked(connector, token, actor) if token else ()
    with transaction.atomic():
        row = tokens.locked(connector.pk)
        row.sealed = row.refusal = row.connected_by = ""
        row.connected_at = row.refused_at = row.ends_at = row.warn_at = row.expires_at = None
        row.save()
    _record(connector, actor, f"{connector} is disconnected", Outcome.WARNING)
    return Told(
        connector, True, "Disconnected: nothing can be called any more until it is connected again.", notes
    )


def _exchanged(
    config: ConnectorConfig, auth: AuthorizationCode, code: SecretValue, verifier: SecretValue, actor: str
) -> Token:
    answer = _send(config, auth.exchange(config, redirect_uri(), code, verifier), actor)
    token = auth.read_renewal(answer, timezone.now(), None)
    return replace(token, credential=credential_for(config, auth))


def _send(config: ConnectorConfig, request: Request, actor: str) -> Answer:
    spec = CallSpec(
        connector=config,
        operation="connect",
        subject=f"connector:{config.id}",
        request=None,
        write=request.write,
    )
    prepared = Prepared(spec=spec, context=CallContext(actor=actor), deadline_s=DEADLINE_S)
    try:
        return open_door(config, trial_ports(), prepared, None).send(request, classify_login)
    except Unknown as lost:
        raise Misconfigured(
            f"The login server's answer was lost ({lost.message}); press Connect again"
        ) from None


def _stored(connector: Connector, token: Token, actor: str) -> str:
    """The account to which it was connected before."""
    with transaction.atomic():
        row = tokens.locked(connector.pk)
        row.connected_at, row.connected_by = timezone.now(), actor[:150]
        tokens.write(row, token)
    _record(connector, actor, f"{connector} is connected", Outcome.SUCCESS)
    return row.account


def _tried(connector: Connector, actor: str, before: str) -> Told:
    """The check request tells whether the consent is good for anything, and whose account it is."""
    trial = run_trial(connector, actor)
    account = implementation_named(connector.type).account_of(trial.answer)[:200] if trial.passed else ""
    if account:
        OAuthToken.objects.filter(connector=connector).update(account=account)
    notes = [] if trial.passed else [f"The first call failed all the same: {trial.message}"]
    if account and before and account != before:
        notes.append(f"It was connected to {before} before, now it is to {account}. Is that meant?")
        _record(
            connector,
            actor,
            f"{connector} was connected to {before} and is to {account} now",
            Outcome.WARNING,
        )
    return Told(connector, trial.passed, f"Connected{f' to {account}' if account else ''}.", tuple(notes))


def _revoked(connector: Connector, token: Token, actor: str) -> tuple[str, ...]:
    """What to tell where the vendor could not be told."""
    by_hand = "Take the app's access back at the vendor as well."
    try:
        config, auth = ready(connector)
        request = auth.revocation(config, token)
        if request is None:
            return (by_hand,)
        answer = _send(config, request, actor)
    except ProviderError as error:
        return (f"The vendor did not take our access back ({error.message}). {by_hand}",)
    return (f"The vendor did not take our access back. {by_hand}",) if _says_no(answer) else ()


def _says_no(answer: Answer) -> bool:
    """A success has no body of a standard form (RFC 7009 section 2.2); some vendors say in one whether it was done."""
    try:
        body = answer.json() if answer.body else None
    except BadAnswer:
        return False
    return isinstance(body, dict) and body.get("revoked") is False


def _refusal(error: str, description: str) -> str:
    if error == "access_denied":
        told = "Access was refused at the vendor"
    else:
        told = f"The vendor answered with {error[:60]}" if error else "The vendor sent no code"
    return f"{told}: {description[:300]}" if description else told


def _failed(connector: Connector, actor: str, message: str) -> Told:
    _record(connector, actor, f"{connector} was not connected: {message}", Outcome.ERROR)
    return Told(connector, False, f"Not connected. {message}")


def _record(connector: Connector, actor: str, message: str, outcome: Outcome) -> None:
    eventlog.record(
        Category.INFORMATION,
        message,
        tenant_id=connector.tenant_id,
        outcome=outcome,
        connector_id=connector.pk,
        connector_name=str(connector),
        actor=actor,
    )
