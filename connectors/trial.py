"""Test connection: the implementation's check request, through the one door, with the draft as it is saved."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from connectors import registry
from connectors.calls import CallContext, CallSpec, Prepared
from connectors.canonical import checksum
from connectors.client import open_door
from connectors.compiled import ConnectorConfig
from connectors.compiling import CompileContext, Secrets, compile_connector, secret_ids
from connectors.documents import SECRETS, connector_document
from connectors.errors import Misconfigured, ProviderError
from connectors.models import Connector
from connectors.ports import trial_ports
from connectors.rotation import account
from connectors.runtime import runtime

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trial:
    """`answer` is what the vendor told, where it passed."""

    passed: bool
    message: str
    duration_ms: int = 0
    answer: Any = None


def compile_draft(connector: Connector) -> ConnectorConfig:
    """The draft as it would run; its `problem` tells why it could not."""
    document = connector_document(connector)
    context = CompileContext(
        tenant=runtime(connector.tenant_id).tenant,
        object_id=connector.pk,
        number=0,
        secrets=Secrets(secret_ids(document)),
    )
    return compile_connector(document, context)


def credentials_of(connector: Connector) -> str:
    """Changes whenever host, account or a credential changes."""
    document = connector_document(connector)
    authentication = document["authentication"]
    secrets = [authentication[name] for name in SECRETS]
    rows = [row for row in (*document["properties"], *document["headers"]) if "secret" in row]
    names = [authentication["username"], authentication["client_app_id"], document["authenticated_manually"]]
    return checksum([*map(str, account(document)), *secrets, *names, rows])


def run_trial(connector: Connector, actor: str = "") -> Trial:
    """Call, and keep the result on the connector. Raises RuntimeError inside a transaction."""
    trial = _try(compile_draft(connector), actor)
    Connector.objects.filter(pk=connector.pk).update(
        tested_at=timezone.now(),
        test_passed=trial.passed,
        test_message=trial.message,
        tested_account=credentials_of(connector),
    )
    return trial


def _try(config: ConnectorConfig, actor: str) -> Trial:
    started = time.monotonic()
    try:
        answer = check(config, actor)
    except ProviderError as error:
        return Trial(False, error.message, _ms_since(started))
    except Exception:
        log.exception("the check of connector %s failed with a bug", config.id)
        return Trial(False, "Internal error while testing; the log has the details.", _ms_since(started))
    return Trial(True, f"{config.host} answered as it should.", _ms_since(started), answer)


def _ms_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def check(config: ConnectorConfig, actor: str = "") -> Any:
    """The answer to the implementation's check request, once it has passed. Raises ProviderError."""
    if config.problem:
        raise Misconfigured(config.problem)
    implementation: Any = registry.get(config.slug)
    if implementation.check is None:
        raise Misconfigured(
            f"{implementation.label} has no request to test with; watch the Event Log at the first call."
        )
    spec = CallSpec(
        connector=config, operation="check", subject=f"connector:{config.id}", request=None, write=False
    )
    prepared = Prepared(spec=spec, context=CallContext(actor=actor))
    provider = implementation(config, open_door(config, trial_ports(), prepared, None))
    return provider.test_connection()
