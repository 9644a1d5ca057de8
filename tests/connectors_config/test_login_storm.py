"""Fifty calls at once whose login is over renew it once: a refresh token of one use, on the real row lock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from connectors.access_token import Token
from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.client import Ports
from connectors.compiled import ConnectorConfig
from connectors.consents import credential_for
from connectors.egress import egress_policy
from connectors.models import OAuthToken
from connectors.ports import OrmTokens
from connectors.providers.fortnox import Fortnox
from connectors.sandbox import Sandbox, start
from connectors.traffic import Gates
from tenants.scoping import platform_scope
from tenants.secret_value import SecretValue
from tests.factories.connectors import publish_connector
from tests.factories.tenants import TenantFactory

CALLS = 50

pytestmark = [pytest.mark.pg, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sandbox(settings: Any) -> Any:
    with start() as running:
        settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1:{running.port}"]
        settings.CROSSDOCK_SANDBOX_URL = running.url
        yield running


@pytest.fixture
def config(sandbox: Sandbox) -> ConnectorConfig:
    """Connected a while ago, so that the access token is over and the refresh token good."""
    config = publish_connector(
        TenantFactory(),
        "fortnox",
        is_test=True,
        client_app_id="fortnox-demo",
        client_app_secret="fortnox-secret-0123456789",
        tenant_url=f"{sandbox.url}/fortnox",
    )
    logins: Any = sandbox.vendor("fortnox").logins  # type: ignore[attr-defined]
    logins.refresh["fx-refresh-of-a-while-ago"] = "fortnox-demo"
    now = timezone.now()
    OrmTokens().save(
        config.id,
        Token(
            access=SecretValue("fx-access-of-a-while-ago"),
            obtained_at=now - timedelta(hours=2),
            expires_at=now - timedelta(hours=1),
            credential=credential_for(config, Fortnox.auth),
            refresh=SecretValue("fx-refresh-of-a-while-ago"),
        ),
    )
    return config


def test_fifty_calls_at_once_renew_once(sandbox: Sandbox, config: ConnectorConfig) -> None:
    barrier = Barrier(CALLS)

    def call(number: int) -> Outcome:
        spec = CallSpec(
            connector=config, operation="read_inventory", subject=str(number), request="", write=False
        )
        # Without the quota, which would let the calls come one after the other.
        ports = Ports(events=lambda event: None, tokens=OrmTokens(), egress=egress_policy(), gates=Gates())
        barrier.wait()
        try:
            return perform(Prepared(spec=spec, context=CallContext()), ports)
        finally:
            connection.close()

    with ThreadPoolExecutor(CALLS) as pool:
        outcomes = list(pool.map(call, range(CALLS)))

    assert [outcome.message for outcome in outcomes if outcome.ending is not Ending.SUCCEEDED] == []
    asked = [call["path"] for call in sandbox.calls("fortnox")]
    assert asked.count("/oauth-v1/token") == 1
    assert asked.count("/3/articles") == CALLS
    with platform_scope("test"):
        row = OAuthToken.objects.get()
    assert row.refused_at is None
    assert row.claimed_until is None
