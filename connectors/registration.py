"""Registering a connector's webhook address at its vendor, by the vendor's API. The secret goes into the draft.

What runs is what was published: until the draft is, webhooks signed with the new secret are refused, and the vendor sends
them again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.db import transaction

from connectors import registry
from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.compiling import webhook_address
from connectors.contracts.webhooks import (
    WebhookRegistrar,
    WebhookRegistration,
    WebhookRequest,
    WebhookState,
)
from connectors.effects import execute_now
from connectors.models import Connector, ConnectorProperty
from connectors.ports import direct_ports
from connectors.publishing import lock
from connectors.trial import compile_draft
from connectors.validation import implementation_of
from tenants.models import Secret
from tenants.secret_value import SecretValue

#: Seconds for which a person waits.
DEADLINE_S = 30.0

_TEXTS = {
    WebhookState.ACTIVE: "The address is registered and gets all events that are needed.",
    WebhookState.INCOMPLETE: "The address is registered but does not get these events: {missing}. Register it again.",
    WebhookState.DISABLED: "The address is registered but switched off at the vendor. Register it again.",
    WebhookState.EXPIRING: "The address is registered, and ends soon. Register it again, or let a task CheckWebhooks.",
    WebhookState.MISSING: "The vendor does not know the address. Register it.",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it, for staff. `stored` tells that a new secret waits in the draft."""

    good: bool
    message: str
    external_id: str = ""
    stored: bool = False
    notes: list[str] = field(default_factory=list)


def registers(connector: Connector) -> bool:
    """Whether the vendor takes webhook addresses over its API."""
    implementation = implementation_of(connector.type)
    return implementation is not None and issubclass(implementation, WebhookRegistrar)


def check(connector: Connector, actor: str = "") -> Told:
    """How the address stands at the vendor. Raises RuntimeError inside a transaction."""
    spec = _spec(connector, "check_webhook", write=False)
    if spec.connector.problem:
        return Told(False, spec.connector.problem)
    prepared = Prepared(spec=spec, context=CallContext(actor=actor), deadline_s=DEADLINE_S)
    return _told(perform(prepared, direct_ports()))


def register(connector: Connector, user: Any = None) -> Told:
    """Have the vendor send its webhooks here. Raises RuntimeError inside a transaction."""
    spec = _spec(connector, "register_webhook")
    if spec.connector.problem:
        return Told(False, spec.connector.problem)
    stored: list[bool] = []

    def settle(outcome: Outcome) -> None:
        if outcome.ending is Ending.SUCCEEDED and outcome.result.secret:
            stored.append(keep_secret(connector, outcome.result.secret, user))

    name = user.get_username() if user else ""
    (ended,) = execute_now([spec], f"webhook:{uuid4()}", name, deadline_s=DEADLINE_S, settle=settle)
    if not isinstance(ended, Outcome):
        return Told(False, "Somebody else is registering this address at the moment; look again soon.")
    told = _told(ended)
    if not any(stored):
        return told
    return Told(told.good, told.message, told.external_id, stored=True, notes=told.notes)


def keep_secret(connector: Connector, secret: SecretValue, user: Any = None) -> bool:
    """Put what the vendor's webhooks are verified with into the draft; False where it is there already."""
    implementation: Any = registry.get(connector.type)
    key = implementation.settings.fields()[implementation.webhook_setting].stored_as
    with transaction.atomic():
        lock(connector)
        row = (
            ConnectorProperty.objects.filter(connector=connector, key__iexact=key, key_group="")
            .select_related("secret")
            .first()
        )
        row = row or ConnectorProperty(connector=connector, tenant=connector.tenant, key=key)
        if row.secret is not None and row.secret.reveal() == secret:
            return False
        row.is_secret, row.value = True, ""
        row.secret = Secret.store(connector.tenant, secret.reveal(), f"{key} of {connector.name}", user)
        row.save()
    return True


def _spec(connector: Connector, operation: str, *, write: bool = True) -> CallSpec:
    return CallSpec(
        connector=compile_draft(connector),
        operation=operation,
        subject=f"connector:{connector.pk}",
        request=WebhookRequest(url=webhook_address(connector.webhook_token)),
        write=write,
    )


def _told(outcome: Outcome) -> Told:
    if outcome.error is not None:
        return Told(False, outcome.error.message)
    found: WebhookRegistration = outcome.result
    text = _TEXTS[found.state].format(missing=", ".join(found.missing))
    good = found.state is WebhookState.ACTIVE
    return Told(good, text, found.external_id, notes=[found.note] if found.note else [])
